"""The language of a form's text: headings, paragraphs, lists, placeholders, and a few blocks; no code.

A lawyer writes it line by line:

    # Заголовок                 ## Подзаголовок
    Абзац до пустой строки, **жирный**, {пациент.фио}
    - пункт                     1. пункт, 1.1. пункт: the number is printed as written
    [ ] отметка                 [x] отметка
    [услуги] [реквизиты] [подпись] [подпись на бумаге] [новая страница]     each on a line of its own
    [если представитель] … [иначе] … [конец]                the only condition, not nested
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile
from typing import Final


class MarkupError(ValueError):
    """The text cannot be read; the message is in Russian, `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Run:
    """Words as they are."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """`{name}`: the place of a value."""

    name: str
    line: int
    bold: bool = False


Inline = tuple[Run | Slot, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` is 1 or 2."""

    level: int
    content: Inline


@dataclass(frozen=True, slots=True)
class Paragraph:
    content: Inline


class Marks(StrEnum):
    """What stands before the items of a list."""

    DASH = "dash"
    NUMBER = "number"
    BOX = "box"


@dataclass(frozen=True, slots=True)
class Item:
    """`label` is the number as written, or «x» for a ticked box."""

    label: str
    content: Inline


@dataclass(frozen=True, slots=True)
class Listing:
    marks: Marks
    items: tuple[Item, ...]


class Directive(StrEnum):
    """A block that the program draws; the value is what stands in the brackets."""

    SERVICES = "услуги"
    SIGNATURE = "подпись"
    PAPER_SIGNATURE = "подпись на бумаге"
    PARTIES = "реквизиты"
    PAGE_BREAK = "новая страница"


@dataclass(frozen=True, slots=True)
class Special:
    directive: Directive
    line: int


@dataclass(frozen=True, slots=True)
class Condition:
    """`then` is for a document that a representative signs, `otherwise` for the patient's own."""

    then: tuple[Plain, ...]
    otherwise: tuple[Plain, ...]


Plain = Heading | Paragraph | Listing | Special
Block = Plain | Condition


LONGEST: Final = 60_000
"""Characters of a form's text: some twenty pages."""

_HEADING: Final = re.compile(r"(#{1,6})\s+(?P<text>.+)")
_DASH: Final = re.compile(r"(?P<label>-)\s+(?P<text>.+)")
_NUMBER: Final = re.compile(r"(?P<label>\d{1,3}[.)]|\d{1,3}(?:\.\d{1,3})+[.)]?)\s+(?P<text>.+)")
_BOX: Final = re.compile(r"\[(?P<label>[ xXхХ])\]\s+(?P<text>.+)")
_ITEMS: Final = ((Marks.DASH, _DASH), (Marks.NUMBER, _NUMBER), (Marks.BOX, _BOX))
_BRACKETS: Final = re.compile(r"\[(?P<word>[^\[\]]*)\]")
_TOKEN: Final = re.compile(r"(\*\*|\{[^{}]*\}|[{}])")

_IF, _ELSE, _END = "если представитель", "иначе", "конец"
_WORDS: Final = (*Directive, _IF, _ELSE, _END)

Line = tuple[int, str]


def parse(text: str) -> tuple[Block, ...]:
    """Read a form's text; raises `MarkupError` on the first line that cannot be understood."""
    if len(text) > LONGEST:
        raise MarkupError(1, f"Текст длиннее {LONGEST // 1000}\u00a0000 знаков")
    return _Reader(text).whole()


class _Reader:
    """The lines one after another; `at` is the next to read."""

    def __init__(self, text: str) -> None:
        self.lines: list[Line] = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
        self.at = 0

    def whole(self) -> tuple[Block, ...]:
        blocks: list[Block] = []
        while (line := self._next()) is not None:
            if _word(line) == _IF:
                blocks.append(self._condition(line[0]))
            elif _word(line) in {_ELSE, _END}:
                raise MarkupError(line[0], f"«[{_word(line)}]» без «[{_IF}]» перед ним")
            else:
                blocks.append(self._plain(line))
        return tuple(blocks)

    def _next(self) -> Line | None:
        """Take the next line that is not blank."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if line[1]:
                return line
        return None

    def _condition(self, opened: int) -> Condition:
        branches: list[list[Plain]] = [[]]
        while (line := self._next()) is not None:
            word = _word(line)
            if word == _END:
                otherwise = branches[1] if len(branches) > 1 else []
                return Condition(tuple(branches[0]), tuple(otherwise))
            if word == _IF:
                raise MarkupError(line[0], "Условие внутри условия не допускается")
            if word == _ELSE:
                if len(branches) > 1:
                    raise MarkupError(line[0], "Второе «[иначе]» в одном условии")
                branches.append([])
            else:
                branches[-1].append(self._plain(line))
        raise MarkupError(opened, f"Условие «[{_IF}]» не закрыто: нет строки «[{_END}]»")

    def _plain(self, line: Line) -> Plain:
        number, text = line
        if (word := _word(line)) is not None:
            return Special(_directive(number, word), number)
        if found := _HEADING.fullmatch(text):
            level = len(found[1])
            if level > 2:  # noqa: PLR2004  there are two levels
                raise MarkupError(number, "Заголовки бывают двух уровней: «# » и «## »")
            return Heading(level, _inline([(number, found["text"])]))
        for marks, pattern in _ITEMS:
            if found := pattern.fullmatch(text):
                return self._listing(marks, pattern, number, found)
        return Paragraph(_inline([line, *self._continuation()]))

    def _listing(self, marks: Marks, pattern: re.Pattern[str], number: int, first: re.Match[str]) -> Listing:
        items = []
        found: re.Match[str] | None = first
        while found:
            label = found["label"].strip().lower().replace("х", "x")
            items.append(Item(label, _inline([(number, found["text"]), *self._continuation()])))
            found = pattern.fullmatch(self.lines[self.at][1]) if self.at < len(self.lines) else None
            if found:
                number = self.lines[self.at][0]
                self.at += 1
        return Listing(marks, tuple(items))

    def _continuation(self) -> list[Line]:
        """Take the lines that go on with the paragraph or the item begun."""
        taken = list(takewhile(_goes_on, self.lines[self.at :]))
        self.at += len(taken)
        return taken


def _goes_on(line: Line) -> bool:
    text = line[1]
    starts = (_HEADING, _DASH, _NUMBER, _BOX, _BRACKETS)
    return bool(text) and not any(pattern.fullmatch(text) for pattern in starts)


def _word(line: Line) -> str | None:
    """Return what stands in square brackets when they are the whole line."""
    found = _BRACKETS.fullmatch(line[1])
    return " ".join(found["word"].lower().split()) if found else None


def _directive(number: int, word: str) -> Directive:
    try:
        return Directive(word)
    except ValueError:
        close = difflib.get_close_matches(word, _WORDS, 1)
        hint = (
            f": может быть, «[{close[0]}]»?" if close else f". Есть {', '.join(f'«[{w}]»' for w in _WORDS)}"
        )
        raise MarkupError(number, f"Неизвестный блок «[{word}]»{hint}") from None


def _inline(lines: list[Line]) -> Inline:
    """Read bold and placeholders; lines of one paragraph are joined by a space."""
    content: list[Run | Slot] = []
    bold_since = 0
    for position, (number, text) in enumerate(lines):
        for token in _TOKEN.split(f" {text}" if position else text):
            if token == "**":  # noqa: S105  it is a mark, not a password
                bold_since = 0 if bold_since else number
            elif token in {"{", "}"}:
                raise MarkupError(number, "Фигурные скобки ставятся парой вокруг названия: {пациент.фио}")
            elif token.startswith("{"):
                content.append(_slot(token, number, bold=bool(bold_since)))
            elif token:
                content.append(Run(token, bool(bold_since)))
    if bold_since:
        raise MarkupError(bold_since, "Жирный текст не закрыт: нет второй пары звёздочек «**»")
    return tuple(content)


def _slot(token: str, number: int, *, bold: bool) -> Slot:
    name = token[1:-1].strip().lower()
    if not name:
        raise MarkupError(number, "В фигурных скобках нет названия")
    return Slot(name, number, bold)


def slots(blocks: Iterable[Block]) -> Iterator[Slot]:
    """Go through all places of values, both branches of a condition included."""
    for block in blocks:
        match block:
            case Heading(content=content) | Paragraph(content=content):
                yield from (part for part in content if isinstance(part, Slot))
            case Listing(items=items):
                for item in items:
                    yield from (part for part in item.content if isinstance(part, Slot))
            case Condition(then=then, otherwise=otherwise):
                yield from slots(then)
                yield from slots(otherwise)
            case Special():
                pass
