"""Pages of a document as the templates need them: where the image is, and its text in paragraphs."""

from dataclasses import dataclass, replace

from sep.documents.models import Document, PageImage
from sep.documents.pages import pages_of, text_of
from sep.sealing import extract_protocol
from sep.vault import blobs


@dataclass(frozen=True)
class ShownPage:
    """One page: size in pixels, and what it says."""

    number: int
    width: int
    height: int
    paragraphs: list[str]


def shown_pages(document: Document) -> list[ShownPage]:
    """Return the pages that the signer reads before he signs."""
    return [_shown(page) for page in _read_pages(document)]


def signed_pages(document: Document) -> list[ShownPage]:
    """Return the pages of the sealed file: the very ones that were read, and the sheet after them."""
    sheet = [replace(_shown(page), number=_behind(document, page)) for page in _sheet_pages(document)]
    return [*shown_pages(document), *sheet]


def page_image(document: Document, number: int) -> PageImage | None:
    return next((page for page in _read_pages(document) if page.number == number), None)


def signed_page_image(document: Document, number: int) -> PageImage | None:
    if number <= document.page_count:
        return page_image(document, number)
    return next((page for page in _sheet_pages(document) if _behind(document, page) == number), None)


def _read_pages(document: Document) -> list[PageImage]:
    return pages_of(document.organization, document.original_sha256)


def _sheet_pages(document: Document) -> list[PageImage]:
    """Only the sheet is drawn anew: the seal left the original's bytes as they were."""
    organization = document.organization
    if document.protocol_sha256:
        return pages_of(organization, document.protocol_sha256)

    def sheet() -> bytes:
        return extract_protocol(blobs.get(organization, document.sealed_sha256), document.original_size)

    return pages_of(organization, document.sealed_sha256, sheet)


def _behind(document: Document, page: PageImage) -> int:
    return document.page_count + page.number


def _shown(page: PageImage) -> ShownPage:
    paragraphs = [line.strip() for line in text_of(page).splitlines()]
    return ShownPage(page.number, page.width, page.height, [line for line in paragraphs if line])
