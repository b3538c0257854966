"""From a request of a МИС to a link on the way to the signer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from sep.ceremony import links, messages
from sep.delivery.max import dialogs
from sep.delivery.max.models import Dialog, Reach
from sep.delivery.max.outgoing import AppButton, CallbackButton, Keyboard
from sep.delivery.models import Channel, Purpose
from sep.delivery.sending import MaxMessage, check_phone, send
from sep.documents import intake
from sep.documents.models import Document, Package
from sep.documents.statuses import OPEN
from sep.parties.errors import Refusal
from sep.parties.models import Organization


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
        return Submitted(known, list(known.ordered()), created=False)
    check_phone(new_package.signer.phone)
    checked = intake.check(organization, new_package, now)
    try:
        with transaction.atomic():
            package = intake.store(checked, now)
            if auto_send:
                invite(package, now)
    except IntegrityError:
        # Another request with the same ids committed between our look and our insert.
        known = intake.already_accepted(organization, new_package)
        if known is None:
            raise
        return Submitted(known, list(known.ordered()), created=False)
    return Submitted(package, list(package.ordered()), created=True)


def invite(package: Package, now: datetime) -> None:
    """Send the signer a link to what is still open in a package, inside the caller's transaction.

    Raises `Refusal` when nothing is open, and `TooManyMessages`.
    """
    waiting = [document for document in package.ordered() if document.is_open(now)]
    if not waiting:
        raise Refusal("nothing_to_sign", "Подписывать нечего: документ уже не ждёт подписи.")
    expires_at = max(document.expires_at for document in waiting)
    token = links.make_link(package, now=now, expires_at=expires_at)
    phone = package.signer.person.phone
    bot = dialogs.bot_of(package.organization) if Channel.MAX in package.channels else None
    dialog = dialogs.of_phone(bot, phone) if bot is not None else None
    is_reachable = dialog is not None and dialog.reach == Reach.OPEN
    # Who has stopped the bot is not called back into it.
    start_link = bot.start_link(token) if bot is not None and dialog is None else ""
    send(
        package=package,
        document=None,
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


def _in_max(package: Package, waiting: Sequence[Document], dialog: Dialog) -> MaxMessage:
    buttons: Keyboard = (
        (CallbackButton("Открыть здесь", f"package:{package.id}"),),
        (AppButton("На весь экран", dialog.bot.username, package.id),),
    )
    shown = buttons if dialog.bot.has_mini_app else buttons[:1]
    return MaxMessage(dialog, messages.invitation_in_max(package, waiting), shown)


def resend(document_id: str, now: datetime) -> None:
    """Invite the signer of a document again; raises as `invite` does."""
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).get(pk=document_id)
        if document.status not in OPEN or not document.is_open(now):
            raise Refusal("nothing_to_sign", "Подписывать нечего: документ уже не ждёт подписи.")
        invite(document.package, now)
