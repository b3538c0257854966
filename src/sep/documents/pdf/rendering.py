"""Draws the pages of a hostile PDF with pdfium, only in the disposable process, which pdfium may abort."""

import io
from collections.abc import Iterator
from typing import Final

import pypdfium2
from PIL import Image, ImageChops
from pypdfium2 import raw

from sep.documents.pdf.errors import refusal
from sep.documents.pdf.limits import Limits
from sep.documents.pdf.reading import paragraphs
from sep.documents.pdf.results import PageImage

WIDTH_PIXELS: Final = 1170
"""Three device pixels for each of a 390-point phone screen."""
MAX_HEIGHT_PIXELS: Final = 16_383
"""The limit of the WebP format."""
PAPER: Final = 0.7
"""A sheet with letters is mostly paper: at least this share of its points equal the point before them."""
_TRIAL_PIXELS: Final = 64
_SAMPLED_ROWS: Final = 4
"""One row in so many is enough to tell."""
_STEPS: Final = 15
_SIXTEEN_STEPS: Final = [round(round(value / 255 * _STEPS) * 255 / _STEPS) for value in range(256)] * 3
"""Smooth letters need no more of each colour: a page of a contract then weighs 35 KB and the densest 140 KB,
where all steps take 225 and 400."""
_FILE_ERRORS: Final = {raw.FPDF_ERR_PASSWORD: "pdf_password", raw.FPDF_ERR_SECURITY: "pdf_password"}


def draw(data: bytes, limits: Limits) -> Iterator[PageImage]:
    """Every page in turn.

    Raises:
        PdfRefused: with the reason.
    """
    for number, page in enumerate(_pages(data, limits), 1):
        yield _page(page, number)


def try_to_draw(data: bytes, limits: Limits) -> None:
    """Draw every page as small as a thumbnail, to learn before the file is taken that it can be shown.

    What exhausts the process's time or memory is refused by the end of the process. Reading a page costs as
    much as ever, its points almost nothing: two hundred scanned sheets take two seconds.

    Raises:
        PdfRefused: with the reason.
    """
    for page in _pages(data, limits):
        page.render(scale=_TRIAL_PIXELS / max(page.get_size())).close()


def _pages(data: bytes, limits: Limits) -> Iterator[pypdfium2.PdfPage]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise refusal(_FILE_ERRORS.get(error.err_code, "pdf_damaged")) from None
    count = len(document)
    if not count:
        raise refusal("pdf_no_pages")
    if count > limits.max_pages:
        raise refusal("pdf_too_many_pages", limits)
    document.init_forms()  # without it, what was typed into fields is not drawn
    for index in range(count):
        try:
            page = document[index]
            width, height = page.get_size()
            if not (width > 0 and height > 0):
                raise refusal("pdf_page_size")
            yield page
            page.close()
        except pypdfium2.PdfiumError:
            raise refusal("pdf_damaged") from None


def _page(page: pypdfium2.PdfPage, number: int) -> PageImage:
    width, height = page.get_size()
    scale = min(WIDTH_PIXELS / width, MAX_HEIGHT_PIXELS / height)
    bitmap = page.render(scale=scale, rev_byteorder=True)
    image = bitmap.to_pil()
    text = "\n".join(paragraphs(page))
    return PageImage(number, image.width, image.height, _encoded(image), text)


def _encoded(image: Image.Image) -> bytes:
    """WebP: letters without the blur of compression, which is also smaller; photographs and scans with it."""
    out = io.BytesIO()
    if _is_mostly_paper(image):
        image.point(_SIXTEEN_STEPS).save(out, "WEBP", lossless=True, method=0, quality=60)
    else:
        image.save(out, "WEBP", quality=80, method=0)
    return out.getvalue()


def _is_mostly_paper(image: Image.Image) -> bool:
    height = max(1, image.height // _SAMPLED_ROWS)
    rows = image.getchannel("G").resize((image.width, height), Image.Resampling.NEAREST)
    changes = ImageChops.difference(rows, ImageChops.offset(rows, 1, 0))
    return changes.histogram()[0] >= PAPER * image.width * height
