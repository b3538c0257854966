"""The work behind the webhook."""

from datetime import timedelta

from django.utils import timezone

from sep import jobs
from sep.delivery.models import Channel, DeliveryState, Purpose
from sep.documents.models import Document
from sep.documents.statuses import OPEN
from sep.maxbot import worker

_STUMBLES = jobs.Retry(attempts=6, factor=3.0)
_INBOX_KEPT = timedelta(hours=48)
_LAUNCHES_KEPT = timedelta(hours=1)


@jobs.job("maxbot.update", queue="chat", retry=_STUMBLES)
def process_update(update_id: int) -> None:
    """Work on one update and answer the person."""
    worker.process(update_id)


@jobs.job("maxbot.settle", queue="chat", retry=_STUMBLES)
def settle_card(delivery_id: str) -> None:
    """Have the card of an invitation tell what became of its documents."""
    worker.settle(delivery_id)


def settle_card_of(document: Document, **_: object) -> None:
    """Queue that when the last open document of a package that was sent into a chat is settled."""
    if document.status in OPEN:
        return
    for package in document.package.everyone():
        if package.ordered().filter(status__in=OPEN).exists():
            continue
        sent = package.deliveries.filter(channel=Channel.MAX, purpose=Purpose.INVITATION)
        latest = (
            sent.exclude(state=DeliveryState.FAILED).select_related("dialog").order_by("created_at").last()
        )
        if latest is not None and latest.dialog is not None:
            partition = partition_of(latest.dialog.bot_id, latest.dialog.max_user_id)
            jobs.enqueue(settle_card, latest.id, workflow_id=f"max-settle-{latest.id}", partition=partition)


def partition_of(bot_id: str, person: int | None) -> str:
    """Name the partition of a person: his updates are worked on one after another, in their order."""
    return f"{bot_id}/{person if person is not None else 'other'}"


@jobs.every("maxbot.forget", seconds=3600)
def forget() -> None:
    """Forget updates that can no longer be repeated and launches that can no longer be fresh."""
    worker.forget(timezone.now() - _INBOX_KEPT, timezone.now() - _LAUNCHES_KEPT)
