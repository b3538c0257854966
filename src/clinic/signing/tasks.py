"""What the worker does for the patient's packages."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.signing import exchange, patience, signed_files
from clinic.signing.models import DeskLink, Exchange, PackageDocument, Pending, ServiceDocument
from sep.jobs import enqueue, every, job
from sep_client import SepError

logger = logging.getLogger("clinic.signing")

_DESK_LINK_LIVES: Final = timedelta(minutes=20)
"""Longer than the service keeps one open: whoever looks at it is told that it is over."""


@job("signing.deliver", queue="clinic")
def deliver(batch: str) -> None:
    exchange.deliver(batch)


@job("signing.receive", queue="clinic")
def receive(patient_id: int) -> None:
    exchange.receive(patient_id)


@job("signing.resend", queue="clinic")
def resend(document_id: str) -> None:
    exchange.resend(document_id)


@job("signing.revoke", queue="clinic")
def revoke(document_id: str) -> None:
    exchange.revoke(document_id)


@job("signing.withdraw", queue="clinic")
def withdraw(document_id: str) -> None:
    exchange.withdraw(document_id)


@job("signing.open_desk", queue="clinic")
def open_desk(link_id: str) -> None:
    exchange.open_desk(link_id)


@every("signing.forget_desk_links", seconds=60, queue="clinic")
def forget_desk_links() -> None:
    """Forget links for the desk that nobody can open any more."""
    DeskLink.objects.filter(asked_at__lte=timezone.now() - _DESK_LINK_LIVES).delete()


@every("signing.follow", seconds=5, queue="clinic")
def follow() -> None:
    """Follow the service's feed for every connected clinic."""
    _for_each_connected(exchange.follow)


@every("signing.look_after_open", seconds=60, queue="clinic")
def look_after_open() -> None:
    """Learn what the feed does not tell: openings of links and receipts of messages."""
    _for_each_connected(exchange.look_after_open)


@every("signing.try_again", seconds=5, queue="clinic")
def try_again() -> None:
    """Start anew whatever waits longer than it should: the service was away, or a job was lost."""
    now = timezone.now()
    with transaction.atomic():
        due = PackageDocument.objects.select_for_update().filter(retry_at__lte=now)
        batches, files = set(), []
        for row in due.order_by("pk"):
            row.retry_at = now + patience.LEASE
            if row.exchange in {Exchange.WAITING, Exchange.QUEUED}:
                row.exchange = Exchange.QUEUED
                batches.add(row.batch)
            elif row.pending != Pending.NOTHING:
                row.pending, row.pending_reason, row.retry_at = Pending.NOTHING, "", None
                row.problem = "Сервис не ответил. Повторите действие."
            elif row.status_code in signed_files.SIGNED and not row.signed_sha256:
                files.append(row.pk)
            else:
                row.retry_at = None
            row.save(update_fields=["retry_at", "exchange", "pending", "pending_reason", "problem"])
        made = ServiceDocument.objects.select_for_update().filter(retry_at__lte=now, signed_sha256="")
        for mine in made.order_by("pk"):
            mine.retry_at = now + patience.LEASE
            mine.save(update_fields=["retry_at"])
            enqueue(signed_files.fetch_made_by_service, mine.pk)
        for batch in sorted(batches):
            enqueue(deliver, batch)
        for document_id in files:
            enqueue(signed_files.fetch, document_id)


def _for_each_connected(act: Callable[[Institution], None]) -> None:
    for institution in Institution.objects.exclude(service_address="").exclude(id_lpu=""):
        if not institution.is_connected:
            continue
        try:
            act(institution)
        except SepError as error:
            # The tables say so where it matters; the next period asks again.
            logger.info("signing.service_unreachable institution=%s code=%s", institution.pk, error.code)
