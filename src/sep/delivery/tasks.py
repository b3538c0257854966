"""Background work of delivery: rounds of attempts, questions about receipts, forgetting of spent secrets."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from sep import jobs
from sep.delivery import outcomes, routing
from sep.delivery.gateways import gateways
from sep.delivery.models import PERSON_WAITS, Attempt, Delivery, DeliveryState

_ASKED_AT_ONCE = 50
_STUMBLES = jobs.Retry(attempts=6, factor=3.0)
"""Two minutes for trouble of our own, such as a database that restarts: gateways never raise."""


@jobs.job("delivery.code", queue="codes", retry=_STUMBLES)
def deliver_code(delivery_id: str, number: int) -> None:
    """Try to send a code; a later round is a job of its own."""
    _round(delivery_id, number)


@jobs.job("delivery.invitation", queue="messages", retry=_STUMBLES)
def deliver_invitation(delivery_id: str, number: int) -> None:
    """Try to send an invitation; a later round is a job of its own."""
    _round(delivery_id, number)


@jobs.job("delivery.invitation_in_max", queue="max", retry=_STUMBLES)
def deliver_invitation_in_max(delivery_id: str, number: int) -> None:
    """Try to send an invitation into MAX; a later round is a job of its own."""
    _round(delivery_id, number)


def enqueue_round(delivery: Delivery, number: int, pause: timedelta | None = None) -> None:
    """Queue a round of attempts in the current transaction; the same round again adds nothing."""
    task, partition = deliver_invitation, None
    if delivery.purpose in PERSON_WAITS:
        task = deliver_code
    elif delivery.dialog is not None:
        task, partition = deliver_invitation_in_max, delivery.dialog.bot_id
    run = f"deliver-{delivery.id}-{number}"
    jobs.enqueue(task, delivery.id, number, workflow_id=run, delay=pause, partition=partition)


def _round(delivery_id: str, number: int) -> None:
    settled = routing.run_round(delivery_id)
    delivery = Delivery.objects.select_related("dialog", "reserve").get(pk=delivery_id)
    if not settled:
        pause = routing.next_pause(delivery, number + 1)
        if pause is not None:
            with transaction.atomic():
                enqueue_round(delivery, number + 1, pause)
            return
        routing.give_up(delivery_id)
        delivery.refresh_from_db()
    if delivery.reserve is not None and delivery.reserve.state == DeliveryState.PENDING:
        with transaction.atomic():
            enqueue_round(delivery.reserve, 0)


@jobs.every("delivery.receipts", seconds=5)
def ask_for_receipts() -> None:
    """Ask the gateways about messages whose receipt did not come by itself, ever more rarely, for a day."""
    now = timezone.now()
    due = Attempt.objects.filter(ask_at__lte=now).select_related("delivery__organization")
    for attempt in due.order_by("ask_at")[:_ASKED_AT_ONCE]:
        age = now - attempt.started_at
        Attempt.objects.filter(pk=attempt.pk).update(
            ask_at=now + age if age < outcomes.LAST_ASK else None,
        )
        gateway = gateways().get(attempt.gateway)
        if gateway is None:
            continue
        receipt = gateway.status(attempt.pk, attempt.gateway_message_id or None, attempt.delivery.phone)
        if receipt is not None:
            outcomes.receive(attempt.pk, receipt, timezone.now())


@jobs.every("delivery.forget", seconds=60)
def forget_spent_secrets() -> None:
    """Erase codes and link tokens whose time has passed; the text of the message stays."""
    Delivery.objects.filter(secret__isnull=False, expires_at__lte=timezone.now()).update(secret=None)
