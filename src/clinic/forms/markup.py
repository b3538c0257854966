"""The language of a form's text: headings, paragraphs, lists, placeholders, and a few blocks; no code.

A lawyer writes it line by line:

    # Заголовок                 ## Подзаголовок
    Абзац до пустой строки, **жирный**, {пациент.фио}
    - пункт                     1. пункт, 1.1. пункт: the number is printed as written
    [ ] отметка                 [x] отметка
    [услуги] [подпись] [реквизиты] [новая страница]         each on a line of its own
    [если представитель] … [иначе] … [конец]                the only condition, not nested
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
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


def parse(text: str) -> tuple[Block, ...]:
    """Read a form's text; raises `MarkupError` on the first line that cannot be understood."""
    raise NotImplementedError
