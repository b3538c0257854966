"""Looks at a freshly sealed file with other eyes before it is issued."""

from io import BytesIO

import pikepdf
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult

from sep.sealing.errors import SelfCheckFailed
from sep.sealing.evidence import SealKind
from sep.sealing.keys import SealKey
from sep.sealing.verification import Status, verify


def check_document(original: bytes, sealed: bytes, key: SealKey, *, pages: int) -> None:
    """Verify a document sealed with its protocol inside.

    Raises:
        SelfCheckFailed: it must not be issued.
    """
    _check_prefix(original, sealed)
    _check_seal(sealed, key, SealKind.DOCUMENT)
    _check_reopened(sealed, pages=pages)


def check_protocol(protocol: bytes, key: SealKey, *, pages: int) -> None:
    """Verify a protocol issued as a file of its own.

    Raises:
        SelfCheckFailed: it must not be issued.
    """
    _check_seal(protocol, key, SealKind.PROTOCOL)
    _check_reopened(protocol, pages=pages)


def check_presigned(original: bytes, sealed: bytes, key: SealKey, *, pages: int) -> None:
    """Verify a document that came with signatures: they must be as good as they were.

    Raises:
        SelfCheckFailed: it must not be issued.
    """
    _check_prefix(original, sealed)
    _check_seal(sealed, key, SealKind.PRESIGNED)
    _check_reopened(sealed, pages=pages)
    before, after = _integrity_of_signatures(original), _integrity_of_signatures(sealed)
    if after[: len(before)] != before:
        raise SelfCheckFailed("earlier_signatures", "Печать нарушила прежние подписи документа.")


def _check_prefix(original: bytes, sealed: bytes) -> None:
    if not sealed.startswith(original):
        raise SelfCheckFailed("prefix", "Исходный документ внутри файла изменился.")


def _check_seal(sealed: bytes, key: SealKey, kind: SealKind) -> None:
    verdict = verify(sealed, trusted=(key.certificate,), issued=lambda _: True)
    if verdict.status is not Status.ISSUED or verdict.kind is not kind:
        failure = next(iter(verdict.failures), None)
        code, text = (failure.code, failure.text) if failure else ("kind", verdict.status.sentence)
        raise SelfCheckFailed(code, text)


def _check_reopened(sealed: bytes, *, pages: int) -> None:
    # qpdf as a second opinion: every sealed file that it warned about turned out broken in some viewer.
    try:
        with pikepdf.open(BytesIO(sealed), suppress_warnings=True, inherit_page_attributes=False) as pdf:
            found = len(pdf.pages)
            warnings = pdf.get_warnings()
    except pikepdf.PdfError as error:
        raise SelfCheckFailed("reopened", "Файл с печатью не открывается.") from error
    if warnings:
        raise SelfCheckFailed("reopened", "Файл с печатью открывается с предупреждениями.")
    if found != pages:
        raise SelfCheckFailed("page_count", "В файле с печатью не столько страниц, сколько должно быть.")


def _integrity_of_signatures(data: bytes) -> list[str]:
    """One word for each signature, in signing order."""
    words = []
    for signature in PdfFileReader(BytesIO(data), strict=True).embedded_signatures:
        try:
            signature.compute_integrity_info()
            word = "kept" if isinstance(signature.diff_result, DiffResult) else "broken"
        except Exception:  # noqa: BLE001 - GOST digests are unknown to pyHanko and raise, not report
            word = "unknown"
        words.append(word)
    return words
