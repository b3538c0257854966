"""Background work of documents: page images, and the end of a term that nobody looked at."""

from django.db import transaction
from django.utils import timezone

from sep import jobs
from sep.documents import lifecycle
from sep.documents.models import Document
from sep.documents.pages import pages_of
from sep.documents.statuses import OPEN

_EXPIRED_AT_ONCE = 200


@jobs.job("documents.render_pages", queue="pages")
def render_pages(document_id: str) -> None:
    """Make the page images of a document unless they exist."""
    document = Document.objects.select_related("organization").get(pk=document_id)
    pages_of(document.organization, document.original_sha256)


@jobs.every("documents.expire", seconds=60)
def expire_documents() -> None:
    """Write down expiry where its time has come; reads show it at once without waiting for this."""
    now = timezone.now()
    due = Document.objects.filter(status__in=OPEN, expires_at__lte=now).order_by("expires_at")
    for document_id in due.values_list("id", flat=True)[:_EXPIRED_AT_ONCE]:
        with transaction.atomic():
            lifecycle.expire_if_due(lifecycle.locked(document_id), now)
