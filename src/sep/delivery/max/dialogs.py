"""Whom a bot may write to, and what became of it: the state of the channel for one person."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import F, Q
from django.db.models.query import QuerySet

from sep.delivery.max.models import Bot, Dialog, Reach
from sep.parties.models import Organization, phone_index


def bot_of(organization: Organization) -> Bot | None:
    """Return the organization's own bot, or the common one; `None` when there is neither."""
    connected = Bot.objects.filter(disconnected_at__isnull=True)
    serving = connected.filter(Q(organization=organization) | Q(organization__isnull=True))
    return serving.order_by(F("organization").asc(nulls_last=True)).first()


def served_by(bot: Bot) -> QuerySet[Organization]:
    """Return the organizations that a bot serves."""
    if bot.organization_id is not None:
        return Organization.objects.filter(pk=bot.organization_id)
    return Organization.objects.exclude(bots__disconnected_at__isnull=True, bots__isnull=False)


def of_phone(bot: Bot, phone: str) -> Dialog | None:
    """Return the dialog of a phone's proved owner, open or not; `None` when nobody has proved to own it."""
    return Dialog.objects.filter(bot=bot, phone_index=phone_index(phone)).select_related("bot").first()


class ChannelState(StrEnum):
    """How far the owner of a phone is on the way into MAX."""

    INVITED = "invited"
    STARTED = "started"
    VERIFIED = "verified"
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"


_STATES = {
    Reach.OPEN: ChannelState.VERIFIED,
    Reach.NOT_STARTED: ChannelState.VERIFIED,  # proved in the mini-app; the bot may not write yet
    Reach.STOPPED: ChannelState.STOPPED,
    Reach.UNREACHABLE: ChannelState.UNREACHABLE,
}


def states(organization: Organization, indexes: Collection[bytes]) -> dict[bytes, ChannelState]:
    """Return the state of the channel for phones of an organization; empty without a bot."""
    bot = bot_of(organization)
    if bot is None:
        return {}
    found = dict.fromkeys(indexes, ChannelState.INVITED)
    talked = Dialog.objects.filter(bot=bot)
    for hinted in talked.filter(hinted_index__in=indexes).values_list("hinted_index", flat=True):
        found[bytes(hinted or b"")] = ChannelState.STARTED
    for index, reach in talked.filter(phone_index__in=indexes).values_list("phone_index", "reach"):
        found[bytes(index or b"")] = _STATES[Reach(reach)]
    return found


def meet(bot: Bot, max_user_id: int, now: datetime) -> Dialog:
    """Return the locked dialog of a person, made at the first meeting; inside a transaction."""
    Dialog.objects.bulk_create(
        [Dialog(bot=bot, max_user_id=max_user_id, reach_at=now, created_at=now)], ignore_conflicts=True
    )
    dialog = Dialog.objects.select_for_update().get(bot=bot, max_user_id=max_user_id)
    dialog.bot = bot
    return dialog


def set_reach(dialog: Dialog, reach: Reach, at: datetime) -> bool:
    """Note that a locked dialog was opened or closed; older news than the last changes nothing.

    Updates come late, twice and in any order: «остановлен» of yesterday must not close the chat of today.
    """
    if at < dialog.reach_at and dialog.reach != Reach.NOT_STARTED:
        return False
    dialog.save_fields(reach=reach, reach_at=at)
    return True


def lose(dialog_id: str, now: datetime) -> None:
    """Note that MAX refused to deliver: the person stopped the bot or removed the chat."""
    with transaction.atomic():
        dialog = Dialog.objects.select_for_update().get(pk=dialog_id)
        if dialog.reach == Reach.OPEN:
            dialog.save_fields(reach=Reach.UNREACHABLE, reach_at=now)


def verify(dialog: Dialog, phone: str, now: datetime) -> None:
    """Bind a proved phone (E.164) to a locked dialog; an earlier account of the same number loses it."""
    index = phone_index(phone)
    others = Dialog.objects.filter(bot=dialog.bot, phone_index=index).exclude(pk=dialog.pk)
    others.update(phone_index=None, phone_sealed=None, verified_at=None)
    dialog.save_fields(
        phone_index=index,
        phone_sealed=dialog.bot.key.encrypt(phone.encode(), f"dialog.phone|{dialog.id}"),
        verified_at=now,
    )
