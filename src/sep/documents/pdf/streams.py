"""Decompression bombs: every stream is measured before anything draws it."""

import zlib
from typing import Final

import pikepdf

from sep.documents.pdf.errors import refusal
from sep.documents.pdf.limits import Limits

_IMAGE_FILTERS: Final = frozenset(
    {"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"}
)
_FLATE: Final = frozenset({"/FlateDecode", "/Fl"})
_STEP = 1 << 20


def decoded_size(stream: pikepdf.Stream, limits: Limits) -> int:
    """Bytes of the stream after decompression; 0 for an image, which is bounded by its pixels instead.

    Raises:
        PdfRefused: `pdf_bomb`.
        pikepdf.PdfError: the data cannot be decoded.
    """
    if stream.get("/Subtype") == "/Image":
        _check_pixels(stream, limits)
        return 0
    filters = _filters(stream)
    if not filters:
        return int(stream.get("/Length", 0))
    if _IMAGE_FILTERS.intersection(filters):
        return 0
    if len(filters) == 1 and filters[0] in _FLATE:
        return _inflated_size(stream.read_raw_bytes(), limits)
    try:
        size = len(stream.read_bytes())
    except (pikepdf.PdfError, pikepdf.DataDecodingError) as error:
        if "limit exceeded" in str(error):
            raise refusal("pdf_bomb") from None
        raise
    if size > limits.max_stream_bytes:
        raise refusal("pdf_bomb")
    return size


def _check_pixels(image: pikepdf.Stream, limits: Limits) -> None:
    width, height = image.get("/Width", 0), image.get("/Height", 0)
    if isinstance(width, int) and isinstance(height, int) and width * height > limits.max_image_pixels:
        raise refusal("pdf_bomb")


def _filters(stream: pikepdf.Stream) -> list[str]:
    declared = stream.get("/Filter")
    if isinstance(declared, pikepdf.Array):
        return [str(name) for name in declared]
    return [] if declared is None else [str(declared)]


def _inflated_size(raw: bytes, limits: Limits) -> int:
    """Count without keeping: a megabyte at a time."""
    inflate = zlib.decompressobj()
    size = 0
    pending = raw
    try:
        while pending and not inflate.eof:
            size += len(inflate.decompress(pending, _STEP))
            pending = inflate.unconsumed_tail
            if size > limits.max_stream_bytes:
                raise refusal("pdf_bomb")
    except zlib.error:
        # Broken data at the end are common and every viewer shows what came before; qpdf warns of the rest.
        return size
    return size
