import io

import pytest
from PIL import Image

from sep.documents import pdf
from sep.documents.pdf import Limits, PdfRefused
from tests.documents.pdf import hostile
from tests.sealing import originals


def opened(page: pdf.PageImage) -> Image.Image:
    return Image.open(io.BytesIO(page.webp)).convert("RGB")


@pytest.fixture(scope="module")
def consent() -> list[pdf.PageImage]:
    return pdf.render(hostile.consent())


def test_every_page_is_drawn_as_wide_as_three_phones(consent):
    assert [page.number for page in consent] == [1, 2]
    for page in consent:
        assert (page.width, page.height) == opened(page).size == (1170, 1655)


def test_a_page_of_text_is_sharp_and_light(consent):
    image = opened(consent[0])
    assert image.getpixel((2, 2)) == (255, 255, 255)
    assert image.convert("L").getextrema()[0] == 0
    assert b"VP8L" in consent[0].webp[:32], "lossless"
    assert len(consent[0].webp) < 60_000


def test_the_text_reads_as_paragraphs(consent):
    lines = consent[0].text.split("\n")

    assert lines[0] == "Информированное добровольное согласие"
    assert lines[1].startswith("Я, Тестовый Тест Тестович, зарегистрированный по адресу: г. Санкт-Петербург,")
    assert lines[1].endswith("возможные варианты медицинского вмешательства, их последствия.")
    assert lines[2] == "1. Мне понятно, что когда-нибудь потребуется очный приём."
    assert lines[3] == "2. Мне понятны ограничения дистанционного взаимодействия."
    assert lines[4:] == ["Услуга Количество Цена, ₽", "Консультация врача 1 2 500"]
    assert consent[1].text == "Дата: 25.06.2026"


def paragraph(words: str, *, width: str = "9cm", size: str = "12pt", setting: str = "") -> list[str]:
    source = (
        f'#set page(width: {width}, height: 12cm)\n#set text(lang: "ru", size: {size})\n{setting}\n{words}'
    )
    return pdf.render(hostile.typst.compile(source.encode()))[0].text.split("\n")


@pytest.mark.parametrize("width", ["7cm", "8cm", "9cm", "10cm", "11cm", "13cm"])
def test_a_divided_word_is_whole_again_wherever_it_was_divided(width):
    words = (
        "Пациентка Римская-Корсакова когда-нибудь получит телемедицинскую консультацию в Санкт-Петербурге."
    )

    assert paragraph(words, width=width, setting="#set par(justify: true)") == [words]


def test_an_indented_line_begins_a_paragraph():
    first = "Первый абзац достаточно длинный, чтобы занять на листе никак не меньше двух или даже трёх строк"
    second = (
        "Второй абзац тоже достаточно длинный, чтобы занять на листе никак не меньше двух или даже трёх строк"
    )

    found = paragraph(
        f"{first}\n\n{second}",
        setting="#set par(first-line-indent: (amount: 2em, all: true), spacing: 0.65em, justify: true)",
    )

    assert found == [first, second]


def test_a_list_keeps_its_items_apart_and_their_lines_together():
    item = "пациенту разъяснены цели, методы и риски медицинского вмешательства"

    assert paragraph(f"- {item}\n- {item}") == [f"• {item}", f"• {item}"]


def test_marks_that_reorder_or_hide_letters_are_left_out():
    assert paragraph("Да\u202eпилатил\u202c и\u200b нет\u00ad.")[0].isprintable()


@pytest.mark.parametrize(
    ("angle", "turn"),
    [(90, "0 1 -1 0 842 0"), (180, "-1 0 0 -1 595 842"), (270, "0 -1 1 0 0 595")],
)
def test_a_page_that_lies_on_its_side_is_shown_and_read_upright(angle, turn):
    with hostile.pikepdf.open(io.BytesIO(hostile.consent())) as document:
        page = document.pages[0]
        page.Rotate = angle
        if angle != 180:
            page.MediaBox = [0, 0, 842, 595]
        page.contents_add(f"q {turn} cm".encode(), prepend=True)
        page.contents_add(b"Q")
        turned = io.BytesIO()
        document.save(turned)

    upright, again = pdf.render(hostile.consent())[0], pdf.render(turned.getvalue())[0]

    assert again.text == upright.text
    assert again.height == pytest.approx(upright.height, abs=2)


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_shown_on_its_side_still_reads(angle):
    with hostile.pikepdf.open(io.BytesIO(hostile.consent())) as document:
        document.pages[0].Rotate = angle
        turned = io.BytesIO()
        document.save(turned)

    page = pdf.render(turned.getvalue())[0]

    assert (page.height > page.width) == (angle == 180)
    assert "Информированное добровольное согласие" in page.text.split("\n")


def test_what_was_typed_into_a_form_is_drawn():
    blank, filled = (pdf.render(data)[0] for data in (hostile.one_page(), typed_into_a_form()))

    assert opened(blank).tobytes() != opened(filled).tobytes()


def test_an_empty_field_is_not_tinted():
    colours = opened(pdf.render(typed_into_a_form(filled=False))[0]).getcolors()

    assert all(red == green == blue for _, (red, green, blue) in colours)


def typed_into_a_form(*, filled: bool = True) -> bytes:
    look = hostile.stream(
        b"1 0 0 rg 0 0 100 20 re f" if filled else b"", b"/Type /XObject /Subtype /Form /BBox [0 0 100 20]"
    )
    field = (
        b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Anna) /F 4 /Rect [200 600 300 620]"
        b" /AP << /N 10 0 R >> >>"
    )
    return hostile.one_page(
        b"/AcroForm << /Fields [9 0 R] >>",
        b"/Annots [9 0 R]",
        {9: field, 10: look},
    )


def test_a_photograph_is_compressed():
    page = pdf.render(photograph())[0]

    assert b"VP8 " in page.webp[:32], "lossy"
    assert opened(page).size == (page.width, page.height)


def photograph() -> bytes:
    shot = Image.effect_noise((600, 850), 60).convert("RGB")
    jpeg = io.BytesIO()
    shot.save(jpeg, "JPEG")
    image = hostile.stream(
        jpeg.getvalue(),
        b"/Subtype /Image /Width 600 /Height 850 /ColorSpace /DeviceRGB"
        b" /BitsPerComponent 8 /Filter /DCTDecode",
    )
    return hostile.one_page(
        resources=b"<< /XObject << /X 9 0 R >> >>",
        more={9: image},
        contents=hostile.stream(b"595 0 0 842 0 0 cm /X Do"),
    )


def test_a_font_of_the_system_is_used_where_none_is_embedded():
    page = pdf.render(originals.plain())[0]

    assert "I agree" in page.text
    assert opened(page).convert("L").getextrema()[0] < 100


def test_a_ribbon_of_paper_fits_into_an_image():
    page = pdf.render(hostile.one_page(box=b"[0 0 100 14000]"))[0]

    assert page.height <= 16_383
    assert page.width == pytest.approx(page.height / 140, abs=1)


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (hostile.billion_laughs(9, 10), {"pdf_unreadable", "pdf_bomb", "pdf_too_slow"}),
        (hostile.flate_bomb(2 << 30), {"pdf_unreadable", "pdf_bomb", "pdf_too_slow"}),
        (hostile.xref_stream_bomb(20_000_000), {"pdf_unreadable", "pdf_bomb", "pdf_damaged", "pdf_too_slow"}),
        (hostile.many_pages(201), {"pdf_too_many_pages"}),
        (hostile.encrypted(user="секрет"), {"pdf_password"}),
        (b"%PDF-1.7 nothing else", {"pdf_damaged"}),
        (b"", {"pdf_empty"}),
    ],
    ids=["laughs", "flate", "xref", "pages", "password", "noise", "nothing"],
)
def test_what_cannot_be_drawn_is_refused_even_if_nobody_inspected_it(data, codes):
    with pytest.raises(PdfRefused) as refused:
        pdf.render(data, Limits(cpu_seconds=3))

    assert refused.value.code in codes
    assert not refused.value.temporary


def test_drawing_ends_when_its_time_is_over():
    with pytest.raises(PdfRefused) as refused:
        pdf.render(hostile.many_pages(200), Limits(cpu_seconds=1))

    assert refused.value.code == "pdf_too_slow"


def test_more_output_than_allowed_is_not_taken():
    with pytest.raises(PdfRefused) as refused:
        pdf.render(photograph(), Limits(max_output_bytes=20_000))

    assert refused.value.code == "pdf_bomb"
