"""Programs that are not ours accept the seal."""

import shutil
import subprocess
from io import BytesIO

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from sep.sealing import seal
from tests.sealing import originals
from tests.sealing.conftest import EVIDENCE, SHEET, SIGNED_AT

needs_pdfsig = pytest.mark.skipif(
    not (shutil.which("pdfsig") and shutil.which("certutil")),
    reason="pdfsig (poppler-utils) and certutil (libnss3-tools) are not installed",
)


@pytest.fixture(scope="module")
def trust_store(key, tmp_path_factory):
    """An NSS database that trusts the development authority."""
    folder = tmp_path_factory.mktemp("nss")
    authority = folder / "authority.pem"
    authority.write_bytes(key.chain[-1].public_bytes(Encoding.PEM))
    store = f"sql:{folder}"
    subprocess.run(["certutil", "-N", "-d", store, "--empty-password"], check=True)
    subprocess.run(
        ["certutil", "-A", "-n", "authority", "-t", "C,C,C", "-d", store, "-i", authority], check=True
    )
    return folder


@needs_pdfsig
@pytest.mark.parametrize("name", originals.ORIGINALS)
def test_pdfsig_accepts_the_seal(name, key, trust_store, tmp_path):
    sealed = seal(originals.ORIGINALS[name](), sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=SIGNED_AT)
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed.data)

    told = subprocess.run(
        ["pdfsig", "-nssdir", trust_store, path], check=True, capture_output=True, text=True
    ).stdout

    assert "Signature is Valid." in told
    assert "Certificate is Trusted." in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told


@pytest.mark.parametrize("name", originals.ORIGINALS)
def test_pyhanko_accepts_the_seal(name, key):
    sealed = seal(originals.ORIGINALS[name](), sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=SIGNED_AT)
    (signature,) = PdfFileReader(BytesIO(sealed.data), strict=True).embedded_signatures
    authority = x509.Certificate.load(key.chain[-1].public_bytes(Encoding.DER))

    status = validate_pdf_signature(
        signature, ValidationContext(trust_roots=[authority], allow_fetching=False)
    )

    assert status.bottom_line, status.pretty_print_details()
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.modification_level == ModificationLevel.NONE
    assert signature.docmdp_level == MDPPerm.NO_CHANGES
