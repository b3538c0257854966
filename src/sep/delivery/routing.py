"""One message, several carriers, several rounds: who is tried next and when it is enough.

Every attempt is written down before the gateway is called. A worker killed in the middle finds its intent
again, asks the gateway by our own id what became of it, and only then goes on: nothing is lost, and the same
text can reach the phone twice at the most.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from sep.delivery import outcomes
from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.carriers import Carrier, carriers
from sep.delivery.models import Attempt, AttemptState, Channel, Delivery, DeliveryState, Purpose

ROUNDS: dict[tuple[Channel, Purpose], tuple[timedelta, ...]] = {
    # The person waits with the page open: 25 seconds in all, then he is offered another try.
    (Channel.SMS, Purpose.CODE): (timedelta(0), timedelta(seconds=3), timedelta(seconds=8)),
    # Half an hour of patience, then the clinic is told.
    (Channel.SMS, Purpose.INVITATION): (
        timedelta(0),
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=7),
        timedelta(minutes=20),
    ),
    (Channel.SMS, Purpose.SIGN_IN): (timedelta(0), timedelta(seconds=3), timedelta(seconds=8)),
    (Channel.SMS, Purpose.PHONE_CHECK): (timedelta(0), timedelta(seconds=3), timedelta(seconds=8)),
    (Channel.SMS, Purpose.NOTICE): (timedelta(0), timedelta(minutes=2), timedelta(minutes=20)),
    (Channel.MAX, Purpose.CODE): (timedelta(0), timedelta(seconds=2), timedelta(seconds=5)),
    # The SMS in reserve waits: a minute for a MAX that stumbles, nothing for one that refuses.
    (Channel.MAX, Purpose.INVITATION): (timedelta(0), timedelta(seconds=5), timedelta(seconds=45)),
}
"""Pause before each round over all carriers of a channel."""


def run_round(delivery_id: str) -> bool:
    """Offer a message to every carrier in turn; tell whether it is settled, one way or the other."""
    offered = carriers(Delivery.objects.get(pk=delivery_id))
    if not _settle_interrupted(delivery_id, offered):
        for carrier in offered:
            attempt = _begin(delivery_id, carrier)
            if attempt is None:
                return True
            outcome = carrier.send(attempt)
            if outcome.state is OutcomeState.UNKNOWN:
                outcome = carrier.ask(attempt, outcome)
            if outcomes.record(attempt.pk, outcome, timezone.now()):
                return True
    return Delivery.objects.get(pk=delivery_id).state != DeliveryState.PENDING


def give_up(delivery_id: str) -> None:
    """Settle a message that nobody took for as long as there was sense in trying."""
    with transaction.atomic():
        delivery = outcomes.locked(delivery_id)
        if delivery.state == DeliveryState.PENDING:
            last = delivery.attempts.order_by("-number").first()
            reason = last.detail if last is not None and last.detail else "Оператор не ответил."
            outcomes.fail(delivery, reason, timezone.now())


def _settle_interrupted(delivery_id: str, offered: Sequence[Carrier]) -> bool:
    """Find out what became of attempts that a stopped worker left open; tell whether all is settled."""
    for attempt in Attempt.objects.filter(delivery_id=delivery_id, state=AttemptState.INTENT).order_by(
        "number"
    ):
        outcome = Outcome(OutcomeState.UNKNOWN, "interrupted", "Отправка прервана, ответ не получен.")
        carrier = next((each for each in offered if each.name == attempt.gateway), None)
        if carrier is not None:
            outcome = carrier.ask(attempt, outcome)
        if outcomes.record(attempt.pk, outcome, timezone.now()):
            return True
    return False


def _begin(delivery_id: str, carrier: Carrier) -> Attempt | None:
    """Write down the intent to call a carrier; `None` when there is no more sense in it."""
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
            gateway=carrier.name,
            started_at=now,
        )


def _still_to_sign(delivery: Delivery, now: datetime) -> bool:
    if delivery.document is not None:
        return delivery.document.is_open(now)
    if delivery.package is None:
        return True
    return any(document.is_open(now) for document in delivery.package.ordered())


def next_pause(delivery: Delivery, number: int) -> timedelta | None:
    """Return the pause before round `number` (0 is the first), `None` when there is no such round."""
    rounds = ROUNDS[Channel(delivery.channel), Purpose(delivery.purpose)]
    return rounds[number] if number < len(rounds) else None
