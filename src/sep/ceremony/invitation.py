"""From a request of a МИС to a link on the way to the signer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.dispatch import receiver

from sep.ceremony import links, messages, turn
from sep.ceremony.agreement_documents import with_agreements
from sep.ceremony.signals import invited, signed_by_one
from sep.delivery.max import dialogs
from sep.delivery.max.models import Dialog, Reach
from sep.delivery.max.outgoing import AppButton, CallbackButton, Keyboard
from sep.delivery.models import Channel, Purpose
from sep.delivery.sending import MaxMessage, check_phone, send
from sep.documents import intake, lifecycle
from sep.documents.models import Document, Package
from sep.documents.statuses import Status
from sep.ledger import log
from sep.parties import agreements
from sep.parties.agreements import Concluded
from sep.parties.errors import Refusal
from sep.parties.models import Agreement, Organization
from sep.parties.person import Person, mask_phone


@dataclass(frozen=True)
class Submitted:
    """What a submission made; `created` is false when the same request had been accepted before."""

    package: Package
    documents: Sequence[Document]
    created: bool


def submit(
    organization: Organization, new_package: intake.NewPackage, *, now: datetime, auto_send: bool
) -> Submitted:
    """Accept a package and invite its signer, in one transaction; the same request again changes nothing.

    Raises:
        Refusal: something in the request may not be accepted.
        DocumentConflict: an id of the МИС already names another document.
        TooManyMessages: the signer's phone has received enough for now.
    """
    known = intake.already_accepted(organization, new_package)
    if known is not None:
        return Submitted(known, of_mis(known), created=False)
    for recipient in new_package.recipients.values():
        check_phone(recipient.person.phone)
    checked = with_agreements(intake.check(organization, new_package, now), now)
    try:
        with transaction.atomic():
            _write_agreements(organization, new_package, now)
            _take_back_replaced(new_package, now)
            package = intake.store(checked, now)
            if auto_send:
                invite_everyone(package, now)
    except IntegrityError:
        # Another request with the same ids committed between our look and our insert.
        known = intake.already_accepted(organization, new_package)
        if known is None:
            raise
        return Submitted(known, of_mis(known), created=False)
    return Submitted(package, of_mis(package), created=True)


def of_mis(package: Package) -> list[Document]:
    """Return the documents that came in one request, those that the service added not among them."""
    return list(package.documents.filter(is_ours=False).order_by("position"))


def _write_agreements(organization: Organization, new_package: intake.NewPackage, now: datetime) -> None:
    for recipient in new_package.recipients.values():
        if recipient.agreement is not None:
            register(organization, recipient.person, recipient.agreement, now)


def register(organization: Organization, person: Person, made: Concluded, now: datetime) -> Agreement:
    """Write down an agreement; when it changes the person's phone, the former number is told.

    Raises `TooManyMessages`.
    """
    former = agreements.agreement_of(organization, person)
    agreement = agreements.conclude(organization, person, made, now=now)
    if former is not None and former.id != agreement.id and former.phone != person.phone:
        send(
            organization=organization,
            purpose=Purpose.NOTICE,
            phone=former.phone,
            text=messages.phone_changed(organization),
            secret="",
            now=now,
            expires_at=now + timedelta(days=1),
        )
    if former is None or former.id != agreement.id:
        log.append(
            "agreement:registered",
            stream=str(organization.id),
            subject=agreement.id,
            at=now,
            data={
                "way": agreement.way,
                "phone": mask_phone(person.phone),
                "replaces": None if former is None else former.id,
                "phoneConfirmed": agreement.phone_confirmed_at is not None,
                "identityChecked": bool(agreement.identity_checked_by),
            },
        )
    return agreement


def end_agreement(agreement: Agreement, reason: str, now: datetime) -> None:
    """End an agreement at the clinic's word, in the caller's transaction."""
    agreements.end(agreement, reason, now)
    log.append(
        "agreement:ended", stream=str(agreement.organization_id), subject=agreement.id, at=now, data={}
    )


def _take_back_replaced(new_package: intake.NewPackage, now: datetime) -> None:
    """Revoke what the new documents correct, if nobody has signed it yet; a signed one stays as it is."""
    replaced = sorted({new.replaces.id for new in new_package.documents if new.replaces is not None})
    for document_id in replaced:
        former = lifecycle.locked(document_id)
        if former.is_open(now):
            lifecycle.move(former, Status.REVOKED, at=now, reason="Документ заменён новым")


def invite_everyone(package: Package, now: datetime) -> None:
    """Invite every recipient of the same documents whose turn it is."""
    for each in package.everyone():
        if _waiting(each, now):
            invite(each, now)


def invite_again(package: Package, now: datetime) -> None:
    """Invite in a transaction of its own; raises as `invite` does."""
    with transaction.atomic():
        invite(package, now)


def _waiting(package: Package, now: datetime) -> list[Document]:
    return [document for document in package.ordered() if turn.awaits(document, package, now)]


def invite(package: Package, now: datetime, *, by: Channel | None = None, is_reminder: bool = False) -> None:
    """Send the signer a link to what waits for him in a package, inside the caller's transaction.

    Args:
        package: whose recipient to invite; one frozen by «Это не я» is open again.
        now: aware time.
        by: the channel wished; `None` takes the chat where there is one, an SMS otherwise.
        is_reminder: repeats an earlier one; any other begins the schedule of reminders anew.

    Raises `Refusal` when nothing waits, and `TooManyMessages`.
    """
    package.invited_at = now
    if not is_reminder:
        package.reminded = 0
        package.remind_at = next_reminder(package, now)
    package.save(update_fields=["invited_at", "reminded", "remind_at"])
    waiting = _waiting(package, now)
    if not waiting:
        raise Refusal("nothing_to_sign", "Подписывать нечего: документ уже не ждёт подписи.")
    expires_at = max(document.expires_at for document in waiting)
    token = links.make_link(package, now=now, expires_at=expires_at)
    phone = package.signer.person.phone
    wants_max = Channel.MAX in package.channels and by is not Channel.SMS
    bot = dialogs.bot_of(package.organization) if wants_max else None
    dialog = dialogs.of_phone(bot, phone) if bot is not None else None
    is_reachable = dialog is not None and dialog.reach == Reach.OPEN
    # Who has stopped the bot is not called back into it.
    start_link = bot.start_link(token) if bot is not None and dialog is None else ""
    if by is Channel.MAX and not is_reachable:
        raise Refusal("max_unreachable", "Чата с этим получателем в MAX нет: отправьте по СМС.", "channel")
    invited.send(sender=Package, package=package, now=now)
    send(
        organization=package.organization,
        package=package,
        purpose=Purpose.INVITATION,
        phone=phone,
        text=messages.invitation(
            package, f"{settings.ENVIRONMENT.address}/s/{token}", len(waiting), start_link
        ),
        secret=token,
        now=now,
        expires_at=expires_at,
        in_max=_in_max(package, waiting, dialog) if dialog is not None and is_reachable else None,
    )


def next_reminder(package: Package, now: datetime) -> datetime | None:
    """Return when the reminder after the ones that went is due, `None` when there is none."""
    hours = [0, *package.organization.reminders]
    if package.reminded + 1 >= len(hours):
        return None
    return now + timedelta(hours=hours[package.reminded + 1] - hours[package.reminded])


def _in_max(package: Package, waiting: Sequence[Document], dialog: Dialog) -> MaxMessage:
    buttons: Keyboard = (
        (CallbackButton("Открыть здесь", f"package:{package.id}"),),
        (AppButton("На весь экран", dialog.bot.username, package.id),),
    )
    shown = buttons if dialog.bot.has_mini_app else buttons[:1]
    return MaxMessage(dialog, messages.invitation_in_max(package, waiting), shown)


def resend(document_id: str, now: datetime, *, by: Channel | None = None) -> None:
    """Invite again whoever has not signed a document yet; raises as `invite` does."""
    with transaction.atomic():
        document = lifecycle.locked(document_id)
        invited_anyone = False
        for package in document.package.everyone():
            if _would_wait(document, package, now):
                invite(package, now, by=by)
                invited_anyone = True
        if not invited_anyone:
            raise Refusal("nothing_to_sign", "Подписывать нечего: документ уже не ждёт подписи.")


def _would_wait(document: Document, package: Package, now: datetime) -> bool:
    """Tell whether a document waits for a recipient, or would if he were invited anew."""
    package.frozen_at = None  # in memory only: the invitation itself is what thaws it
    return package.signer.role in document.roles and turn.awaits(document, package, now)


@receiver(signed_by_one)
def _invite_next(document: Document, missing: Sequence[Package], now: datetime, **_: object) -> None:
    """Invite the second signer when the first has signed and they sign in order."""
    for package in missing:
        if package.in_order and package.invited_at is None and turn.awaits(document, package, now):
            invite(package, now)
