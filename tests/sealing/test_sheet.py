"""What is printed is what was given: read back from the page by another program."""

import pypdfium2
import segno
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pypdfium2 import raw

from sep.sealing import ProtocolSheet, Section, seal, written_time
from sep.sealing.layout import _VALUE as VALUE
from sep.sealing.layout import _VALUE_LEFT, wrap
from sep.sealing.typeface import REPLACEMENT, prepare
from tests.sealing import originals
from tests.sealing.conftest import SIGNED_AT

CLINICAL = st.text(
    alphabet="АБВЁабвгдеёжыьъэюяABCxyz0189 «»—–-№₽.,;:@/()\u00a0'’ҚқӘәЎіїєґüőžčß", max_size=160
)
ANYTHING = st.text(max_size=160)


def compact(text: str) -> str:
    """Without spaces, which wrapping may replace by a new line; PDFium tells a final hyphen as U+FFFE."""
    return "".join(text.replace("\ufffe", "-").replace("\x02", "-").split())


def printed(rows, key) -> str:
    """The column of values on the protocol pages, as a reader program extracts it."""
    sheet = ProtocolSheet(
        title="Лист", sections=(Section("Факты", rows),), verify_url="https://e.ru/", qr_caption=""
    )
    sealed = seal(originals.plain(), sheet=sheet, evidence={}, key=key, signed_at=SIGNED_AT)
    document = pypdfium2.PdfDocument(sealed.data)
    columns = []
    for number in range(2, len(document)):
        page = document[number]
        columns.append(page.get_textpage().get_text_bounded(left=_VALUE_LEFT - 1, bottom=40))
    document.close()
    return "".join(columns)


@settings(max_examples=60, deadline=None)
@given(values=st.lists(CLINICAL, min_size=1, max_size=30))
@example(values=["Ы" * 120, "a" * 120, "очень.длинный.адрес" * 6 + "@клиника.рф", "№ 7 — «Ёж», 1 500 ₽"])
@example(values=["Нұрсұлтан Әбішұлы", "Łukasz Żółć", "Ґалаґан Її"])
def test_every_value_is_readable_in_full(values, key):
    rows = tuple(("Поле", value) for value in values)

    assert compact(printed(rows, key)) == compact("".join(map(prepare, values)))


@settings(max_examples=60, deadline=None)
@given(value=ANYTHING)
@example(value="имя\u202eмяи")
@example(value="李小龙 🙂 \x00\x07\t\n")
@example(value="и\u0306")
@example(value=")) Tj ET (")
def test_no_text_breaks_the_sheet(value, key):
    sheet = ProtocolSheet(
        title=value or "Лист",
        lead=value,
        sections=(Section(value, ((value, value),)),),
        notices=(value,),
        verify_url="https://e.ru/",
        seal_caption=value,
        qr_caption=value,
    )

    sealed = seal(originals.plain(), sheet=sheet, evidence={"value": "x"}, key=key, signed_at=SIGNED_AT)

    assert len(pypdfium2.PdfDocument(sealed.data)) >= 3


def test_a_character_without_a_glyph_is_visibly_replaced():
    assert prepare("Ли 李") == f"Ли {REPLACEMENT}"


def test_a_character_that_shows_nothing_cannot_hide_in_a_name():
    assert prepare("Ива\u200bнов\u202e\u00ad") == f"Ива{REPLACEMENT}нов{REPLACEMENT}{REPLACEMENT}"


def test_composed_and_decomposed_letters_print_alike():
    assert prepare("Еле\u0308на и\u0306") == "Елёна й"


@settings(deadline=None)
@given(st.text(alphabet="абвЖШWi -.", max_size=200), st.integers(20, 400))
def test_wrapped_lines_fit_and_lose_nothing(text, width):
    lines = wrap(text, VALUE, width)

    assert compact("".join(lines)) == compact(text)
    assert all(VALUE.width(line) <= width or len(line) == 1 for line in lines)


def test_a_line_breaks_at_a_space_but_not_at_a_non_breaking_one():
    lines = wrap("Иванова\u00a0А.\u00a0А. принята", VALUE, VALUE.width("Иванова А. А. при"))

    assert lines == ["Иванова\u00a0А.\u00a0А.", "принята"]


def test_the_seal_names_owner_number_and_validity(key):
    sheet = ProtocolSheet(title="Лист", sections=(), verify_url="https://e.ru/")
    sealed = seal(originals.plain(), sheet=sheet, evidence={}, key=key, signed_at=SIGNED_AT)
    document = pypdfium2.PdfDocument(sealed.data)
    assert raw.FPDFPage_Flatten(document[2], raw.FLAT_PRINT) == raw.FLATTEN_SUCCESS
    document_text = document[2].get_textpage().get_text_bounded()

    assert key.facts.serial_number in document_text
    assert "ООО «Клиника доброй медицины»" in document_text
    assert "с 01.01.2026 по 31.12.2028" in document_text
    assert "25.06.2026, 10:31:07 (UTC+03:00)" in document_text
    assert "Тестовая печать: юридической силы нет" in document_text


def test_the_qr_code_holds_the_address(key, tmp_path):
    """Decoded here: the drawn modules are compared with an independent encoding of the address."""
    url = "https://sep.example.ru/verify?d=01J8ZK3M9Q4T7W2X5Y8Z1A4B6C"
    sheet = ProtocolSheet(title="Лист", sections=(), verify_url=url)
    sealed = seal(originals.plain(), sheet=sheet, evidence={}, key=key, signed_at=SIGNED_AT)
    matrix = segno.make(url, error="m", mask=3, boost_error=False, micro=False).matrix
    image = pypdfium2.PdfDocument(sealed.data)[2].render(scale=4, grayscale=True).to_pil()
    side, right, top = 84.0, 595.28 - 48.0, 50.0 + 104.0
    module = side / len(matrix)

    def is_dark(row, column):
        x = right - side + (column + 0.5) * module
        y = 841.89 - top + (row + 0.5) * module
        return image.getpixel((round(x * 4), round(y * 4))) < 128

    seen = [[is_dark(row, column) for column in range(len(matrix))] for row in range(len(matrix))]
    assert seen == [[bool(bit) for bit in bits] for bits in matrix]


def test_time_is_written_with_its_zone():
    assert written_time(SIGNED_AT) == "25.06.2026, 10:31:07 (UTC+03:00)"
