"""A birthday between sending and signing: the clinic is told that somebody else signs now."""

from datetime import datetime
from typing import Final

from django.db import transaction

from sep.ceremony import codes, turn
from sep.documents import lifecycle
from sep.documents.models import Document
from sep.documents.statuses import OPEN, Status

REASON: Final = "Пациент стал старше: по закону теперь подписывает он сам. Отправьте документ ему"


def tell_of_birthdays(now: datetime) -> int:
    """Mark open documents that a representative may sign no longer; returns how many there were."""
    waiting = (
        Document.objects.filter(
            status__in=[Status.CREATED, Status.SENT], by_representative=True, expires_at__gt=now
        )
        .select_related("organization", "package__organization", "package__signer__organization")
        .order_by("id")
    )
    grown = [document.id for document in waiting if not turn.is_lawful(document, document.package, now)]
    for document_id in grown:
        with transaction.atomic():
            document = lifecycle.locked(document_id)
            if document.status in OPEN and document.status != Status.UNDELIVERED:
                codes.end(document, now)
                lifecycle.move(document, Status.UNDELIVERED, at=now, reason=REASON)
    return len(grown)
