"""What a gateway's answer or receipt does to a message, its documents and the ledger."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from sep.delivery import limits
from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.models import Attempt, AttemptState, Channel, Delivery, DeliveryState, Purpose
from sep.delivery.sms.gateway import Receipt, ReceiptState
from sep.documents import lifecycle
from sep.documents.models import Document
from sep.documents.statuses import OPEN, Status
from sep.ledger import log
from sep.parties.person import mask_phone

FIRST_ASK = timedelta(seconds=20)
LAST_ASK = timedelta(hours=24)
_FAILED = frozenset({ReceiptState.FAILED_PERMANENT, ReceiptState.FAILED_TEMPORARY, ReceiptState.EXPIRED})
_MAY_ARRIVE = frozenset({OutcomeState.ACCEPTED, OutcomeState.UNKNOWN})


def record(attempt_id: int, outcome: Outcome, now: datetime) -> bool:
    """Write down how a gateway took a message; tell whether the message needs no further attempt."""
    with transaction.atomic():
        attempt, delivery = _locked_attempt(attempt_id)
        attempt.state = AttemptState(outcome.state.value)
        attempt.code = outcome.code[:40]
        attempt.detail = outcome.detail[:300]
        attempt.cost = outcome.cost
        attempt.answered_at = now
        if outcome.gateway_message_id:
            attempt.gateway_message_id = outcome.gateway_message_id
        if outcome.state in _MAY_ARRIVE and not attempt.receipt_state and delivery.channel == Channel.SMS:
            attempt.ask_at = now + FIRST_ASK
        attempt.save()
        if delivery.state == DeliveryState.PENDING:
            if outcome.state is OutcomeState.ACCEPTED:
                _accept(delivery, attempt, now)
            elif outcome.state is OutcomeState.REJECTED_PERMANENT:
                fail(delivery, outcome.detail, now)
        return delivery.state != DeliveryState.PENDING


def receive(attempt_id: int, receipt: Receipt, now: datetime) -> None:
    """Apply a receipt. It may come before the answer, twice or late; a final one stands."""
    with transaction.atomic():
        attempt, delivery = _locked_attempt(attempt_id)
        if attempt.receipt_state and ReceiptState(attempt.receipt_state).final:
            return
        if receipt.state is ReceiptState.UNKNOWN:
            return
        attempt.receipt_state = receipt.state.value
        attempt.receipt_at = receipt.at or now
        if receipt.state.final:
            attempt.ask_at = None
        attempt.save()
        if receipt.state in _FAILED:
            _fail_by_receipt(delivery, attempt, receipt, now)
            return
        delivered = receipt.state is ReceiptState.DELIVERED
        # The phone has it, whatever was believed before: a lost answer, or a failure of another attempt.
        if delivery.state == DeliveryState.PENDING or (delivered and delivery.state == DeliveryState.FAILED):
            _accept(delivery, attempt, now)
        if delivered and delivery.state == DeliveryState.ACCEPTED:
            delivery.state = DeliveryState.DELIVERED
            delivery.delivered_at = receipt.at or now
            delivery.save(update_fields=["state", "delivered_at"])
            _note(delivery, "message:delivered", now, {"attempt": attempt.number})


def fail(delivery: Delivery, reason: str, now: datetime) -> None:
    """Settle a locked message as not delivered: the one in reserve goes instead, or the clinic is told."""
    reason = reason[:300]
    delivery.state = DeliveryState.FAILED
    delivery.failure = reason
    fields = ["state", "failure"]
    if delivery.purpose == Purpose.INVITATION:
        delivery.secret = None  # a code stays until it expires: the signer may ask for the same one again
        fields.append("secret")
    delivery.save(update_fields=fields)
    _note(delivery, "message:failed", now, {"channel": delivery.channel, "reason": reason})
    if _release(delivery.reserve, now):
        return
    if delivery.purpose == Purpose.INVITATION and not _invited_otherwise(delivery):
        for document in _documents(delivery):
            if document.is_open(now) and document.status != Status.UNDELIVERED:
                lifecycle.move(document, Status.UNDELIVERED, at=now, reason=reason)


def _release(reserve: Delivery | None, now: datetime) -> bool:
    """Let the message in reserve go; the job that failed queues it. Tell whether there is one to go."""
    if reserve is None or reserve.state != DeliveryState.RESERVED:
        return False
    reserve.created_at = now
    reserve.state = DeliveryState.PENDING
    try:
        limits.check_phone(bytes(reserve.phone_index), Channel.SMS, Purpose(reserve.purpose), now)
        limits.check_organization(reserve.organization, now)
    except limits.TooManyMessages:
        reserve.state = DeliveryState.FAILED
        reserve.failure = "На этот номер уже отправлено столько СМС, сколько можно: попробуйте позже."
        reserve.secret = None
    reserve.save()
    return reserve.state == DeliveryState.PENDING


def locked(delivery_id: str) -> Delivery:
    """Lock the documents of an invitation, then the message: one order everywhere."""
    _documents(Delivery.objects.get(pk=delivery_id))
    return (
        Delivery.objects.select_for_update(of=("self",))
        .select_related("organization", "package__signer__organization", "dialog__bot", "reserve")
        .get(pk=delivery_id)
    )


def _locked_attempt(attempt_id: int) -> tuple[Attempt, Delivery]:
    """Lock as `locked` does, and the attempt last."""
    delivery = locked(Attempt.objects.values_list("delivery_id", flat=True).get(pk=attempt_id))
    return Attempt.objects.select_for_update().get(pk=attempt_id), delivery


def _fail_by_receipt(delivery: Delivery, attempt: Attempt, receipt: Receipt, now: datetime) -> None:
    """Fail a message that a gateway took and did not bring, unless another attempt may still bring it."""
    others = delivery.attempts.filter(state__in=[AttemptState.INTENT, AttemptState.ACCEPTED])
    if others.exclude(pk=attempt.pk).exclude(receipt_state__in=_FAILED).exists():
        return
    if delivery.state == DeliveryState.PENDING and attempt.state == AttemptState.INTENT:
        _accept(delivery, attempt, now)  # it came before the answer, which says no more than this
    if delivery.state == DeliveryState.ACCEPTED:
        fail(delivery, receipt.detail, now)


def _accept(delivery: Delivery, attempt: Attempt, now: datetime) -> None:
    delivery.state = DeliveryState.ACCEPTED
    delivery.failure = ""
    delivery.accepted_at = now
    fields = ["state", "failure", "accepted_at"]
    if delivery.purpose == Purpose.INVITATION:
        delivery.secret = None  # the link has left; its token stays only as a hash
        fields.append("secret")
    delivery.save(update_fields=fields)
    if delivery.reserve is not None:
        Delivery.objects.filter(pk=delivery.reserve_id).update(secret=None)  # it will not be needed
    phone = mask_phone(delivery.phone)
    sent = {"delivery": delivery.id, "channel": delivery.channel, "phone": phone}
    _note(delivery, "message:accepted", now, {**sent, "gateway": attempt.gateway, "attempt": attempt.number})
    if delivery.purpose == Purpose.INVITATION:
        for document in _documents(delivery):
            if document.is_open(now) and document.status != Status.SENT:
                lifecycle.move(document, Status.SENT, at=now, data=sent)


def _invited_otherwise(delivery: Delivery) -> bool:
    """Tell whether the signer has an invitation that arrived, or a newer one that has not failed."""
    assert delivery.package is not None  # an invitation invites to one
    others = delivery.package.deliveries.filter(purpose=Purpose.INVITATION).exclude(pk=delivery.pk)
    others = others.exclude(state=DeliveryState.RESERVED)
    arrived, newer = Q(state=DeliveryState.DELIVERED), Q(created_at__gt=delivery.created_at)
    return others.filter(arrived | (newer & ~Q(state=DeliveryState.FAILED))).exists()


def _documents(delivery: Delivery) -> list[Document]:
    if delivery.purpose != Purpose.INVITATION or delivery.package is None:
        return []
    waiting = delivery.package.ordered().filter(status__in=OPEN).order_by("id").values_list("id", flat=True)
    return [lifecycle.locked(document_id) for document_id in waiting]


def _note(delivery: Delivery, kind: str, now: datetime, data: dict[str, object]) -> None:
    subject = delivery.document_id or delivery.package_id or delivery.id
    log.append(
        kind,
        stream=str(delivery.organization_id),
        subject=subject,
        at=now,
        data={"delivery": delivery.id, "purpose": delivery.purpose, **data},
    )
