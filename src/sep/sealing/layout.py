"""Sets the protocol sheet: A4 pages of facts, notices, the place of the seal and the QR code.

Measures are points. The sheet flows down the page line by line, so any row may continue on the next page; the
seal and the QR code stand together at the foot of the last one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sep.sealing.certificates import CertificateFacts
from sep.sealing.drawing import ACCENT, HAIRLINE, MUTED, WARNING, Box, Canvas, Style
from sep.sealing.sheet import ProtocolSheet
from sep.sealing.typeface import MEDIUM, REGULAR, prepare

PAGE = Box(0, 0, 595.28, 841.89)  # A4
SEAL = Box(0, 0, 330, 104)

_TITLE = Style(MEDIUM, 19)
_LEAD = Style(REGULAR, 9, MUTED)
_HEADING = Style(MEDIUM, 10.5, ACCENT)
_LABEL = Style(REGULAR, 9, MUTED)
_VALUE = Style(REGULAR, 9)
_NOTICE = Style(REGULAR, 8, MUTED)
_SEAL_LABEL = Style(REGULAR, 8, MUTED)
_SEAL_VALUE = Style(REGULAR, 8)
_FOOTER = Style(REGULAR, 7.5, MUTED)

_LEFT, _RIGHT = 56.0, PAGE.right - 48.0
_TOP, _BOTTOM = PAGE.top - 60.0, 50.0
_WIDTH = _RIGHT - _LEFT
_VALUE_LEFT = _LEFT + 158.0
_LABEL_WIDTH = _VALUE_LEFT - _LEFT - 14.0
_ROW_LEADING, _NOTICE_LEADING = 12.6, 10.8
_QR_SIDE = 84.0
_FOOT_HEIGHT = SEAL.top + 14.0
_FOOTER_BASELINE = 30.0
_HAIR = 0.5
_UNTORN_HEIGHT = 90.0  # a row up to this height stays on one page


@dataclass(frozen=True)
class SetSheet:
    """The sheet, set: a canvas a page, the visible seal, and where on the last page it stands."""

    pages: tuple[Canvas, ...]
    seal: Canvas  # drawn in `SEAL`
    seal_box: Box


@dataclass(frozen=True)
class _Line:
    """What moves from page to page as a whole."""

    height: float
    texts: tuple[tuple[float, str, Style], ...] = ()  # left edge, prepared text, style
    rule: bool = False  # a hairline under the line
    bar: bool = False  # the vertical mark of a notice
    keep: float = 0.0  # room that must remain below, so that a heading does not stand alone


def set_sheet(sheet: ProtocolSheet, facts: CertificateFacts, signed_at: datetime) -> SetSheet:
    """Lay the sheet out on as many pages as it needs, with the seal of this certificate and time."""
    pages = [Canvas()]
    y = _TOP
    for line in _lines(sheet):
        if y - line.height - line.keep < _BOTTOM:
            pages.append(Canvas())
            y = _TOP
        _draw(pages[-1], line, y)
        y -= line.height
    if y - _FOOT_HEIGHT < _BOTTOM:
        pages.append(Canvas())
    _draw_qr(pages[-1], sheet)
    _number(pages, prepare(sheet.title))
    seal_box = Box(_LEFT, _BOTTOM, _LEFT + SEAL.right, _BOTTOM + SEAL.top)
    return SetSheet(tuple(pages), _set_seal(sheet, facts, signed_at), seal_box)


def written_time(moment: datetime) -> str:
    """A time with its zone as the sheet prints it: «25.06.2026, 10:31:07 (UTC+03:00)»."""
    zone = f"{moment:%z}"
    return f"{moment:%d.%m.%Y, %H:%M:%S} (UTC{zone[:3]}:{zone[3:5]})"


def wrap(text: str, style: Style, width: float) -> list[str]:
    """Break prepared text into lines no wider than `width`: at spaces, inside a word that is too long."""
    if style.width(text) <= width:
        return [text]
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if style.width(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, style, width)
        lines += full
    return [*lines, line]


def _pieces(word: str, style: Style, width: float) -> list[str]:
    pieces, start, used = [], 0, 0.0
    for position, letter in enumerate(word):
        used += style.width(letter)
        if used > width and position > start:
            pieces.append(word[start:position])
            start, used = position, style.width(letter)
    return [*pieces, word[start:]]


def _fitted(text: str, style: Style, width: float) -> str:
    """The text if it fits on a line, otherwise its beginning and an ellipsis."""
    if style.width(text) <= width:
        return text
    first = _pieces(text, style, width - style.width("…"))[0]
    return f"{first.rstrip()}…"


def _lines(sheet: ProtocolSheet) -> Iterator[_Line]:
    for text in wrap(prepare(sheet.title), _TITLE, _WIDTH):
        yield _Line(25.0, ((_LEFT, text, _TITLE),))
    if sheet.lead:
        yield _Line(2.0)
        for text in wrap(prepare(sheet.lead), _LEAD, _WIDTH):
            yield _Line(_ROW_LEADING, ((_LEFT, text, _LEAD),))
    for section in sheet.sections:
        yield _Line(15.0, keep=45.0)
        for text in wrap(prepare(section.heading), _HEADING, _WIDTH):
            yield _Line(17.0, ((_LEFT, text, _HEADING),), rule=True, keep=20.0)
        for label, value in section.rows:
            yield from _row(prepare(label), prepare(value))
    if sheet.notices:
        yield _Line(16.0, keep=_NOTICE_LEADING)
    for notice in sheet.notices:
        for text in wrap(prepare(notice), _NOTICE, _WIDTH - 12.0):
            yield _Line(_NOTICE_LEADING, ((_LEFT + 12.0, text, _NOTICE),), bar=True)
        yield _Line(4.0)


def _row(label: str, value: str) -> Iterator[_Line]:
    labels = [(_LEFT, text, _LABEL) for text in wrap(label, _LABEL, _LABEL_WIDTH)]
    values = [(_VALUE_LEFT, text, _VALUE) for text in wrap(value, _VALUE, _RIGHT - _VALUE_LEFT)]
    count = max(len(labels), len(values))
    yield _Line(3.4, keep=min(count * _ROW_LEADING + 3.0, _UNTORN_HEIGHT))
    for number in range(count):
        texts = (*labels[number : number + 1], *values[number : number + 1])
        is_last = number == count - 1
        yield _Line(_ROW_LEADING + (3.0 if is_last else 0.0), texts, rule=is_last)


def _draw(canvas: Canvas, line: _Line, top: float) -> None:
    bottom = top - line.height
    if line.bar:
        canvas.fill(Box(_LEFT, bottom, _LEFT + 2.0, top), HAIRLINE)
    for x, text, style in line.texts:
        canvas.text(x, top - style.size, text, style)
    if line.rule:
        canvas.fill(Box(_LEFT, bottom, _RIGHT, bottom + _HAIR), HAIRLINE)


def _draw_qr(canvas: Canvas, sheet: ProtocolSheet) -> None:
    top = _BOTTOM + SEAL.top
    canvas.qr_code(Box(_RIGHT - _QR_SIDE, top - _QR_SIDE, _RIGHT, top), sheet.verify_url)
    caption = _fitted(prepare(sheet.qr_caption), _NOTICE, _RIGHT - _LEFT - SEAL.right - 14.0)
    centred = _RIGHT - (_QR_SIDE + _NOTICE.width(caption)) / 2
    canvas.text(min(centred, _RIGHT - _NOTICE.width(caption)), _BOTTOM + 6.0, caption, _NOTICE)


def _number(pages: list[Canvas], title: str) -> None:
    for number, canvas in enumerate(pages, start=1):
        page = f", страница {number} из {len(pages)}"
        footer = _fitted(title, _FOOTER, _WIDTH - _FOOTER.width(page)) + page
        canvas.text(_RIGHT - _FOOTER.width(footer), _FOOTER_BASELINE, footer, _FOOTER)


def _set_seal(sheet: ProtocolSheet, facts: CertificateFacts, signed_at: datetime) -> Canvas:
    canvas = Canvas()
    caption = Style(MEDIUM, 9.5, WARNING if facts.is_development else ACCENT)
    left, right, indent = 14.0, SEAL.right - 14.0, 68.0
    canvas.outline(Box(0.6, 0.6, SEAL.right - 0.6, SEAL.top - 0.6), 7.0, caption.colour)
    y = SEAL.top - 19.0
    canvas.text(left, y, _fitted(prepare(sheet.seal_caption), caption, right - left), caption)
    y -= 7.0
    canvas.fill(Box(left, y, right, y + _HAIR), HAIRLINE)
    y -= 13.0
    rows = (
        ("Сертификат", facts.serial_number),
        ("Владелец", facts.owner),
        ("Действителен", f"с {facts.not_before:%d.%m.%Y} по {facts.not_after:%d.%m.%Y}"),
        ("Время печати", written_time(signed_at)),
    )
    for label, value in rows:
        canvas.text(left, y, label, _SEAL_LABEL)
        canvas.text(
            left + indent, y, _fitted(prepare(value), _SEAL_VALUE, right - left - indent), _SEAL_VALUE
        )
        y -= 12.0
    if facts.is_development:
        canvas.text(left, y - 1.0, "Тестовая печать: юридической силы нет", Style(MEDIUM, 8, WARNING))
    return canvas
