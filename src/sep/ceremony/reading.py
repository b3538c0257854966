"""What the signer has seen and intends: witnessed once each, never in the way."""

from datetime import datetime

from django.db import transaction

from sep.ceremony import turn
from sep.ceremony.models import Visit
from sep.documents import lifecycle
from sep.documents.models import Document
from sep.ledger.models import Event


def documents_of(visit: Visit) -> list[Document]:
    """Return the documents of the visited package in order."""
    return list(visit.package.ordered().select_related("organization"))


def document_of(visit: Visit, document_id: str) -> Document | None:
    """Return one document of the visited package, `None` for any other."""
    return visit.package.ordered().filter(pk=document_id).select_related("organization").first()


def mark_viewed(document: Document, visit: Visit, now: datetime) -> None:
    """Witness that the document was shown in this visit; `viewedAt` is the first time."""
    if document.viewed_at is not None and witnessed(document, "document:viewed", visit):
        return
    with transaction.atomic():
        locked = lifecycle.locked(document.id)
        if locked.viewed_at is None:
            locked.viewed_at = now
            locked.save(update_fields=["viewed_at"])
        if not witnessed(locked, "document:viewed", visit):
            lifecycle.note(
                locked,
                "document:viewed",
                at=now,
                data={"visit": visit.id, "documentSha256": locked.original_sha256},
            )


def mark_read_to_end(document: Document, visit: Visit, now: datetime) -> None:
    """Witness that the last page came into view."""
    _once(document, "document:read_to_end", visit, now)


def mark_intent(document: Document, visit: Visit, now: datetime) -> None:
    """Witness «Ознакомлен» ticked and «Подписать» pressed, before any code is sent."""
    _once(document, "document:intent", visit, now)


def next_to_sign(visit: Visit, now: datetime) -> Document | None:
    """Return the first document of the package that still waits for this signer."""
    waiting = (each for each in documents_of(visit) if turn.awaits(each, visit.package, now))
    return next(waiting, None)


def _once(document: Document, kind: str, visit: Visit, now: datetime) -> None:
    if witnessed(document, kind, visit):
        return
    with transaction.atomic():
        locked = lifecycle.locked(document.id)
        if not witnessed(locked, kind, visit):
            lifecycle.note(locked, kind, at=now, data={"visit": visit.id})


def witnessed(document: Document, kind: str, visit: Visit) -> bool:
    """Tell whether something is written down of a document in a visit."""
    events = Event.objects.filter(subject=document.id, kind=kind).values_list("body", flat=True)
    return any(visit.id.encode() in bytes(body) for body in events)
