"""One message, several gateways, several rounds: who is tried next and when it is enough.

Every attempt is written down before the gateway is called. A worker killed in the middle finds its intent
again, asks the gateway by our own id what became of it, and only then goes on: nothing is lost, and the same
text can reach the phone twice at the most.
"""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from sep.delivery import outcomes
from sep.delivery.gateways import gateways
from sep.delivery.models import Attempt, AttemptState, Delivery, DeliveryState, Purpose
from sep.delivery.sms.gateway import Gateway, Outcome, OutcomeState, OutgoingSms, ReceiptState

ROUNDS: dict[Purpose, tuple[timedelta, ...]] = {
    # The person waits with the page open: 25 seconds in all, then he is offered another try.
    Purpose.CODE: (timedelta(0), timedelta(seconds=3), timedelta(seconds=8)),
    # Half an hour of patience, then the clinic is told.
    Purpose.INVITATION: (
        timedelta(0),
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=7),
        timedelta(minutes=20),
    ),
}
"""Pause before each round over all gateways."""

_ASKING = timedelta(seconds=10)
_ASKING_PAUSE = timedelta(seconds=2)


def run_round(delivery_id: str) -> bool:
    """Offer a message to every gateway in turn; tell whether it is settled, one way or the other."""
    if not _settle_interrupted(delivery_id):
        for gateway in gateways().values():
            attempt = _begin(delivery_id, gateway)
            if attempt is None:
                return True
            outcome = gateway.send(_outgoing(attempt))
            if outcome.state is OutcomeState.UNKNOWN:
                outcome = _asked(gateway, attempt, outcome)
            if outcomes.record(attempt.pk, outcome, timezone.now()):
                return True
    return Delivery.objects.get(pk=delivery_id).state != DeliveryState.PENDING


def give_up(delivery_id: str) -> None:
    """Tell the clinic that every gateway refused for as long as there was sense in trying."""
    with transaction.atomic():
        delivery = outcomes.locked(delivery_id)
        if delivery.state == DeliveryState.PENDING:
            last = delivery.attempts.order_by("-number").first()
            reason = last.detail if last is not None and last.detail else "Шлюзы СМС не ответили."
            outcomes.fail(delivery, reason, timezone.now())


def _settle_interrupted(delivery_id: str) -> bool:
    """Find out what became of attempts that a stopped worker left open; tell whether all is settled."""
    for attempt in Attempt.objects.filter(delivery_id=delivery_id, state=AttemptState.INTENT).order_by(
        "number"
    ):
        gateway = gateways().get(attempt.gateway)
        unknown = Outcome(OutcomeState.UNKNOWN, "interrupted", "Отправка прервана, ответ шлюза не получен.")
        outcome = _asked(gateway, attempt, unknown) if gateway is not None else unknown
        if outcomes.record(attempt.pk, outcome, timezone.now()):
            return True
    return False


def _begin(delivery_id: str, gateway: Gateway) -> Attempt | None:
    """Write down the intent to call a gateway; `None` when there is no more sense in it."""
    now = timezone.now()
    with transaction.atomic():
        delivery = outcomes.locked(delivery_id)
        if delivery.state != DeliveryState.PENDING:
            return None
        if now >= delivery.expires_at:
            outcomes.fail(delivery, "Срок сообщения истёк до отправки.", now)
            return None
        if delivery.secret is None or not _still_to_sign(delivery, now):
            outcomes.fail(delivery, "Сообщение устарело до отправки.", now)
            return None
        return Attempt.objects.create(
            delivery=delivery,
            number=delivery.attempts.count() + 1,
            gateway=gateway.name,
            started_at=now,
        )


def _still_to_sign(delivery: Delivery, now: datetime) -> bool:
    if delivery.document is not None:
        return delivery.document.is_open(now)
    return any(document.is_open(now) for document in delivery.package.documents.all())


def _outgoing(attempt: Attempt) -> OutgoingSms:
    delivery = attempt.delivery
    path = reverse("sms-receipts", args=[attempt.gateway])
    return OutgoingSms(
        own_id=attempt.pk,
        phone=delivery.package.signer.person.phone,
        text=delivery.live_text or "",
        sender=delivery.organization.sms_sender or None,
        callback_url=settings.ENVIRONMENT.address + path,
    )


def _asked(gateway: Gateway, attempt: Attempt, unknown: Outcome) -> Outcome:
    """Ask a gateway by our own id whether it took a message whose answer was lost; 10 seconds at most."""
    if not gateway.finds_by_own_id:
        return unknown
    deadline = time.monotonic() + _ASKING.total_seconds()
    while True:
        receipt = gateway.status(attempt.pk, None, attempt.delivery.package.signer.person.phone)
        if receipt is not None and receipt.state is ReceiptState.UNKNOWN:
            return Outcome(OutcomeState.REJECTED_TEMPORARY, "not_taken", "Шлюз не получил сообщение.")
        if receipt is not None:
            return Outcome(
                OutcomeState.ACCEPTED,
                "found",
                "Ответ потерян, но сообщение принято.",
                receipt.gateway_message_id,
            )
        if time.monotonic() + _ASKING_PAUSE.total_seconds() > deadline:
            return unknown
        time.sleep(_ASKING_PAUSE.total_seconds())


def next_pause(purpose: Purpose, number: int) -> timedelta | None:
    """Return the pause before round `number` (0 is the first), `None` when there is no such round."""
    rounds = ROUNDS[purpose]
    return rounds[number] if number < len(rounds) else None
