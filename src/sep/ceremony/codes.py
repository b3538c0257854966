"""The additional code: issued, sent again, checked. Figures after OWASP ASVS 6.5 and 6.6."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from sep import vault
from sep.ceremony import messages, turn
from sep.ceremony.models import Confirmation, Visit
from sep.delivery.max import dialogs
from sep.delivery.max.models import Dialog, Reach
from sep.delivery.models import Channel, Delivery, DeliveryState, Purpose
from sep.delivery.sending import MaxMessage, send
from sep.documents import lifecycle
from sep.documents.models import Document, Package
from sep.parties import agreements
from sep.parties.methods import CODES, Method
from sep.parties.models import Agreement, phone_index
from sep.parties.person import mask_phone

AGREEMENT_TYPE = "pep_agreement"
DIGITS = 6
LIFE = timedelta(minutes=5)
MOST_WRONG = 5
MOST_CODES_A_VISIT = 3
MOST_WRONG_A_DAY = 15
PAUSES = (timedelta(seconds=60), timedelta(seconds=120), timedelta(seconds=300))
"""Before the code is sent for the second, third and fourth time."""


class NotSignable(Exception):
    """The document no longer waits for a signature: signed, declined, revoked or expired."""


class AgreementNeeded(Exception):
    """No agreement on ПЭП with this person and phone: a code would be no signature (63-ФЗ ст. 6 ч. 2)."""


class PhoneTooNew(Exception):
    """The phone was changed less than a day ago, and the document is risky."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class NotByCode(Exception):
    """The clinic's rules leave only other ways of signing this document."""


class CodesExhausted(Exception):
    """This visit has had its three codes for the document, or the signer his fifteen wrong entries a day."""


class TooSoon(Exception):
    """The code may be sent again later; `wait` says when."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__()
        self.wait = wait


@dataclass(frozen=True)
class Issued:
    """What the page must know of a live code."""

    confirmation: Confirmation
    masked_phone: str
    expires_at: datetime
    resend_at: datetime


def code_hash(document: Document, signer_id: str, channel: str, action: str, code: str) -> bytes:
    """Bind a code to the document's bytes, the signer, the channel and the action; any change kills it."""
    return vault.keyed_hash(
        "confirmation-code",
        document.organization_id.bytes,
        document.id,
        document.original_sha256,
        signer_id,
        channel,
        action,
        code,
    )


def issue(document_id: str, visit: Visit, *, now: datetime) -> Issued:
    """Send the signer a code for a document; a code that still lives is kept and not sent twice.

    Raises `NotSignable`, `NotByCode`, `AgreementNeeded`, `PhoneTooNew`, `CodesExhausted`,
    `sep.delivery.limits.TooManyMessages`.
    """
    with transaction.atomic():
        document = lifecycle.locked(document_id)
        if not turn.awaits(document, visit.package, now) or visit.identified_at is None:
            raise NotSignable
        agreement_for(document, visit.package, now)
        live = (
            Confirmation.objects.filter(document=document, package=visit.package, ended_at__isnull=True)
            .select_related("delivery")
            .first()
        )
        if live is not None:
            # A code whose digits are gone could not be sent: the person has never seen it.
            is_good = now < live.expires_at and live.wrong_attempts < MOST_WRONG and live.delivery.secret
            if is_good and live.visit_id == visit.id:
                return _issued(live, visit)
            end(document, now, visit.package)
        _check_allowance(document, visit, now)
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        signer = visit.package.signer
        dialog = _chat_for_codes(document, visit.package)
        channel = Channel.SMS if dialog is None else Channel.MAX
        delivery = _send(document, visit, code, dialog, now=now, expires_at=now + LIFE)
        confirmation = Confirmation.objects.create(
            document=document,
            package=visit.package,
            visit=visit,
            channel=channel,
            code_hash=code_hash(document, signer.id, channel, "sign", code),
            issued_at=now,
            expires_at=now + LIFE,
            sent_at=now,
            delivery=delivery,
        )
        lifecycle.note(
            document,
            "code:issued",
            at=now,
            data={
                "confirmation": confirmation.id,
                "delivery": delivery.id,
                "channel": channel,
                "phone": mask_phone(signer.person.phone),
                "documentSha256": document.original_sha256,
            },
        )
    return _issued(confirmation, visit)


def send_again(document_id: str, visit: Visit, *, now: datetime) -> Issued:
    """Send the live code once more, the same digits; raises `TooSoon` and whatever `issue` raises."""
    with transaction.atomic():
        document = lifecycle.locked(document_id)
        if not turn.awaits(document, visit.package, now):
            raise NotSignable
        live = Confirmation.objects.filter(document=document, visit=visit, ended_at__isnull=True).first()
        secret = live.delivery.live_secret if live is not None else None
        if live is None or secret is None or now >= live.expires_at or live.wrong_attempts >= MOST_WRONG:
            return issue(document_id, visit, now=now)
        dialog = _chat_for_codes(document, visit.package)
        if (live.channel == Channel.MAX) != (dialog is not None):  # a code is bound to its channel
            end(document, now, visit.package)
            return issue(document_id, visit, now=now)
        if now < (again := resend_at(live)):
            raise TooSoon(again - now)
        live.delivery = _send(document, visit, secret, dialog, now=now, expires_at=live.expires_at)
        live.sent_at = now
        live.times_sent += 1
        live.save(update_fields=["delivery", "sent_at", "times_sent"])
        lifecycle.note(
            document, "code:sent_again", at=now, data={"confirmation": live.id, "times": live.times_sent}
        )
    return _issued(live, visit)


def agreement_for(document: Document, package: Package, now: datetime) -> Agreement | None:
    """Return the agreement under which a code signs a document; `None` only for the agreement itself.

    Raises `NotByCode`, `AgreementNeeded`, `PhoneTooNew`.
    """
    if not any(method in CODES for method in document.methods):
        raise NotByCode
    if document.type_code == AGREEMENT_TYPE:
        return None
    person = package.signer.person
    agreement = agreements.agreement_of(document.organization, person)
    if agreement is None or bytes(agreement.phone_index) != phone_index(person.phone):
        raise AgreementNeeded
    until = agreements.rests_until(agreement, now, is_risky=document.type.is_risky)
    if until is not None:
        raise PhoneTooNew(until)
    return agreement


def _chat_for_codes(document: Document, package: Package) -> Dialog | None:
    """Return the chat into which the clinic lets codes go; `None` sends them by SMS, a second channel."""
    if Method.MAX_CODE not in document.methods:
        return None
    bot = dialogs.bot_of(package.organization)
    dialog = dialogs.of_phone(bot, package.signer.person.phone) if bot is not None else None
    return dialog if dialog is not None and dialog.reach == Reach.OPEN else None


def _send(
    document: Document,
    visit: Visit,
    code: str,
    dialog: Dialog | None,
    *,
    now: datetime,
    expires_at: datetime,
) -> Delivery:
    text = messages.code(document, code)
    return send(
        organization=visit.package.organization,
        package=visit.package,
        document=document,
        purpose=Purpose.CODE,
        phone=visit.package.signer.person.phone,
        text=text,
        secret=code,
        now=now,
        expires_at=expires_at,
        in_max=MaxMessage(dialog, text) if dialog is not None else None,
    )


def end(document: Document, now: datetime, package: Package | None = None) -> None:
    """End the live codes of a locked document, or those of one recipient.

    Their digits leave the database and are sent no more.
    """
    live = Confirmation.objects.filter(document=document, ended_at__isnull=True)
    sent = Delivery.objects.filter(document=document, purpose=Purpose.CODE)
    if package is not None:
        live, sent = live.filter(package=package), sent.filter(package=package)
    live.update(ended_at=now)
    sent.update(secret=None)


def matches(confirmation: Confirmation, document: Document, signer_id: str, code: str) -> bool:
    """Compare an entered code in constant time."""
    expected = code_hash(document, signer_id, confirmation.channel, "sign", code)
    return hmac.compare_digest(bytes(confirmation.code_hash), expected)


def wrong_today(signer_id: str, now: datetime) -> int:
    """Count the wrong entries of a signer in the last 24 hours, over all his codes."""
    total = Confirmation.objects.filter(
        package__signer_id=signer_id, last_wrong_at__gt=now - timedelta(days=1)
    ).aggregate(total=Sum("wrong_attempts"))["total"]
    return total or 0


def _check_allowance(document: Document, visit: Visit, now: datetime) -> None:
    codes = Confirmation.objects.filter(document=document, visit=visit).count()
    if codes >= MOST_CODES_A_VISIT or wrong_today(visit.package.signer_id, now) >= MOST_WRONG_A_DAY:
        raise CodesExhausted


def resend_at(confirmation: Confirmation) -> datetime:
    """Return when a code may be sent once more."""
    return confirmation.sent_at + PAUSES[min(confirmation.times_sent, len(PAUSES)) - 1]


def _issued(confirmation: Confirmation, visit: Visit) -> Issued:
    return Issued(
        confirmation,
        mask_phone(visit.package.signer.person.phone),
        confirmation.expires_at,
        resend_at(confirmation),
    )


@dataclass(frozen=True)
class CodeOnPage:
    """The latest code of a visit for a document."""

    masked_phone: str
    channel: str
    delivery_state: DeliveryState
    lives_for: timedelta
    tries_left: int
    was_wrong: bool
    resend_in: timedelta

    @property
    def is_live(self) -> bool:
        return self.lives_for > timedelta() and self.tries_left > 0

    @property
    def was_not_taken(self) -> bool:
        return self.delivery_state is DeliveryState.FAILED


def latest_code(document: Document, visit: Visit, now: datetime) -> CodeOnPage | None:
    """Return the latest code of this visit for this document; `None` when none was asked for."""
    code = (
        Confirmation.objects.filter(document=document, visit=visit)
        .select_related("delivery")
        .order_by("issued_at", "id")
        .last()
    )
    if code is None:
        return None
    ended = code.ended_at is not None
    return CodeOnPage(
        masked_phone=mask_phone(visit.package.signer.person.phone),
        channel=code.channel,
        delivery_state=DeliveryState(code.delivery.state),
        lives_for=timedelta() if ended else min(max(code.expires_at - now, timedelta()), LIFE),
        tries_left=max(MOST_WRONG - code.wrong_attempts, 0),
        was_wrong=code.last_wrong_at is not None and code.last_wrong_at >= code.sent_at,
        resend_in=max(resend_at(code) - now, timedelta()),
    )
