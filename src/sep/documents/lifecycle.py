"""The only place where a document's status changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.dispatch import Signal

from sep.documents.models import Document
from sep.documents.statuses import OPEN, TRANSITIONS, Status
from sep.ledger import log

DOCUMENT_EVENTS = tuple(f"document:{status}" for status in Status)
"""Kinds of the events that a status makes; the feed of a МИС consists of them."""


moved: Final = Signal()
"""Sent inside the transaction of every move: `document`. For whoever shows documents elsewhere."""


class IllegalMove(Exception):
    """The table of transitions has no such move."""

    def __init__(self, document: Document, to: Status) -> None:
        super().__init__(f"{document.id}: {document.status} → {to}")
        self.status = Status(document.status)


def locked(document_id: str) -> Document:
    """Return the document with its row locked until the transaction ends."""
    assert connection.in_atomic_block
    return Document.objects.select_for_update().get(pk=document_id)


def record_creation(document: Document, data: Mapping[str, Any]) -> None:
    """Save a new document and witness it in the ledger."""
    event = log.append(
        "document:created",
        stream=str(document.organization_id),
        subject=document.id,
        at=document.created_at,
        data=data,
    )
    document.changed_index = event.index
    document.save(force_insert=True)


def move(
    document: Document, to: Status, *, at: datetime, reason: str = "", data: Mapping[str, Any] | None = None
) -> None:
    """Move a locked document to another status and witness it; raises `IllegalMove`.

    Args:
        document: obtained by `locked`.
        to: the new status.
        at: aware time of the change.
        reason: what people will read beside the status.
        data: what the event tells besides: hashes, ids, masked values.
    """
    if to not in TRANSITIONS[Status(document.status)]:
        raise IllegalMove(document, to)
    document.status = to
    document.status_at = at
    document.status_reason = reason
    if to is Status.SENT and document.sent_at is None:
        document.sent_at = at
    if to is Status.SIGNED:
        document.signed_at = at
    event = log.append(
        f"document:{to}",
        stream=str(document.organization_id),
        subject=document.id,
        at=at,
        data={"documentSha256": document.original_sha256, **(data or {})},
    )
    document.changed_index = event.index
    document.save()
    moved.send(sender=Document, document=document)


def note(document: Document, kind: str, *, at: datetime, data: Mapping[str, Any]) -> None:
    """Witness something that happened to a document and is not a status."""
    log.append(kind, stream=str(document.organization_id), subject=document.id, at=at, data=data)


def expire_if_due(document: Document, now: datetime) -> bool:
    """Expire a locked document whose time has passed; tell whether it is expired."""
    if document.status in OPEN and now >= document.expires_at:
        move(document, Status.EXPIRED, at=now)
    return document.status == Status.EXPIRED
