"""Page images: made once by the worker, or on the spot when the signer is faster."""

from django.db import transaction

from sep.documents import blobs
from sep.documents.models import Document, PageImage
from sep.documents.pdf import render


def pages_of(document: Document) -> list[PageImage]:
    """Return the pages of a document in order, making them first if nobody has."""
    known = (
        PageImage.objects.filter(organization=document.organization, document_sha256=document.original_sha256)
        .select_related("organization")
        .order_by("number")
    )
    pages = list(known)
    if pages:
        return pages
    organization = document.organization
    rendered = render(blobs.get(organization, document.original_sha256))
    made = [
        PageImage(
            organization=organization,
            document_sha256=document.original_sha256,
            number=page.number,
            width=page.width,
            height=page.height,
            image_sha256=blobs.put(organization, page.webp),
            text=organization.key.encrypt(
                page.text.encode(), f"page.text|{document.original_sha256}|{page.number}"
            ),
        )
        for page in rendered
    ]
    with transaction.atomic():
        # The worker and the signer may both have rendered: the first rows stay, the images are the same.
        PageImage.objects.bulk_create(made, ignore_conflicts=True)
    return list(known.all())


def text_of(page: PageImage) -> str:
    """Return the text of a page for screen readers and large type."""
    place = f"page.text|{page.document_sha256}|{page.number}"
    return page.organization.key.decrypt(page.text, place).decode()
