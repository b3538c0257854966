from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from sep.sealing import SealKey, Status, make_development_key, seal, sealer, verify
from sep.sealing.cms import Signatory
from sep.sealing.verification import Verdict
from tests.sealing import attacks, originals
from tests.sealing.conftest import EVIDENCE, SHEET, SIGNED_AT


@pytest.fixture(scope="module")
def target(key):
    """A sealed file whose original hides a second text, as a shadow attack prepares it."""
    pdf = pikepdf.open(BytesIO(originals.plain()))
    pdf.pages[0].SomePrivateKey = pdf.make_stream(attacks.HIDDEN)
    original = originals.written(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return seal(original, sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=SIGNED_AT)


def judged(data, key, issued=()) -> Verdict:
    return verify(data, trusted=[key.certificate], issued=set(issued).__contains__)


def origin(original: bytes) -> tuple[int, str]:
    return len(original), sha256(original).hexdigest()


def test_an_untouched_file_is_issued(sealed, key):
    verdict = judged(sealed.data, key, [sealed.sha256])

    assert verdict.status is Status.ISSUED
    assert verdict.status.sentence == "Файл выдан этим сервисом и не изменялся."
    assert all(check.ok for check in verdict.checks)
    assert verdict.certificate.owner == "ООО «Клиника доброй медицины»"
    assert verdict.certificate.is_development
    assert verdict.sealed_at == SIGNED_AT


def test_a_sound_file_outside_the_registry_is_valid_and_says_so(sealed, key):
    verdict = judged(sealed.data, key)

    assert verdict.status is Status.VALID
    assert [check.code for check in verdict.failures] == ["issued"]


@pytest.mark.parametrize("name", attacks.ATTACKS)
def test_a_hostile_change_is_refused(name, target, key, stranger_pkcs12):
    changed = attacks.ATTACKS[name](target.data, stranger_pkcs12)
    assert changed != target.data

    # Even if the registry were fooled as well, the file itself must speak against it.
    verdict = verify(changed, trusted=[key.certificate], issued=lambda _: True)

    no_trace = name in ("empty_signature", "missing_signature")
    assert verdict.status is (Status.NOT_OURS if no_trace else Status.CHANGED), verdict


def test_a_wrapped_file_shows_another_text_under_an_intact_digest(target, key, stranger_pkcs12):
    """Otherwise the test above would refuse a broken imitation of the attack."""
    changed = attacks.wrapped_signature(target.data, stranger_pkcs12)

    page = pypdfium2.PdfDocument(changed)[0]
    assert "1000000" in page.get_textpage().get_text_bounded()
    verdict = verify(changed, trusted=[key.certificate], issued=lambda _: True)
    assert [check.code for check in verdict.failures] == ["container"]


def test_the_original_alone_has_no_seal(sealed, key):
    verdict = judged(sealed.data[: sealed.original_length], key, [sealed.sha256])

    assert verdict.status is Status.NO_SEAL
    assert verdict.evidence is None


def test_a_seal_of_the_same_name_by_another_key_is_not_ours(key, stranger_pkcs12):
    forged = seal(
        originals.plain(),
        sheet=SHEET,
        evidence=EVIDENCE,
        key=SealKey.from_pkcs12(stranger_pkcs12, None),
        signed_at=SIGNED_AT,
    )

    verdict = judged(forged.data, key)

    assert verdict.status is Status.NOT_OURS
    assert verdict.certificate is None


def test_a_foreign_signature_under_our_certificate_is_refused(key, stranger_pkcs12):
    """Our certificate is public: anyone can put it into a container and sign with another key."""
    stranger = SealKey.from_pkcs12(stranger_pkcs12, None)
    impostor = replace(stranger, _signatory=Signatory(key.chain[:1]))
    laid_out = sealer.set_sheet(SHEET, key.facts, SIGNED_AT)
    writer = sealer.revision.extend(sealer._open(originals.plain()))
    evidence = sealer.document_evidence(EVIDENCE, *origin(originals.plain()))
    forged = sealer._Imprint(laid_out, impostor, SIGNED_AT, "Печать").visible(writer, evidence)

    verdict = judged(forged, key)

    assert verdict.status is Status.CHANGED
    assert "signature" in [check.code for check in verdict.failures]


@pytest.mark.parametrize("moved", [timedelta(days=-3000), timedelta(days=3000)], ids=["before", "after"])
def test_a_seal_outside_the_validity_of_its_certificate_is_refused(moved, key):
    moment = SIGNED_AT + moved
    laid_out = sealer.set_sheet(SHEET, key.facts, moment)
    writer = sealer.revision.extend(sealer._open(originals.plain()))
    evidence = sealer.document_evidence(EVIDENCE, *origin(originals.plain()))
    data = sealer._Imprint(laid_out, key, moment, "Печать").visible(writer, evidence)

    verdict = judged(data, key)

    assert verdict.status is Status.CHANGED
    assert [check.code for check in verdict.failures] == ["certificate_period", "issued"]


def test_evidence_of_the_original_is_not_taken_for_ours(key):
    sealed = seal(originals.with_attachments(), sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=SIGNED_AT)

    verdict = judged(sealed.data, key)

    assert "forged" not in verdict.evidence
    assert verdict.evidence["signer"] == EVIDENCE["signer"]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"hello", bytes(1000), originals.damaged()], ids=range(5))
def test_what_is_not_a_pdf_is_unreadable(data, key):
    assert judged(data, key).status is Status.UNREADABLE


def test_validation_data_and_an_archive_timestamp_may_follow(sealed, key):
    verdict = judged(_archived(sealed.data), key, [sealed.sha256])

    assert verdict.status is Status.VALID
    assert verdict.evidence["signer"] == EVIDENCE["signer"]


def test_a_change_under_an_archive_timestamp_is_refused(sealed, key):
    changed = _archived(attacks.overlaid_page(sealed.data, b""))

    assert judged(changed, key).status is Status.CHANGED


def test_bytes_after_an_archive_timestamp_are_refused(sealed, key):
    assert judged(_archived(sealed.data) + b"%\n%%EOF\n", key).status is Status.CHANGED


def test_validation_data_without_a_timestamp_leave_the_end_open_and_are_refused(sealed, key):
    assert judged(_with_security_store(sealed.data), key).status is Status.CHANGED


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_flipped_bit_passes(sealed, key, data):
    position = data.draw(st.integers(0, len(sealed.data) - 1))
    changed = bytearray(sealed.data)
    changed[position] ^= 1 << data.draw(st.integers(0, 7))

    verdict = verify(bytes(changed), trusted=[key.certificate], issued=lambda _: True)

    assert not verdict.is_genuine


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.data())
def test_no_replaced_stretch_passes(sealed, key, stretch, data):
    position = data.draw(st.integers(0, len(sealed.data)))
    changed = sealed.data[:position] + stretch + sealed.data[position + len(stretch) // 2 :]

    verdict = judged(changed, key, [sealed.sha256])

    assert changed == sealed.data or not verdict.is_genuine


def _timestamper() -> timestamps.DummyTimeStamper:
    signer = signers.SimpleSigner.load_pkcs12_data(make_development_key("Служба времени"), [], None)
    return timestamps.DummyTimeStamper(
        tsa_cert=signer.signing_cert,
        tsa_key=signer.signing_key,
        certs_to_embed=SimpleCertificateStore.from_certs(signer.cert_registry),
    )


def _with_security_store(data: bytes) -> bytes:
    signer = signers.SimpleSigner.load_pkcs12_data(make_development_key("Служба времени"), [], None)
    stream = BytesIO(data)
    DocumentSecurityStore.add_dss(stream, sig_contents=None, certs=list(signer.cert_registry))
    return stream.getvalue()


def _archived(data: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(_with_security_store(data)))
    return signers.PdfTimeStamper(_timestamper()).timestamp_pdf(writer, "sha256").getvalue()
