"""What people are told about a seal's certificate."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, Name
from cryptography.x509.oid import NameOID

# The organization name of the authority that `development.py` makes: the mark of a seal without legal force.
DEVELOPMENT_AUTHORITY = "Тестовый контур СЭП"


@dataclass(frozen=True)
class CertificateFacts:
    """A certificate in words."""

    owner: str
    issuer: str
    serial_number: str  # hexadecimal, upper case
    not_before: datetime  # UTC
    not_after: datetime  # UTC
    sha256: str  # hexadecimal
    is_development: bool


def certificate_facts(certificate: Certificate) -> CertificateFacts:
    """Read the facts that a person compares: whose, which number, from when to when."""
    return CertificateFacts(
        owner=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        serial_number=f"{certificate.serial_number:X}",
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        sha256=sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
        is_development=_first(certificate.issuer, NameOID.ORGANIZATION_NAME) == DEVELOPMENT_AUTHORITY,
    )


def _name(name: Name) -> str:
    return (
        _first(name, NameOID.ORGANIZATION_NAME) or _first(name, NameOID.COMMON_NAME) or name.rfc4514_string()
    )


def _first(name: Name, kind: object) -> str:
    values = [one.value for one in name if one.oid == kind]
    return str(values[0]) if values else ""
