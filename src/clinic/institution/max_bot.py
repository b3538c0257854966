"""«Бот MAX»: what is wanted of the service about it, and what the page shows.

Nothing here speaks to the service: the row says what is wanted, and a job in the same transaction does it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from clinic.institution import tasks
from clinic.institution.models import Institution, MaxBot, Wish
from sep.jobs import enqueue

STUCK_AFTER: Final = timedelta(seconds=40)
"""A job that has not answered in this time is believed lost."""

_HURRY, _CALM = timedelta(seconds=1), timedelta(seconds=15)


def look(institution: Institution) -> MaxBot:
    """Return the copy; ask the service anew when it is older than whoever looks at the page expects."""
    bot = MaxBot.objects.filter(institution=institution).first() or MaxBot(institution=institution)
    if institution.is_connected and _is_old(bot, timezone.now()):
        with transaction.atomic():
            bot, now = _locked(institution), timezone.now()
            if _is_old(bot, now):  # nobody else has asked meanwhile
                _want(bot, Wish.ASK, now)
    return bot


def connect(institution: Institution, token: str) -> None:
    """Want the clinic's own bot to be connected; the token waits sealed until the worker hands it over."""
    with transaction.atomic():
        bot = _locked(institution)
        bot.token = token
        _want(bot, Wish.CONNECT, timezone.now())


def disconnect(institution: Institution) -> None:
    """Want the clinic's own bot to go."""
    with transaction.atomic():
        bot = _locked(institution)
        bot.token = ""
        _want(bot, Wish.DISCONNECT, timezone.now())


def forget(institution: Institution) -> None:
    """Forget the copy: the clinic is being connected to another service, or anew."""
    MaxBot.objects.filter(institution=institution).delete()


@dataclass(frozen=True, slots=True)
class Shown:
    """The page's state; `version` changes with anything that it shows. `period`: seconds between looks."""

    is_working: bool
    is_stuck: bool
    is_folded: bool
    period: int
    version: str


def shown(bot: MaxBot, now: datetime) -> Shown:
    """Say how the page looks at this moment."""
    is_stuck = bot.wish != Wish.NOTHING and bot.asked_at is not None and now - bot.asked_at > STUCK_AFTER
    connects = bot.state == "connecting" and not bot.problem
    is_working = not is_stuck and (connects or bot.wish in {Wish.CONNECT, Wish.DISCONNECT})
    is_awaited = is_working or (bot.told_at is None and not bot.problem and not is_stuck)
    told = (
        is_working, is_stuck, is_awaited, bot.problem, bot.state, bot.message, bot.is_own, bot.username,
        bot.name, bot.start_link, bot.app_address, bot.people, bot.last_update_at, bot.trouble,
        bot.wish == Wish.DISCONNECT,
    )  # fmt: skip
    return Shown(
        is_working=is_working,
        is_stuck=is_stuck,
        is_folded=is_working or bot.is_own,
        period=1 if is_awaited else 5,
        version=hashlib.blake2b(repr(told).encode(), digest_size=9).hexdigest(),
    )


def _is_old(bot: MaxBot, now: datetime) -> bool:
    if bot.wish in {Wish.CONNECT, Wish.DISCONNECT}:
        return False  # its answer tells all
    pause = _HURRY if bot.state == "connecting" else _CALM
    return bot.asked_at is None or now - bot.asked_at > (STUCK_AFTER if bot.wish == Wish.ASK else pause)


def _locked(institution: Institution) -> MaxBot:
    MaxBot.objects.get_or_create(institution=institution)
    return MaxBot.objects.select_for_update().get(institution=institution)


def _want(bot: MaxBot, wish: Wish, now: datetime) -> None:
    bot.wish, bot.asked_at = wish, now
    if wish != Wish.ASK:
        bot.problem = ""
    bot.save(update_fields=["wish", "asked_at", "token_sealed", "problem"])
    enqueue(tasks.fulfil_wish_about_max_bot, str(bot.pk))
