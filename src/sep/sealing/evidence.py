"""`evidence.json`: what the caller recorded about the signing, tied to the original by length and hash."""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import sha256

from sep.sealing.revision import Attachment

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]

FILE_NAME = "evidence.json"
ORIGINAL_NAME = "original.pdf"

_OURS = frozenset({"sealKind", "originalLength", "originalSha256", "sealedSha256"})


class SealKind(StrEnum):
    """What a sealed file is."""

    DOCUMENT = "document"  # the original and the protocol pages after it
    PROTOCOL = "protocol"  # the protocol alone, the original attached to it
    PRESIGNED = "presigned"  # the original with its own signatures and an invisible seal, no evidence inside


def check_names(evidence: Mapping[str, Json]) -> None:
    """Refuse evidence that uses a name which the seal itself writes.

    Raises:
        ValueError: it does.
    """
    clash = _OURS & evidence.keys()
    if clash:
        raise ValueError(f"the seal itself writes {', '.join(sorted(clash))}")


def document_evidence(evidence: Mapping[str, Json], length: int, digest: str) -> Attachment:
    """The evidence that travels inside the document itself; length and SHA-256 are the original's."""
    return _attachment({**evidence, **_origin(SealKind.DOCUMENT, length, digest)})


def protocol_evidence(evidence: Mapping[str, Json], length: int, digest: str, sealed: bytes) -> Attachment:
    """The evidence of a protocol issued beside a document that came with signatures of its own."""
    origin = _origin(SealKind.PROTOCOL, length, digest)
    return _attachment({**evidence, **origin, "sealedSha256": sha256(sealed).hexdigest()})


def attached_original(original: bytes) -> Attachment:
    """The original as the source of the protocol."""
    return Attachment(ORIGINAL_NAME, "application/pdf", original, "Source", is_compressed=True)


def _origin(kind: SealKind, length: int, digest: str) -> dict[str, Json]:
    return {
        "sealKind": kind.value,
        "originalLength": length,
        "originalSha256": digest,
    }


def _attachment(evidence: Mapping[str, Json]) -> Attachment:
    text = json.dumps(evidence, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return Attachment(FILE_NAME, "application/json", text.encode(), "Supplement")
