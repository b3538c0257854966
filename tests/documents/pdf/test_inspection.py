import hashlib
import re

import pytest

from sep.documents import pdf
from sep.documents.pdf import REASONS, Limits, PdfRefused
from sep.sealing import seal
from tests.documents.pdf import hostile
from tests.sealing import originals
from tests.sealing.conftest import EVIDENCE, KEY_MADE_AT, SHEET, SIGNED_AT, SealKey, make_development_key
from tests.sealing.test_presigned import signed_by

JAVASCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def annotation(entries: bytes) -> bytes:
    return b"/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] %b >>]" % entries


FORBIDDEN = {
    "javascript when opened": ("pdf_javascript", hostile.one_page(b"/OpenAction %b" % JAVASCRIPT)),
    "javascript by name": (
        "pdf_javascript",
        hostile.one_page(b"/Names << /JavaScript << /Names [(a) 9 0 R] >> >>", more={9: JAVASCRIPT}),
    ),
    "javascript before printing": ("pdf_javascript", hostile.one_page(b"/AA << /WP %b >>" % JAVASCRIPT)),
    "javascript on a page": ("pdf_javascript", hostile.one_page(page=b"/AA << /O %b >>" % JAVASCRIPT)),
    "javascript in a link": ("pdf_javascript", hostile.one_page(page=annotation(b"/A %b" % JAVASCRIPT))),
    "javascript behind another action": (
        "pdf_javascript",
        hostile.one_page(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [[%b]] >>" % JAVASCRIPT),
    ),
    "javascript spelt in hexadecimal": (
        "pdf_javascript",
        hostile.one_page(b"/OpenAction << /#53 /J#61va#53cript /J#53 (1) >>"),
    ),
    "javascript that no page refers to": ("pdf_javascript", hostile.one_page(more={9: JAVASCRIPT})),
    "javascript in the trailer": (
        "pdf_javascript",
        hostile.body(
            {
                1: b"<< /Type /Catalog /Pages 2 0 R >>",
                2: hostile.PAGES,
                3: hostile.sheet(),
                4: hostile.DRAWING,
            },
            b"/Extra %b" % JAVASCRIPT,
        ),
    ),
    "launching a program": (
        "pdf_launch",
        hostile.one_page(page=annotation(b"/A << /S /Launch /F (calc.exe) >>")),
    ),
    "sending a form": (
        "pdf_external_action",
        hostile.one_page(page=annotation(b"/A << /S /SubmitForm /F (http://example.org) >>")),
    ),
    "opening another file": (
        "pdf_external_action",
        hostile.one_page(b"/OpenAction << /S /GoToR /F (\\\\\\\\host\\\\share) /D [0 /Fit] >>"),
    ),
    "dynamic form": ("pdf_xfa", hostile.one_page(b"/AcroForm << /Fields [] /XFA (<xdp/>) >>")),
    "rich media": (
        "pdf_rich_media",
        hostile.one_page(page=b"/Annots [<< /Type /Annot /Subtype /RichMedia /Rect [0 0 9 9] >>]"),
    ),
    "sound": (
        "pdf_rich_media",
        hostile.one_page(page=b"/Annots [<< /Type /Annot /Subtype /Sound /Rect [0 0 9 9] >>]"),
    ),
    "attachment": (
        "pdf_embedded_files",
        hostile.one_page(
            b"/Names << /EmbeddedFiles << /Names [(a) 9 0 R] >> >>",
            more={
                9: b"<< /Type /Filespec /F (a.exe) /EF << /F 10 0 R >> >>",
                10: hostile.stream(b"MZ", b"/Type /EmbeddedFile"),
            },
        ),
    ),
    "attachment as a note": (
        "pdf_embedded_files",
        hostile.one_page(page=b"/Annots [<< /Type /Annot /Subtype /FileAttachment /Rect [0 0 9 9] >>]"),
    ),
    "page of a square kilometre": ("pdf_page_size", hostile.one_page(box=b"[0 0 2834646 2834646]")),
    "page without area": ("pdf_page_size", hostile.one_page(box=b"[10 10 10 800]")),
    "cropped to nothing": ("pdf_page_size", hostile.one_page(page=b"/CropBox [10 10 10 10]")),
    "huge image": (
        "pdf_bomb",
        hostile.one_page(
            resources=b"<< /XObject << /X 9 0 R >> >>",
            more={9: hostile.stream(b"0", b"/Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8")},
        ),
    ),
    "inflating drawing": ("pdf_bomb", hostile.flate_bomb(1 << 30)),
    "drawing inflating twice": ("pdf_bomb", hostile.double_flate_bomb(1 << 30)),
    "nesting": ("pdf_bomb", hostile.one_page(more={9: b"[" * 100_000 + b"]" * 100_000})),
    "inflating list of objects": ("pdf_damaged", hostile.xref_stream_bomb(20_000_000)),
    "objects packed together": ("pdf_too_many_objects", hostile.object_stream_bomb(300_000)),
    "a hundred thousand pages": ("pdf_too_many_objects", hostile.many_pages(100_000)),
    "one page too many": ("pdf_too_many_pages", hostile.many_pages(201)),
    "more pages than it says": ("pdf_damaged", hostile.many_pages(3, declared=1)),
    "fewer pages than it says": ("pdf_damaged", hostile.many_pages(3, declared=100)),
    "pages in a circle": ("pdf_damaged", hostile.page_tree_loop()),
    "no pages": (
        "pdf_no_pages",
        hostile.body({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 0 >>"}),
    ),
    "password to open": ("pdf_password", hostile.encrypted(user="секрет")),
    "only the first half": ("pdf_damaged", hostile.consent()[:12_000]),
    "noise after the header": ("pdf_damaged", b"%PDF-1.7\n" + bytes(range(256)) * 400),
    "the header alone": ("pdf_damaged", b"%PDF-1.7\n%%EOF"),
    "web page": ("not_a_pdf", b"<!doctype html><script>alert(1)</script>"),
    "another format before the PDF": ("not_a_pdf", b"GIF89a" + hostile.one_page()),
    "nothing": ("pdf_empty", b""),
    "eleven megabytes": ("pdf_too_large", b"%PDF-1.7\n" + bytes(11 << 20)),
}


@pytest.mark.parametrize(("code", "data"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_hostile_file_is_refused_for_what_it_is(code, data):
    with pytest.raises(PdfRefused) as refused:
        pdf.inspect(data)

    assert refused.value.code == code
    assert re.search("[а-я]{3}", refused.value.message)
    assert not refused.value.temporary


@pytest.mark.parametrize(
    ("limits", "codes"),
    [
        (Limits(memory_bytes=64 << 20), {"pdf_cannot_be_drawn"}),
        (Limits(cpu_seconds=1, memory_bytes=4 << 30), {"pdf_too_slow"}),
    ],
    ids=["more memory than there is", "more time than there is"],
)
def test_forms_within_forms_that_no_screen_can_draw_are_not_taken(limits, codes):
    with pytest.raises(PdfRefused) as refused:
        pdf.inspect(hostile.billion_laughs(9, 10), limits)

    assert refused.value.code in codes
    assert not refused.value.temporary


def test_every_page_is_tried_before_the_file_is_taken():
    with pytest.raises(PdfRefused) as refused:
        pdf.inspect(hostile.laughing_last(200), Limits(memory_bytes=64 << 20))

    assert refused.value.code == "pdf_cannot_be_drawn"


def test_a_consent_is_accepted_as_it_is():
    data = hostile.consent()

    found = pdf.inspect(data)

    assert found.page_count == 2
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert found.size == len(data)
    assert found.normalized is None
    assert not found.presigned


@pytest.mark.parametrize(
    "data",
    [
        hostile.many_pages(200),
        hostile.one_page(b"/OpenAction [3 0 R /Fit]"),
        hostile.one_page(b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"),
        hostile.one_page(page=annotation(b"/A << /S /URI /URI (https://example.org) >>")),
        hostile.one_page(more={9: b"<< /Title (How to refuse /JavaScript and /Launch) >>"}),
        hostile.one_page(resources=b"<< /Font << /EF << /Type /Font >> >> >>"),
        hostile.one_page() + b"\r\n\0\0",
        originals.with_form(),
        originals.linearized(),
    ],
    ids=[
        "two hundred pages",
        "opens at a page",
        "goes to a page",
        "link to a site",
        "words about javascript",
        "font named EF",
        "blanks at the end",
        "form without programs",
        "linearized",
    ],
)
def test_what_is_harmless_is_accepted_unchanged(data):
    assert pdf.inspect(data).normalized is None


@pytest.mark.parametrize(
    ("repair", "data"),
    [
        ("owner_password", hostile.encrypted()),
        ("damaged", hostile.consent()[:-30]),
        ("hybrid_xref", hostile.hybrid()),
        ("trailing_data", hostile.consent() + b"PK\3\4 another format after the PDF"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_clean_copy_is_made_of_what_can_be_mended(repair, data):
    found = pdf.inspect(data)

    assert repair in found.repairs
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    again = pdf.inspect(found.normalized)
    assert (again.page_count, again.repairs, again.normalized) == (found.page_count, (), None)


def test_the_clean_copy_of_a_file_is_always_the_same():
    data = hostile.consent() + b"tail"

    assert pdf.inspect(data).normalized == pdf.inspect(data).normalized


def test_restrictions_are_gone_from_the_clean_copy_and_the_words_stay():
    copy = pdf.inspect(hostile.encrypted()).normalized

    assert b"/Encrypt" not in copy
    assert "Информированное добровольное согласие" in pdf.render(copy)[0].text


@pytest.fixture(scope="module")
def doctor_signed() -> bytes:
    return signed_by(make_development_key("ООО «Ромашка»", not_before=KEY_MADE_AT))


def test_a_document_signed_elsewhere_is_accepted_untouched(doctor_signed):
    found = pdf.inspect(doctor_signed)

    assert found.presigned
    assert found.normalized is None


def test_a_signed_document_is_never_mended(doctor_signed):
    with pytest.raises(PdfRefused) as refused:
        pdf.inspect(doctor_signed + b"tail")

    assert refused.value.code == "pdf_signed_damaged"


def test_a_document_that_the_service_has_sealed_is_refused():
    key = SealKey.from_pkcs12(make_development_key("ООО «Ромашка»", not_before=KEY_MADE_AT), None)
    sealed = seal(originals.plain(), sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=SIGNED_AT)

    with pytest.raises(PdfRefused) as refused:
        pdf.inspect(sealed.data)

    assert refused.value.code in {"pdf_embedded_files", "pdf_certified"}


def test_a_message_names_the_limit_that_was_set():
    with pytest.raises(PdfRefused, match="больше 2\u00a0страниц"):
        pdf.inspect(hostile.many_pages(3), Limits(max_pages=2))
    with pytest.raises(PdfRefused, match="больше 1\u00a0МБ"):
        pdf.inspect(hostile.one_page() + bytes(2 << 20), Limits(max_bytes=1 << 20))


def test_every_refusal_has_a_sentence_for_people():
    for code, message in REASONS.items():
        assert re.fullmatch(r"(pdf_[a-z_]+|not_a_pdf)", code)
        assert message.endswith(".")
