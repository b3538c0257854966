"""A stranger's PDF: what it is, whether it may be signed, and what its pages look like.

qpdf, pyHanko and pdfium meet the file in a disposable process with bounded time and memory, without files,
network or secrets. Here, in the service, are plain bytes and facts only.
"""

import hashlib
from typing import Any

from sep.documents.pdf.errors import REASONS, PdfRefused, refusal
from sep.documents.pdf.limits import DEFAULT, RENDERING, Limits
from sep.documents.pdf.results import REPAIRS, Inspection, PageImage
from sep.documents.pdf.sandbox import SANDBOX
from sep.documents.pdf.wire import Frame

__all__ = [
    "DEFAULT",
    "REASONS",
    "RENDERING",
    "REPAIRS",
    "Inspection",
    "Limits",
    "PageImage",
    "PdfRefused",
    "inspect",
    "refusal",
    "render",
    "start",
]

_MAX_PIXELS = 16_383


def start() -> None:
    """Prepare the process from which disposable ones are forked; without it the first call waits."""
    SANDBOX.start()


def inspect(data: bytes, limits: Limits = DEFAULT) -> Inspection:
    """Decide whether the file may be taken for signing.

    Raises:
        PdfRefused: with a code of `REASONS`.
    """
    _check_outside(data, limits)
    frames = SANDBOX.run("inspect", data, limits)
    if len(frames) != 1:
        raise refusal("pdf_unreadable")
    page_count, presigned, repairs, rewritten = _typed(
        frames[0],
        page_count=int,
        presigned=bool,
        repairs=list,
        rewritten=bool,
    )
    if not (0 < page_count <= limits.max_pages and REPAIRS.issuperset(repairs)):
        raise refusal("pdf_unreadable")
    return Inspection(
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        page_count=page_count,
        presigned=presigned,
        normalized=frames[0].blob if rewritten else None,
        repairs=tuple(repairs),
    )


def render(data: bytes, limits: Limits = RENDERING) -> list[PageImage]:
    """Draw every page, 1170 pixels wide, and take its text.

    Args:
        data: the file that the signer is to see: `Inspection.normalized` if there is one, else the original.
        limits: of the disposable process.

    Raises:
        PdfRefused: with a code of `REASONS`.
    """
    _check_outside(data, limits)
    return [_page(frame, number) for number, frame in enumerate(SANDBOX.run("render", data, limits), 1)]


def _check_outside(data: bytes, limits: Limits) -> None:
    """What can be said without reading the file."""
    if not data:
        raise refusal("pdf_empty")
    if len(data) > limits.max_bytes:
        raise refusal("pdf_too_large", limits)
    if not data.startswith(b"%PDF-"):
        raise refusal("not_a_pdf")


def _page(frame: Frame, expected: int) -> PageImage:
    number, width, height, text = _typed(frame, number=int, width=int, height=int, text=str)
    is_webp = frame.blob[:4] == b"RIFF" and frame.blob[8:12] == b"WEBP"
    if number != expected or not is_webp or not all(0 < side <= _MAX_PIXELS for side in (width, height)):
        raise refusal("pdf_unreadable")
    return PageImage(number, width, height, frame.blob, text)


def _typed(frame: Frame, **types: type) -> list[Any]:
    """The fields in the order asked for: a process in a stranger's hands may answer anything."""
    values = [frame.fields.get(name) for name in types]
    if not all(type(value) is kind for value, kind in zip(values, types.values(), strict=True)):
        raise refusal("pdf_unreadable")
    return values
