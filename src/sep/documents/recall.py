"""The clinic takes a document back before it is signed."""

from datetime import datetime

from django.db import transaction

from sep.documents import lifecycle
from sep.documents.models import Document
from sep.documents.statuses import OPEN, Status
from sep.parties.errors import Refusal


def revoke(document_id: str, reason: str, *, now: datetime) -> Document:
    """Revoke a document; the same again changes nothing. Raises `Refusal` when it waits no longer."""
    with transaction.atomic():
        document = lifecycle.locked(document_id)
        lifecycle.expire_if_due(document, now)
        if document.status == Status.REVOKED:
            return document
        if document.status not in OPEN:
            raise Refusal(
                "not_revocable", f"Отозвать нельзя. Статус документа: «{Status(document.status).label}»."
            )
        lifecycle.move(document, Status.REVOKED, at=now, reason=reason)
    return document
