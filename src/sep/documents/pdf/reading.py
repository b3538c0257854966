"""The text of a page as a person reads it: lines joined into paragraphs, hyphenated words whole again."""

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import pypdfium2
from pypdfium2 import raw

_LIST_MARKER: Final = re.compile(r"(?:[•●▪◦○–—*-]|\d{1,2}(?:\.\d{1,2})*[.)]|[a-zа-яё]\))\s", re.IGNORECASE)
# pdfium turns a dividing hyphen at a line's end into one of the first two, and leaves the line's end out.
_DIVISION: Final = "\x02\ufffe\u00ad"
_LINE: Final = re.compile(rf"[^\r\n{_DIVISION}]+[{_DIVISION}]?")
# «Санкт-Петербург», «2025-2026», «когда-нибудь» keep it, whereas «меди-цинский» does not.
_KEEPS_HYPHEN: Final = re.compile(r"[А-ЯЁA-Z\d]|(?:то|либо|нибудь|таки|ка|де)\b")
_SAME_ROW = 0.5
_SAME_PARAGRAPH = 1.9
"""Distances of two base lines, in heights of a line."""


_Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    left: float
    right: float
    bottom: float
    height: float


def paragraphs(page: pypdfium2.PdfPage) -> list[str]:
    """The paragraphs of the page in the order in which the file draws them."""
    text_page = page.get_textpage()
    try:
        lines = list(_lines(text_page))
    finally:
        text_page.close()
    if not lines:
        return []
    found = [lines[0].text]
    for above, below in pairwise(lines):
        if _continues(above, below, lines):
            found[-1] = _joined(found[-1], below.text)
        else:
            found.append(below.text)
    cleaned = (_cleaned(paragraph) for paragraph in found)
    return [paragraph for paragraph in cleaned if paragraph]


def _lines(text_page: pypdfium2.PdfTextPage) -> Iterator[_Line]:
    for match in _LINE.finditer(text_page.get_text_range()):
        text = match[0].strip(" \t")
        if not text:
            continue
        first = match.start() + match[0].index(text)
        ends = [
            raw.FPDFText_GetCharIndexFromTextIndex(text_page, index)
            for index in (first, first + len(text) - 1)
        ]
        # Letters on a page that lies on its side are drawn turned, and so the page itself is no measure;
        # pdfium counts the angle clockwise.
        quarters = -round(raw.FPDFText_GetCharAngle(text_page, ends[0]) / (math.pi / 2)) % 4
        boxes = [_upright(text_page.get_charbox(end, loose=True), quarters) for end in ends]
        left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
        yield _Line(text, left, right, bottom, max(top - bottom, 1.0))


def _upright(box: _Box, quarters: int) -> _Box:
    """The box in a plane where its letters stand: they were turned left by `quarters` of a circle."""
    left, bottom, right, top = box
    match quarters:
        case 1:
            return bottom, -right, top, -left
        case 2:
            return -right, -top, -left, -bottom
        case 3:
            return -top, left, -bottom, right
        case _:
            return box


def _continues(above: _Line, below: _Line, lines: list[_Line]) -> bool:
    if above.text[-1] in _DIVISION:
        return True
    height = min(above.height, below.height)
    step = above.bottom - below.bottom
    if abs(step) < _SAME_ROW * height:
        return below.left >= above.right
    if not 0 < step < _SAME_PARAGRAPH * height or abs(above.height - below.height) > 0.15 * height:
        return False
    if _LIST_MARKER.match(below.text):
        return False
    if below.left > above.left + height and not _LIST_MARKER.match(above.text):
        return False
    # A line ends where the next word had no room. If it had, the break is the author's.
    edge = max(line.right for line in lines if abs(line.left - below.left) < 3 * height)
    letter = (below.right - below.left) / len(below.text)
    word = len(below.text.split(maxsplit=1)[0])
    return above.right + (word + 1) * letter > edge


def _joined(start: str, rest: str) -> str:
    if start[-1] in _DIVISION:
        hyphen = "-" if _KEEPS_HYPHEN.match(rest) else ""
        return start[:-1] + hyphen + rest
    if start.endswith("-") and start[-2:-1].isalpha():
        return start + rest
    return f"{start} {rest}"


def _cleaned(text: str) -> str:
    """Composed letters only: no controls, and no format characters, which can reorder what is seen."""
    visible = (
        " " if character.isspace() and character != "\u00a0" else character
        for character in unicodedata.normalize("NFC", text)
        if character.isspace() or unicodedata.category(character)[0] != "C"
    )
    return " ".join("".join(visible).split(" ")).strip()
