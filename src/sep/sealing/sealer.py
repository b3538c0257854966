"""Seals a document: the original, byte for byte, and one revision after it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import read_certification_data

from sep.sealing import revision
from sep.sealing.development import make_development_key
from sep.sealing.errors import CannotSeal, SelfCheckFailed
from sep.sealing.evidence import Json, attached_original, check_names, document_evidence, protocol_evidence
from sep.sealing.keys import SealKey
from sep.sealing.layout import SetSheet, set_sheet
from sep.sealing.revision import Attachment
from sep.sealing.selfcheck import check_document, check_presigned, check_protocol
from sep.sealing.sheet import ProtocolSheet

_USAGE_RIGHTS = frozenset({"/UR", "/UR3"})  # ISO 32000-1, 12.8.2.3


@dataclass(frozen=True)
class SealedFile:
    """A document ready to be issued. Hashes are SHA-256, lower-case hexadecimal."""

    data: bytes
    sha256: str
    original_sha256: str
    original_length: int  # bytes; `data[:original_length]` is the original
    protocol: bytes | None  # a sealed PDF of its own when the original came signed, otherwise inside `data`

    @property
    def protocol_sha256(self) -> str | None:
        return None if self.protocol is None else sha256(self.protocol).hexdigest()


def seal(
    original: bytes,
    *,
    sheet: ProtocolSheet,
    evidence: Mapping[str, Json],
    key: SealKey,
    signed_at: datetime,
) -> SealedFile:
    """Append the protocol, the evidence and the organization's seal to a PDF, and check the result.

    An original that carries signatures gets an invisible seal only, since a page or an attachment would break
    them; its protocol is then issued as a separate sealed PDF with the original attached.

    Args:
        original: a PDF as the intake accepted it.
        sheet: what the protocol prints.
        evidence: a JSON object; `sealKind`, `originalLength`, `originalSha256` and `sealedSha256` are added.
        key: the organization's seal.
        signed_at: the time of the seal, with a zone.

    Raises:
        CannotSeal: the PDF cannot be extended as it is.
        SelfCheckFailed: the result did not verify; nothing may be issued. `certificate_period` when the
            certificate was not in force at `signed_at`.
        ValueError, TypeError: `signed_at` has no zone; the evidence uses a name of ours or is not JSON.
    """
    if signed_at.tzinfo is None:
        raise ValueError("signed_at must have a time zone")
    check_names(evidence)
    imprint = _Imprint(set_sheet(sheet, key.facts, signed_at), key, signed_at, sheet.seal_caption)
    added_pages = len(imprint.laid_out.pages)
    original_sha256 = sha256(original).hexdigest()
    own_evidence = document_evidence(evidence, len(original), original_sha256)
    protocol = None
    with _damage_is_a_refusal():
        reader = _open(original)
        # Any filled field counts, also of a kind that pyHanko cannot validate.
        is_presigned = any(True for _ in enumerate_sig_fields(reader, filled_status=True))
        pages = int(reader.root["/Pages"]["/Count"])
        writer = revision.extend(reader)
        data = imprint.invisible(writer) if is_presigned else imprint.visible(writer, own_evidence)
    if is_presigned:
        check_presigned(original, data, key, pages=pages)
        own_evidence = protocol_evidence(evidence, len(original), original_sha256, data)
        protocol = imprint.visible(revision.begin(), attached_original(original), own_evidence)
        check_protocol(protocol, key, pages=added_pages)
    else:
        check_document(original, data, key, pages=pages + added_pages)
    return SealedFile(
        data=data,
        sha256=sha256(data).hexdigest(),
        original_sha256=original_sha256,
        original_length=len(original),
        protocol=protocol,
    )


def can_seal(original: bytes) -> CannotSeal | None:
    """Try the whole sealing on a PDF with a throw-away key.

    Returns:
        Nothing when the document can be sealed, otherwise the reason. A rewrite of the file by qpdf may
        remove any reason but `certified_no_changes`.
    """
    key = _trial_key()
    trial_time = key.certificate.not_valid_before_utc + timedelta(hours=2)
    try:
        seal(original, sheet=_TRIAL_SHEET, evidence={}, key=key, signed_at=trial_time)
    except CannotSeal as reason:
        return reason
    except SelfCheckFailed as failure:
        return CannotSeal("self_check", f"Пробная печать не прошла проверку. {failure}")
    return None


@dataclass(frozen=True)
class _Imprint:
    """What this seal prints and signs, on whichever file."""

    laid_out: SetSheet
    key: SealKey
    signed_at: datetime
    reason: str

    def visible(self, writer: BasePdfFileWriter, *attachments: Attachment) -> bytes:
        place, appearance = revision.add_sheet(writer, self.laid_out)
        for attachment in attachments:
            revision.attach(writer, attachment)
        signature = revision.Signature(place, self.key, self.signed_at, self.reason, appearance)
        return revision.sign(writer, signature)

    def invisible(self, writer: BasePdfFileWriter) -> bytes:
        place = revision.invisible_place(writer)
        return revision.sign(writer, revision.Signature(place, self.key, self.signed_at, self.reason))


_TRIAL_SHEET = ProtocolSheet(title="Лист подписания", sections=(), verify_url="https://example.org/")


@cache
def _trial_key() -> SealKey:
    return SealKey.from_pkcs12(make_development_key("Пробная печать"), None)


@contextmanager
def _damage_is_a_refusal() -> Iterator[None]:
    try:
        yield
    except CannotSeal:
        raise
    except Exception as error:
        # Damaged files make a PDF library fail in dozens of ways: KeyError, RecursionError, zlib.error…
        raise CannotSeal("damaged", "Структура файла PDF повреждена или нестандартна.") from error


def _open(original: bytes) -> PdfFileReader:
    reader = PdfFileReader(BytesIO(original), strict=True)
    if reader.encrypted:
        raise CannotSeal("encrypted", "Файл PDF зашифрован.")
    if reader.xrefs.hybrid_xrefs_present:
        raise CannotSeal("hybrid_xref", "Файл PDF имеет двойную таблицу ссылок (hybrid-reference).")
    if reader.root["/Pages"]["/Count"] < 1:
        raise CannotSeal("no_pages", "В файле PDF нет страниц.")
    if "/Perms" in reader.root and not _USAGE_RIGHTS.isdisjoint(reader.root["/Perms"]):
        raise CannotSeal("usage_rights", "Файл PDF имеет особые права Adobe Reader и не допускает изменений.")
    certification = read_certification_data(reader)
    if certification is not None and certification.permission == MDPPerm.NO_CHANGES:
        raise CannotSeal("certified_no_changes", "Автор документа запретил подписью любые изменения.")
    return reader
