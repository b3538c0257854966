import json
import re
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pikepdf
import pypdfium2
import pytest

from sep.sealing import (
    CannotSeal,
    SealKind,
    SelfCheckFailed,
    Status,
    can_seal,
    extract_protocol,
    seal,
    sealer,
    verify,
)
from tests.sealing import originals
from tests.sealing.conftest import EVIDENCE, SHEET, SIGNED_AT


def sealed_from(original, key, evidence=EVIDENCE):
    return seal(original, sheet=SHEET, evidence=evidence, key=key, signed_at=SIGNED_AT)


def rendered(page):
    return page.render(may_draw_forms=False).to_pil().tobytes()


@pytest.mark.parametrize("name", originals.ORIGINALS)
def test_every_shape_of_original_is_sealed_and_stays_byte_for_byte(name, key):
    original = originals.ORIGINALS[name]()

    sealed = sealed_from(original, key)

    assert sealed.data.startswith(original)
    assert sealed.original_length == len(original)
    assert sealed.original_sha256 == sha256(original).hexdigest()
    assert sealed.sha256 == sha256(sealed.data).hexdigest()
    verdict = verify(sealed.data, trusted=[key.certificate], issued={sealed.sha256}.__contains__)
    assert verdict.status is Status.ISSUED
    assert verdict.kind is SealKind.DOCUMENT
    assert verdict.sealed_at == SIGNED_AT
    assert verdict.evidence == {
        **EVIDENCE,
        "sealKind": "document",
        "originalLength": len(original),
        "originalSha256": sealed.original_sha256,
    }


@pytest.mark.parametrize("name", originals.ORIGINALS)
def test_the_protocol_is_an_upright_a4_page_after_unchanged_pages(name, key):
    original = originals.ORIGINALS[name]()
    before = pypdfium2.PdfDocument(original)

    after = pypdfium2.PdfDocument(sealed_from(original, key).data)

    assert len(after) == len(before) + 1
    protocol = after[len(before)]
    assert [round(side) for side in protocol.get_size()] == [595, 842]
    assert protocol.get_rotation() == 0
    assert "Лист подписания" in protocol.get_textpage().get_text_bounded()
    for number in range(len(before)):
        assert rendered(before[number]) == rendered(after[number])


@pytest.mark.parametrize("name", ["plain", "with_attachments", "with_attachment_tree"])
def test_evidence_is_attached_beside_the_attachments_of_the_original(name, key):
    original = originals.ORIGINALS[name]()
    with pikepdf.open(BytesIO(original)) as pdf:
        before = {attached: pdf.attachments[attached].get_file().read_bytes() for attached in pdf.attachments}

    with pikepdf.open(BytesIO(sealed_from(original, key).data)) as pdf:
        after = {attached: pdf.attachments[attached].get_file().read_bytes() for attached in pdf.attachments}
        assert pdf.Root.AF[-1].AFRelationship == "/Supplement"

    assert len(after) == len(before) + 1
    (added,) = (content for attached, content in after.items() if attached not in before)
    assert json.loads(added)["signer"] == "Тестовая М. П."


def test_the_seal_leaves_version_and_metadata_of_the_original_alone(key):
    pdf = pikepdf.open(BytesIO(originals.plain()))
    with pdf.open_metadata() as metadata:
        metadata["pdfaid:part"] = "2"
    original = originals.written(pdf, force_version="1.4")

    with pikepdf.open(BytesIO(sealed_from(original, key).data)) as sealed:
        assert sealed.pdf_version == "1.4"
        assert "/Version" not in sealed.Root
        with pikepdf.open(BytesIO(original)) as before:
            assert sealed.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()


def test_a_sheet_longer_than_a_page_continues_on_the_next(key):
    rows = tuple((f"Событие {number}", "текст " * 30 + f"(конец {number})") for number in range(40))
    long_sheet = type(SHEET)(
        title=SHEET.title, sections=(type(SHEET.sections[0])("События", rows),), verify_url=SHEET.verify_url
    )

    sealed = seal(originals.plain(), sheet=long_sheet, evidence={}, key=key, signed_at=SIGNED_AT)

    document = pypdfium2.PdfDocument(sealed.data)
    assert len(document) > 2 + 1
    texts = [document[number].get_textpage().get_text_bounded() for number in range(2, len(document))]
    for number in range(40):  # no row is torn
        (page,) = (text for text in texts if re.search(rf"Событие {number}\b", text))
        assert f"(конец {number})" in page
    assert f"страница 2 из {len(texts)}" in texts[1]


def test_the_protocol_can_be_taken_out_for_reading(key):
    sealed = sealed_from(originals.with_form(), key)

    protocol = pypdfium2.PdfDocument(extract_protocol(sealed.data, sealed.original_length))

    assert len(protocol) == 1
    text = protocol[0].get_textpage().get_text_bounded()
    assert "Тестовая Мария Петровна" in text
    assert key.facts.serial_number in text


@pytest.mark.parametrize(
    ("original", "code"),
    [
        (b"", "damaged"),
        (b"not a pdf at all", "damaged"),
        (originals.damaged(), "damaged"),
        (originals.encrypted(), "encrypted"),
        (originals.hybrid_reference(), "hybrid_xref"),
        (originals.with_usage_rights(), "usage_rights"),
    ],
    ids=["empty", "text", "damaged", "encrypted", "hybrid_xref", "usage_rights"],
)
def test_what_cannot_be_sealed_is_refused_with_a_reason(original, code, key):
    with pytest.raises(CannotSeal) as refusal:
        sealed_from(original, key)

    assert refusal.value.code == code
    reason = can_seal(original)
    assert reason is not None
    assert reason.code == code


def test_a_trial_finds_nothing_against_a_sound_file():
    assert can_seal(originals.plain()) is None


def test_a_time_without_zone_is_refused(key):
    with pytest.raises(ValueError, match="time zone"):
        seal(originals.plain(), sheet=SHEET, evidence={}, key=key, signed_at=SIGNED_AT.replace(tzinfo=None))


def test_evidence_may_not_claim_what_the_seal_itself_records(key):
    with pytest.raises(ValueError, match="originalSha256"):
        sealed_from(originals.plain(), key, {"originalSha256": "00"})


def test_evidence_must_be_json(key):
    with pytest.raises(TypeError, match="serializable"):
        sealed_from(originals.plain(), key, {"moment": SIGNED_AT})


def test_an_expired_certificate_does_not_seal(key):
    with pytest.raises(SelfCheckFailed) as failure:
        seal(originals.plain(), sheet=SHEET, evidence={}, key=key, signed_at=key.not_after + timedelta(1))

    assert failure.value.code == "certificate_period"


def test_a_file_that_fails_its_own_verification_is_not_issued(key, monkeypatch):
    signed = sealer.revision.sign

    def damaged_while_written(writer, signature):
        return signed(writer, signature).replace(b"%%EOF\n", b"%%EOF ", 1)

    monkeypatch.setattr(sealer.revision, "sign", damaged_while_written)

    with pytest.raises(SelfCheckFailed):
        sealed_from(originals.plain(), key)
