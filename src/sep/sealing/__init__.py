"""PDF in, sealed PDF out, and its verification.

    key = SealKey.from_pkcs12(data, passphrase)
    sealed = seal(original, sheet=sheet, evidence=evidence, key=key, signed_at=moment)
    verdict = verify(sealed.data, trusted=[key.certificate], issued={sealed.sha256}.__contains__)

The sealed file is the original byte for byte and one incremental revision after it: the protocol page, the
evidence, the visible seal, a PAdES B-B certification that forbids further changes.
"""

from sep.sealing.certificates import CertificateFacts
from sep.sealing.development import make_development_key
from sep.sealing.errors import CannotSeal, KeyRefused, SealingError, SelfCheckFailed
from sep.sealing.evidence import Json, SealKind
from sep.sealing.extract import extract_protocol
from sep.sealing.keys import SealKey
from sep.sealing.layout import written_time
from sep.sealing.sealer import SealedFile, can_seal, seal
from sep.sealing.sheet import ProtocolSheet, Section
from sep.sealing.verification import Check, Status, Verdict, verify

__all__ = [
    "CannotSeal",
    "CertificateFacts",
    "Check",
    "Json",
    "KeyRefused",
    "ProtocolSheet",
    "SealKey",
    "SealKind",
    "SealedFile",
    "SealingError",
    "Section",
    "SelfCheckFailed",
    "Status",
    "Verdict",
    "can_seal",
    "extract_protocol",
    "make_development_key",
    "seal",
    "verify",
    "written_time",
]
