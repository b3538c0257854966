"""Reads a hostile PDF with qpdf and decides whether it may be signed. Runs only in the disposable process."""

import contextlib
import io
from dataclasses import dataclass

import pikepdf
from pikepdf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from sep.documents.pdf.active_content import check_object
from sep.documents.pdf.errors import PdfRefused, refusal
from sep.documents.pdf.limits import Limits
from sep.documents.pdf.streams import decoded_size


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
        return found
    if found.presigned:
        raise refusal("pdf_signed_damaged")
    assert found.normalized is not None
    again = _read(found.normalized, limits, mend=False)
    if again.repairs or again.page_count != found.page_count:
        raise refusal("pdf_damaged")
    return found


def _read(data: bytes, limits: Limits, *, mend: bool = True) -> Findings:
    exceeded = settings.qpdf_limit_errors()
    try:
        with pikepdf.open(io.BytesIO(data), inherit_page_attributes=False) as pdf:
            presigned = _check_contents(pdf, limits)
            page_count = _check_pages(pdf, limits)
            repairs = _repairs(pdf, data, page_count)
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
        # An Adobe.PubSec file is encrypted to a certificate; qpdf says so only in its message.
        raise refusal("pdf_password" if "encryption" in str(error) else "pdf_damaged") from None
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
    for page in pdf.pages:
        for box in (page.mediabox, page.cropbox):
            left, bottom, right, top = (float(corner) for corner in box)
            if not all(0 < side <= limits.max_side_points for side in (abs(right - left), abs(top - bottom))):
                raise refusal("pdf_page_size")
    return count


def _repairs(pdf: pikepdf.Pdf, data: bytes, page_count: int) -> tuple[str, ...]:
    reasons = {
        "damaged": bool(pdf.get_warnings()),
        "owner_password": pdf.is_encrypted,
        "hybrid_xref": "/XRefStm" in pdf.trailer,
        # Viewers that believe /Count would show other pages than those that walk the tree.
        "page_count": pdf.Root.Pages.get("/Count") != page_count,
        "trailing_data": bool(data.rpartition(b"%%EOF")[2].strip(b"\r\n\t \0")),
    }
    found = tuple(reason for reason, present in reasons.items() if present)
    return found or (() if _can_be_sealed(data, page_count) else ("not_strict",))


def _can_be_sealed(data: bytes, page_count: int) -> bool:
    """Whether the strict reader, with which documents are sealed and verified, can add a revision."""
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=True)
        writer.find_page_for_modification(page_count - 1)
        writer.update_root()
        writer.write(io.BytesIO())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - on odd files pyHanko fails in many ways: zlib.error, RecursionError, KeyError…
        return False
    return True


def _rewritten(pdf: pikepdf.Pdf) -> bytes:
    if pdf.Root.Pages.get("/Count") != len(pdf.pages):
        # qpdf rebuilds the tree, with a right /Count, when the list of pages changes.
        pdf.add_blank_page()
        del pdf.pages[-1]
    copy = io.BytesIO()
    pdf.save(copy, encryption=False, deterministic_id=True)
    return copy.getvalue()


__all__ = ["Findings", "PdfRefused", "examine"]
