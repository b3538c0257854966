"""«Это не я»: the message came to a wrong person. One tap closes every way in and alerts the clinic."""

from datetime import datetime
from typing import Final

from django.db import transaction

from sep.ceremony import codes, visits
from sep.ceremony.models import Visit
from sep.documents import lifecycle
from sep.documents.models import Package
from sep.documents.statuses import OPEN, Status

REASON: Final = "Получатель сообщил: «Это не я». Проверьте телефон"


def not_me(visit: Visit, now: datetime) -> None:
    """Freeze a package: its links, visits and codes are dead until the clinic invites anew."""
    freeze(visit.package, now, {"visit": visit.id})


def freeze(package: Package, now: datetime, data: dict[str, object]) -> None:
    with transaction.atomic():
        waiting = package.ordered().filter(status__in=OPEN).order_by("id").values_list("id", flat=True)
        documents = [lifecycle.locked(document_id) for document_id in waiting]
        Package.objects.filter(pk=package.pk).update(frozen_at=now)
        package.frozen_at = now
        Visit.objects.filter(package=package, ended_at__isnull=True).update(ended_at=now)
        visits.note(package, "signer:not_me", now, data)
        for document in documents:
            codes.end(document, now, package)
            if document.is_open(now) and document.status != Status.UNDELIVERED:
                lifecycle.move(document, Status.UNDELIVERED, at=now, reason=REASON)
