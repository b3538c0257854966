"""Handing a text over for delivery, inside the transaction that made it necessary."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from sep.delivery import limits
from sep.delivery.max.models import Dialog
from sep.delivery.max.outgoing import Keyboard, keyboard_to_json
from sep.delivery.models import Channel, Delivery, DeliveryState, Purpose
from sep.delivery.sms.segments import MAX_PARTS, measure
from sep.delivery.tasks import enqueue_round
from sep.documents.models import Document, Package
from sep.parties.errors import Refusal
from sep.parties.models import Organization, phone_index


def check_phone(phone: str) -> None:
    """Raise `Refusal` for a number to which this installation sends nothing (protection from SMS pumping)."""
    if not phone.startswith(tuple(settings.ENVIRONMENT.phone_prefixes)):
        raise Refusal(
            "phone_not_served",
            "На этот номер СМС не отправляются: нужен российский мобильный номер +7\u00a09…",
            "signer.phone",
        )


@dataclass(frozen=True)
class MaxMessage:
    """The same news for the person's chat, and the buttons under it."""

    dialog: Dialog
    text: str
    keyboard: Keyboard = ()


def send(
    *,
    organization: Organization,
    purpose: Purpose,
    phone: str,
    text: str,
    secret: str,
    now: datetime,
    expires_at: datetime,
    package: Package | None = None,
    document: Document | None = None,
    in_max: MaxMessage | None = None,
) -> Delivery:
    """Record a message and queue it; both happen when the caller's transaction commits, or neither.

    Args:
        organization: in whose name.
        purpose: decides the queue, the plan of attempts and the limits.
        phone: E.164.
        text: exactly what the person will read in the SMS.
        secret: the part of `text` that must not outlive its use.
        now: aware time.
        expires_at: when the message loses its sense.
        package: what the message is about, if it is about documents.
        document: the document that a code is for.
        in_max: goes instead. The SMS of an invitation stays in reserve for the case that MAX does not take
            it; a code is bound to its channel, so nothing replaces it.

    Raises:
        TooManyMessages: the phone has received, or the organization sent, enough for now.
        ValueError: the text is longer than any gateway should be paid for.
    """
    parts = measure(text).parts
    if parts > MAX_PARTS:
        raise ValueError(f"the text takes {parts} parts")
    common = {
        "organization": organization,
        "package": package,
        "document": document,
        "purpose": purpose,
        "created_at": now,
        "expires_at": expires_at,
    }
    sms = Delivery(**common, channel=Channel.SMS, parts=parts)
    sms.phone = phone
    sms.write_text(text, secret)
    if in_max is None:
        limits.check_phone(phone_index(phone), Channel.SMS, purpose, now)
        limits.check_organization(organization, now)
        sms.save(force_insert=True)
        enqueue_round(sms, 0)
        return sms
    limits.check_phone(phone_index(phone), Channel.MAX, purpose, now)
    has_reserve = purpose == Purpose.INVITATION
    if has_reserve:
        sms.state = DeliveryState.RESERVED
        sms.save(force_insert=True)
    message = Delivery(
        **common,
        channel=Channel.MAX,
        parts=0,
        dialog=in_max.dialog,
        keyboard=keyboard_to_json(in_max.keyboard),
        reserve=sms if has_reserve else None,
    )
    message.phone = phone
    message.write_text(in_max.text, secret if secret in in_max.text else "")
    message.save(force_insert=True)
    enqueue_round(message, 0)
    return message
