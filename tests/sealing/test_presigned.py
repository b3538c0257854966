"""A document that arrives with signatures of its own keeps them."""

from hashlib import sha256
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from sep.sealing import CannotSeal, SealKind, Status, can_seal, seal, verify
from tests.sealing import attacks, originals
from tests.sealing.conftest import EVIDENCE, SHEET, SIGNED_AT


def signed_by(pkcs12: bytes, *, certify: bool = False, permission: MDPPerm = MDPPerm.FILL_FORMS) -> bytes:
    signer = signers.SimpleSigner.load_pkcs12_data(pkcs12, [], None)
    metadata = signers.PdfSignatureMetadata(
        field_name="Doctor", certify=certify, docmdp_permissions=permission
    )
    writer = IncrementalPdfFileWriter(BytesIO(originals.plain()))
    field = SigFieldSpec("Doctor", on_page=0, box=(300, 40, 500, 90))
    return signers.PdfSigner(metadata, signer, new_field_spec=field).sign_pdf(writer).getvalue()


@pytest.fixture(scope="module", params=["approval", "certification"])
def original(request, stranger_pkcs12) -> bytes:
    return signed_by(stranger_pkcs12, certify=request.param == "certification")


@pytest.fixture
def sealed(original, key):
    return seal(original, sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=SIGNED_AT)


def test_the_earlier_signature_stays_valid(original, sealed, stranger_pkcs12):
    assert sealed.data.startswith(original)
    authority = signers.SimpleSigner.load_pkcs12_data(stranger_pkcs12, [], None).cert_registry
    earlier, ours = PdfFileReader(BytesIO(sealed.data)).embedded_signatures
    assert earlier.field_name == "Doctor"

    status = validate_pdf_signature(
        earlier, ValidationContext(trust_roots=list(authority), allow_fetching=False)
    )

    assert status.bottom_line, status.pretty_print_details()
    assert ours.field_name == "SEPSeal"


def test_no_page_and_no_attachment_is_added(original, sealed):
    with pikepdf.open(BytesIO(sealed.data)) as after, pikepdf.open(BytesIO(original)) as before:
        assert len(after.pages) == len(before.pages)
        assert not after.attachments


def test_the_seal_is_verified_beside_the_earlier_signature(sealed, key):
    verdict = verify(sealed.data, trusted=[key.certificate], issued={sealed.sha256}.__contains__)

    assert verdict.status is Status.ISSUED
    assert verdict.kind is SealKind.PRESIGNED
    assert verdict.evidence is None
    assert verdict.sealed_at == SIGNED_AT


def test_the_protocol_is_a_sealed_file_of_its_own_with_the_original_inside(original, sealed, key):
    verdict = verify(sealed.protocol, trusted=[key.certificate], issued={sealed.protocol_sha256}.__contains__)

    assert verdict.status is Status.ISSUED
    assert verdict.kind is SealKind.PROTOCOL
    assert verdict.evidence == {
        **EVIDENCE,
        "sealKind": "protocol",
        "originalLength": len(original),
        "originalSha256": sha256(original).hexdigest(),
        "sealedSha256": sealed.sha256,
    }
    with pikepdf.open(BytesIO(sealed.protocol)) as pdf:
        assert pdf.attachments["original.pdf"].get_file().read_bytes() == original
    page = pypdfium2.PdfDocument(sealed.protocol)[0]
    assert "Лист подписания" in page.get_textpage().get_text_bounded()


@pytest.mark.parametrize("part", ["data", "protocol"])
@pytest.mark.parametrize("attack", ["overlaid_page", "trailing_bytes", "annotation_over_the_text"])
def test_changes_after_the_seal_are_refused(part, attack, sealed, key):
    changed = attacks.ATTACKS[attack](getattr(sealed, part), b"")

    verdict = verify(changed, trusted=[key.certificate], issued=lambda _: True)

    assert verdict.status is Status.CHANGED


def test_a_document_whose_author_forbade_changes_is_refused(stranger_pkcs12, key):
    original = signed_by(stranger_pkcs12, certify=True, permission=MDPPerm.NO_CHANGES)

    with pytest.raises(CannotSeal) as refusal:
        seal(original, sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=SIGNED_AT)
    assert refusal.value.code == "certified_no_changes"
    assert can_seal(original).code == "certified_no_changes"


def test_a_document_sealed_once_is_not_sealed_again(key):
    sealed = seal(originals.plain(), sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=SIGNED_AT)

    assert can_seal(sealed.data).code == "certified_no_changes"


def test_an_empty_signature_field_is_not_a_signature(key):
    pdf = pikepdf.open(BytesIO(originals.with_form()))
    field = pdf.Root.AcroForm.Fields[0]
    field.FT = pikepdf.Name.Sig
    del field["/V"]

    sealed = seal(originals.written(pdf), sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=SIGNED_AT)

    assert sealed.protocol is None
