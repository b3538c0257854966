"""Page images: made once by the worker, or on the spot when the signer is faster."""

from collections.abc import Callable

from django.db import transaction

from sep.documents.models import PageImage
from sep.documents.pdf import render
from sep.parties.models import Organization
from sep.vault import blobs


def pages_of(
    organization: Organization, sha256: str, read: Callable[[], bytes] | None = None
) -> list[PageImage]:
    """Return the pages of a file in order, making them first if nobody has.

    Args:
        organization: whose file it is.
        sha256: of the file.
        read: gives the file when it is not kept as a blob of its own.
    """
    known = (
        PageImage.objects.filter(organization=organization, document_sha256=sha256)
        .select_related("organization")
        .order_by("number")
    )
    pages = list(known)
    if pages:
        return pages
    made = [
        PageImage(
            organization=organization,
            document_sha256=sha256,
            number=page.number,
            width=page.width,
            height=page.height,
            image_sha256=blobs.put(organization, page.webp),
            text=organization.key.encrypt(page.text.encode(), f"page.text|{sha256}|{page.number}"),
        )
        for page in render(read() if read is not None else blobs.get(organization, sha256))
    ]
    with transaction.atomic():
        # The worker and the signer may both have rendered: the first rows stay, the images are the same.
        PageImage.objects.bulk_create(made, ignore_conflicts=True)
    return list(known.all())


def text_of(page: PageImage) -> str:
    """Return the text of a page for screen readers and large type."""
    place = f"page.text|{page.document_sha256}|{page.number}"
    return page.organization.key.decrypt(page.text, place).decode()
