"""Pages of a document as the templates need them: where the image is, and its text in paragraphs."""

import copy
from dataclasses import dataclass

from sep.documents.models import Document, PageImage
from sep.documents.pages import pages_of, text_of


@dataclass(frozen=True)
class ShownPage:
    """One page: size in pixels, and what it says."""

    number: int
    width: int
    height: int
    paragraphs: list[str]


def shown_pages(document: Document) -> list[ShownPage]:
    """Return the pages that the signer reads before he signs."""
    return [_shown(page) for page in pages_of(document)]


def signed_pages(document: Document) -> list[ShownPage]:
    """Return the pages of the sealed file: the same ones and the sheet that the seal added."""
    return [_shown(page) for page in pages_of(_sealed(document))]


def page_image(document: Document, number: int) -> PageImage | None:
    return next((page for page in pages_of(document) if page.number == number), None)


def signed_page_image(document: Document, number: int) -> PageImage | None:
    return page_image(_sealed(document), number)


def _shown(page: PageImage) -> ShownPage:
    paragraphs = [line.strip() for line in text_of(page).splitlines()]
    return ShownPage(page.number, page.width, page.height, [line for line in paragraphs if line])


def _sealed(document: Document) -> Document:
    """Return the document as though its sealed file were the original; never saved."""
    sealed = copy.copy(document)
    sealed.original_sha256 = document.sealed_sha256
    return sealed
