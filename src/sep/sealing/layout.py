"""Sets the protocol sheet: A4 pages of facts, notices, the place of the seal and the QR code.

Measures are points. The sheet flows down the page line by line, so any row may continue on the next page; the
seal and the QR code stand together at the foot of the last one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sep.sealing.certificates import CertificateFacts
from sep.sealing.drawing import ACCENT, HAIRLINE, INK, MUTED, WARNING, Canvas
from sep.sealing.sheet import ProtocolSheet
from sep.sealing.typeface import MEDIUM, REGULAR, Face, prepare

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89  # A4

_LEFT, _RIGHT = 56.0, PAGE_WIDTH - 48.0
_TOP, _BOTTOM = PAGE_HEIGHT - 60.0, 50.0
_WIDTH = _RIGHT - _LEFT
_VALUE_LEFT = _LEFT + 158.0
_LABEL_WIDTH = _VALUE_LEFT - _LEFT - 14.0

_TEXT, _LEADING = 9.0, 12.6
_SMALL, _SMALL_LEADING = 8.0, 10.8

SEAL_WIDTH, SEAL_HEIGHT = 330.0, 104.0
_QR_SIDE = 84.0
_FOOT_HEIGHT = SEAL_HEIGHT + 14.0
_FOOTER_BASELINE = 30.0


@dataclass(frozen=True)
class SetSheet:
    """The sheet, set: a canvas a page, the visible seal, and where on the last page it stands."""

    pages: tuple[Canvas, ...]
    seal: Canvas  # origin at its own lower left corner
    seal_box: tuple[float, float, float, float]  # left, bottom, right, top


@dataclass(frozen=True)
class _Line:
    """What moves from page to page as a whole."""

    height: float
    texts: tuple[tuple[float, str, Face, float, tuple[float, float, float]], ...] = ()
    rule: bool = False  # a hairline under the line
    bar: bool = False  # the vertical mark of a notice
    keep: float = 0.0  # room that must remain below, so that a heading does not stand alone


def set_sheet(sheet: ProtocolSheet, facts: CertificateFacts, signed_at: datetime) -> SetSheet:
    """Lay the sheet out on as many pages as it needs, with the seal of this certificate and time."""
    canvas = Canvas()
    pages = [canvas]
    y = _TOP
    for line in _lines(sheet):
        if y - line.height - line.keep < _BOTTOM:
            canvas = Canvas()
            pages.append(canvas)
            y = _TOP
        _draw(canvas, line, y)
        y -= line.height
    if y - _FOOT_HEIGHT < _BOTTOM:
        canvas = Canvas()
        pages.append(canvas)
    seal_box = (_LEFT, _BOTTOM, _LEFT + SEAL_WIDTH, _BOTTOM + SEAL_HEIGHT)
    _draw_qr(canvas, sheet)
    _number(pages, sheet.title)
    return SetSheet(tuple(pages), _set_seal(sheet, facts, signed_at), seal_box)


def _set_seal(sheet: ProtocolSheet, facts: CertificateFacts, signed_at: datetime) -> Canvas:
    canvas = Canvas()
    colour = WARNING if facts.is_development else ACCENT
    canvas.rounded_box(0.6, 0.6, SEAL_WIDTH - 1.2, SEAL_HEIGHT - 1.2, 7.0, colour, 1.2)
    left, width = 14.0, SEAL_WIDTH - 28.0
    y = SEAL_HEIGHT - 19.0
    canvas.text(left, y, _fitted(sheet.seal_caption, MEDIUM, 9.5, width), MEDIUM, 9.5, colour)
    y -= 7.0
    canvas.rule(left, y, width, HAIRLINE)
    rows = (
        ("Сертификат", facts.serial_number),
        ("Владелец", facts.owner),
        ("Действителен", f"с {facts.not_before:%d.%m.%Y} по {facts.not_after:%d.%m.%Y}"),
        ("Время печати", written_time(signed_at)),
    )
    y -= 13.0
    for label, value in rows:
        canvas.text(left, y, label, REGULAR, _SMALL, MUTED)
        canvas.text(left + 68.0, y, _fitted(value, REGULAR, _SMALL, width - 68.0), REGULAR, _SMALL)
        y -= 12.0
    if facts.is_development:
        canvas.text(left, y - 1.0, "Тестовая печать: юридической силы нет", MEDIUM, _SMALL, WARNING)
    return canvas


def written_time(moment: datetime) -> str:
    """«25.06.2026, 10:31:07 (UTC+03:00)»."""
    zone = f"{moment:%z}"
    return f"{moment:%d.%m.%Y, %H:%M:%S} (UTC{zone[:3]}:{zone[3:5]})"


def wrap(text: str, face: Face, size: float, width: float) -> list[str]:
    """Break prepared text into lines not wider than `width`: at spaces, and inside a word that is too long."""
    if face.width(text, size) <= width:
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if face.width(longer, size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, face, size, width)
        lines += full
    return [*lines, line]


def _pieces(word: str, face: Face, size: float, width: float) -> list[str]:
    pieces, start, used = [], 0, 0.0
    for position, letter in enumerate(word):
        used += face.width(letter, size)
        if used > width and position > start:
            pieces.append(word[start:position])
            start, used = position, face.width(letter, size)
    return [*pieces, word[start:]]


def _fitted(text: str, face: Face, size: float, width: float) -> str:
    first, *rest = wrap(prepare(text), face, size, width)
    while rest and first and face.width(first + "…", size) > width:
        first = first[:-1]
    return f"{first}…" if rest else first


def _lines(sheet: ProtocolSheet) -> Iterator[_Line]:
    for text in wrap(prepare(sheet.title), MEDIUM, 19.0, _WIDTH):
        yield _Line(24.0, ((_LEFT, text, MEDIUM, 19.0, INK),))
    if sheet.lead:
        for text in wrap(prepare(sheet.lead), REGULAR, _TEXT, _WIDTH):
            yield _Line(_LEADING, ((_LEFT, text, REGULAR, _TEXT, MUTED),))
    for section in sheet.sections:
        yield _Line(15.0, keep=45.0)
        for text in wrap(prepare(section.heading), MEDIUM, 10.5, _WIDTH):
            yield _Line(17.0, ((_LEFT, text, MEDIUM, 10.5, ACCENT),), rule=True, keep=20.0)
        for label, value in section.rows:
            yield from _row(prepare(label), prepare(value))
    if sheet.notices:
        yield _Line(16.0, keep=_SMALL_LEADING)
    for notice in sheet.notices:
        for text in wrap(prepare(notice), REGULAR, _SMALL, _WIDTH - 12.0):
            yield _Line(_SMALL_LEADING, ((_LEFT + 12.0, text, REGULAR, _SMALL, MUTED),), bar=True)
        yield _Line(4.0)


def _row(label: str, value: str) -> Iterator[_Line]:
    labels = wrap(label, REGULAR, _TEXT, _LABEL_WIDTH)
    values = wrap(value, REGULAR, _TEXT, _RIGHT - _VALUE_LEFT)
    count = max(len(labels), len(values))
    yield _Line(3.4)
    for number in range(count):
        texts = []
        if number < len(labels):
            texts.append((_LEFT, labels[number], REGULAR, _TEXT, MUTED))
        if number < len(values):
            texts.append((_VALUE_LEFT, values[number], REGULAR, _TEXT, INK))
        last = number == count - 1
        yield _Line(_LEADING + (3.0 if last else 0.0), tuple(texts), rule=last)


def _draw(canvas: Canvas, line: _Line, top: float) -> None:
    if line.bar:
        canvas.bar(_LEFT, top - line.height, 2.0, line.height, HAIRLINE)
    for x, text, face, size, colour in line.texts:
        canvas.text(x, top - size, text, face, size, colour)
    if line.rule:
        canvas.rule(_LEFT, top - line.height, _WIDTH, HAIRLINE)


def _draw_qr(canvas: Canvas, sheet: ProtocolSheet) -> None:
    left = _RIGHT - _QR_SIDE
    canvas.qr_code(left, _BOTTOM + SEAL_HEIGHT - _QR_SIDE, _QR_SIDE, sheet.verify_url)
    caption = _fitted(sheet.qr_caption, REGULAR, _SMALL, 120.0)
    indent = (_QR_SIDE - REGULAR.width(caption, _SMALL)) / 2
    canvas.text(left + indent, _BOTTOM + 6.0, caption, REGULAR, _SMALL, MUTED)


def _number(pages: list[Canvas], title: str) -> None:
    for number, canvas in enumerate(pages, start=1):
        footer = _fitted(f"{title}, страница {number} из {len(pages)}", REGULAR, 7.5, _WIDTH)
        canvas.text(_RIGHT - REGULAR.width(footer, 7.5), _FOOTER_BASELINE, footer, REGULAR, 7.5, MUTED)
