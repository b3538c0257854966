"""Whether a file is one of ours: by the seals that this installation has had and the files it issued."""

from cryptography.x509 import Certificate, load_der_x509_certificate
from django.db.models import Q

from sep.ceremony.models import SealCertificate
from sep.documents.models import Document
from sep.sealing import Verdict, verify


def check(data: bytes) -> Verdict:
    """Judge a file by its own bytes and by the register of issued files; nothing of it is kept."""
    return verify(data, trusted=_certificates(), issued=_is_issued)


def _certificates() -> list[Certificate]:
    ders = SealCertificate.objects.order_by("first_used_at").values_list("der", flat=True)
    return [load_der_x509_certificate(bytes(der)) for der in ders]


def _is_issued(sha256: str) -> bool:
    return Document.objects.filter(Q(sealed_sha256=sha256) | Q(protocol_sha256=sha256)).exists()
