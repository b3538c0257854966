"""Reads a hostile PDF with qpdf and decides whether it may be signed.

Runs only in the disposable process.
"""

import contextlib
import io
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import pikepdf
from pikepdf import settings

from sep.documents.pdf.active_content import check_object
from sep.documents.pdf.errors import refusal
from sep.documents.pdf.limits import Limits
from sep.documents.pdf.streams import decoded_size
from sep.sealing import can_seal

# What qpdf tells only in its message; the first is a file encrypted to a certificate (Adobe.PubSec).
_QPDF_WORDS: Final = MappingProxyType({"encryption": "pdf_password", "no pages found": "pdf_no_pages"})


@dataclass(frozen=True, slots=True)
class Findings:
    page_count: int
    presigned: bool
    repairs: tuple[str, ...]
    normalized: bytes | None


def examine(data: bytes, limits: Limits) -> Findings:
    """Check the file, and rewrite it when it is unfit as it stands but can be mended.

    Raises:
        PdfRefused: with the reason.
    """
    settings.set_qpdf_limits(
        flate_max_memory=limits.max_stream_bytes,
        png_max_memory=limits.max_stream_bytes,
        tiff_max_memory=limits.max_stream_bytes,
        run_length_max_memory=limits.max_stream_bytes,
        max_stream_filters=4,
        doc_max_warnings=1000,
    )
    found = _read(data, limits)
    if not found.repairs:
        return _sealable(data, found, limits)
    if found.presigned:
        raise refusal("pdf_signed_damaged")
    assert found.normalized is not None
    _check_copy(found.normalized, found, limits)
    return found


def _sealable(data: bytes, found: Findings, limits: Limits) -> Findings:
    """The findings of a sound file, with a clean copy if only that can be sealed."""
    obstacle = can_seal(data)
    if obstacle is None:
        return found
    if obstacle.code == "certified_no_changes":
        raise refusal("pdf_certified")
    if found.presigned:
        raise refusal("pdf_signed_damaged")
    with pikepdf.open(io.BytesIO(data), inherit_page_attributes=False) as pdf:
        copy = _rewritten(pdf)
    _check_copy(copy, found, limits)
    return replace(found, repairs=("not_strict",), normalized=copy)


def _check_copy(copy: bytes, found: Findings, limits: Limits) -> None:
    again = _read(copy, limits, mend=False)
    if again.repairs or again.page_count != found.page_count:
        raise refusal("pdf_damaged")
    if can_seal(copy) is not None:
        raise refusal("pdf_cannot_be_sealed")


def _read(data: bytes, limits: Limits, *, mend: bool = True) -> Findings:
    exceeded = settings.qpdf_limit_errors()
    try:
        with pikepdf.open(io.BytesIO(data), inherit_page_attributes=False) as pdf:
            presigned = _check_contents(pdf, limits)
            page_count = _check_pages(pdf, limits)
            repairs = _repairs(pdf, data)
            normalized = _rewritten(pdf) if repairs and mend and not presigned else None
    except pikepdf.PasswordError:
        raise refusal("pdf_password") from None
    except (
        pikepdf.PdfError,
        pikepdf.DataDecodingError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ) as error:
        if settings.qpdf_limit_errors() > exceeded:
            raise refusal("pdf_bomb") from None
        codes = (code for words, code in _QPDF_WORDS.items() if words in str(error))
        raise refusal(next(codes, "pdf_damaged")) from None
    if settings.qpdf_limit_errors() > exceeded:
        raise refusal("pdf_bomb")
    return Findings(page_count, presigned, repairs, normalized)


def _check_contents(pdf: pikepdf.Pdf, limits: Limits) -> bool:
    """Everything in the file, reachable or not; True when a signature is among it."""
    declared = pdf.trailer.get("/Size", 0)
    if isinstance(declared, int) and declared > limits.max_objects:
        raise refusal("pdf_too_many_objects")
    objects = pdf.objects
    if len(objects) > limits.max_objects:
        raise refusal("pdf_too_many_objects")
    presigned = check_object(pdf.trailer)
    decoded = 0
    for thing in objects:
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Array | pikepdf.Stream):
            continue
        presigned = check_object(thing) or presigned
        if isinstance(thing, pikepdf.Stream):
            # What cannot be decoded is left to the drawing, which has a process to lose.
            with contextlib.suppress(pikepdf.PdfError, pikepdf.DataDecodingError):
                decoded += decoded_size(thing, limits)
            if decoded > limits.max_decoded_bytes:
                raise refusal("pdf_bomb")
    return presigned


def _check_pages(pdf: pikepdf.Pdf, limits: Limits) -> int:
    tree = pdf.Root.get("/Pages")
    if not isinstance(tree, pikepdf.Dictionary):
        raise refusal("pdf_damaged")
    declared = tree.get("/Count", 0)
    if isinstance(declared, int) and declared > limits.max_pages:
        raise refusal("pdf_too_many_pages")
    count = len(pdf.pages)
    if count > limits.max_pages:
        raise refusal("pdf_too_many_pages")
    if not count:
        raise refusal("pdf_no_pages")
    if declared != count:
        # A viewer that believes /Count shows other pages than one that walks the tree.
        raise refusal("pdf_damaged")
    for page in pdf.pages:
        for box in (page.mediabox, page.cropbox):
            left, bottom, right, top = (float(corner) for corner in box)
            if not all(0 < side <= limits.max_side_points for side in (abs(right - left), abs(top - bottom))):
                raise refusal("pdf_page_size")
    return count


def _repairs(pdf: pikepdf.Pdf, data: bytes) -> tuple[str, ...]:
    reasons = {
        "damaged": bool(pdf.get_warnings()),
        "owner_password": pdf.is_encrypted,
        "hybrid_xref": "/XRefStm" in pdf.trailer,
        "trailing_data": bool(data.rpartition(b"%%EOF")[2].strip(b"\r\n\t \0")),
    }
    return tuple(reason for reason, present in reasons.items() if present)


def _rewritten(pdf: pikepdf.Pdf) -> bytes:
    if "/Size" not in pdf.trailer:
        pdf.trailer.Size = len(pdf.objects) + 1  # qpdf corrects it, but does not add it
    copy = io.BytesIO()
    pdf.save(copy, encryption=False, deterministic_id=True)
    return copy.getvalue()
