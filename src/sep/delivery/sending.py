"""Handing a text over for delivery, inside the transaction that made it necessary."""

from datetime import datetime

from django.conf import settings

from sep import jobs
from sep.delivery import limits
from sep.delivery.models import Channel, Delivery, Purpose
from sep.delivery.sms.segments import MAX_PARTS, measure
from sep.delivery.tasks import JOBS
from sep.documents.models import Document, Package
from sep.parties.errors import Refusal
from sep.parties.models import phone_index


def check_phone(phone: str) -> None:
    """Raise `Refusal` for a number to which this installation sends nothing (protection from SMS pumping)."""
    if not phone.startswith(tuple(settings.ENVIRONMENT.phone_prefixes)):
        raise Refusal(
            "phone_not_served",
            "На этот номер СМС не отправляются: нужен российский мобильный номер +7\u00a09…",
            "signer.phone",
        )


def send(
    *,
    package: Package,
    document: Document | None,
    purpose: Purpose,
    phone: str,
    text: str,
    secret: str,
    now: datetime,
    expires_at: datetime,
) -> Delivery:
    """Record a message and queue it; both happen when the caller's transaction commits, or neither.

    Args:
        package: what the message is about.
        document: the document that a code is for.
        purpose: decides the queue, the plan of attempts and the limits.
        phone: E.164.
        text: exactly what the person will read.
        secret: the part of `text` that must not outlive its use.
        now: aware time.
        expires_at: when the message loses its sense.

    Raises:
        TooManyMessages: the phone has received, or the organization sent, enough for now.
        ValueError: the text is longer than any gateway should be paid for.
    """
    limits.check_phone(phone_index(phone), purpose, now)
    limits.check_organization(package.organization, now)
    parts = measure(text).parts
    if parts > MAX_PARTS:
        raise ValueError(f"the text takes {parts} parts")
    delivery = Delivery(
        organization=package.organization,
        package=package,
        document=document,
        purpose=purpose,
        channel=Channel.SMS,
        phone_index=phone_index(phone),
        parts=parts,
        created_at=now,
        expires_at=expires_at,
    )
    delivery.write_text(text, secret)
    delivery.save(force_insert=True)
    jobs.enqueue(JOBS[purpose], delivery.id, 0, workflow_id=f"deliver-{delivery.id}-0")
    return delivery
