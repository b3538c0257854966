"""The statuses of a document and the only moves between them."""

from django.db import models


class Status(models.TextChoices):
    """Code and display; those of `created`, `sent` and `signed` are given by the field and are exact."""

    CREATED = "created", "Создан"
    SENT = "sent", "Документ направлен конкретному получателю"
    UNDELIVERED = "undelivered", "Документ не доставлен получателю"
    SIGNED = "signed", "Получатель подписал документ"
    DECLINED = "declined", "Получатель отказался подписать документ"
    EXPIRED = "expired", "Срок подписания истёк"
    REVOKED = "revoked", "Документ отозван"
    WITHDRAWN = "withdrawn", "Согласие отозвано пациентом"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.CREATED: frozenset(
        {Status.SENT, Status.UNDELIVERED, Status.SIGNED, Status.DECLINED, Status.EXPIRED, Status.REVOKED}
    ),
    Status.SENT: frozenset(
        {Status.UNDELIVERED, Status.SIGNED, Status.DECLINED, Status.EXPIRED, Status.REVOKED}
    ),
    Status.UNDELIVERED: frozenset(
        {Status.SENT, Status.SIGNED, Status.DECLINED, Status.EXPIRED, Status.REVOKED}
    ),
    Status.SIGNED: frozenset({Status.WITHDRAWN}),
    Status.DECLINED: frozenset(),
    Status.EXPIRED: frozenset(),
    Status.REVOKED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}

SIGNED = frozenset({Status.SIGNED, Status.WITHDRAWN})
"""Statuses in which there is a signed file to show."""

OPEN = frozenset({Status.CREATED, Status.SENT, Status.UNDELIVERED})
"""Statuses in which the document still waits for its signer."""
