"""The exchange with the service about the bot in MAX. For the worker alone."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone

from clinic.institution.connection import ANSWER_SECONDS, state_of
from clinic.institution.models import MaxBot, Wish
from clinic.institution.service import client_of
from sep_client import Invalid, NotFound, SepClient, SepError
from sep_client import MaxBot as Told

_NOT_KEPT: Final = "Токен бота нигде не сохранён: введите его ещё раз."

_LONGEST_LINK: Final = 300
_TOO_OLD: Final = (
    "Сервис подписания ничего не знает о MAX. Попросите обновить его и проверьте соединение"
    " на вкладке «Нетрика»."
)


def fulfil(institution_id: str) -> None:
    """Do what is wanted, write down what the service said, and forget the bot's token."""
    bot = MaxBot.objects.select_related("institution").filter(institution__id=institution_id).first()
    if bot is None or bot.wish == Wish.NOTHING:
        return
    try:
        with client_of(bot.institution, timeout=ANSWER_SECONDS) as sep:
            told = _said(sep, bot)
    except SepError as error:
        _write_down(bot, {"problem": _sentence(error, bot)})
    else:
        _write_down(bot, _copy(told) | {"problem": "", "told_at": timezone.now()})


def _said(sep: SepClient, bot: MaxBot) -> Told:
    match bot.wish:
        case Wish.CONNECT:
            return sep.connect_max_bot(bot.token)
        case Wish.DISCONNECT:
            return sep.disconnect_max_bot()
        case _:
            return sep.max_bot()


def _write_down(bot: MaxBot, changes: Mapping[str, Any]) -> None:
    """Keep the answer, unless by now something else is wanted or another service is asked."""
    same = MaxBot.objects.filter(pk=bot.pk, wish=bot.wish, asked_at=bot.asked_at)
    same.update(wish=Wish.NOTHING, token_sealed=None, **changes)


def _copy(told: Told) -> dict[str, Any]:
    link = told.start_link or ""
    return {
        "state": told.state[:20],
        "message": (told.message or "")[:500],
        "is_own": told.is_own,
        "username": (told.username or "")[:100],
        "name": (told.name or "")[:200],
        # The page makes a link and a QR of it: nothing but a web address may stand there.
        "start_link": link if link.startswith("https://") and len(link) <= _LONGEST_LINK else "",
        "app_address": (told.app_address or "")[:1024],
        "people": max(told.people, 0),
        "last_update_at": told.last_update_at,
        "checked_at": told.checked_at,
        "trouble": (told.trouble or "")[:300],
    }


def _sentence(error: SepError, bot: MaxBot) -> str:
    if isinstance(error, NotFound):
        return _TOO_OLD
    if isinstance(error, Invalid) and error.code != "bad_settings":
        return error.message[:500]
    told = f"Сервис подписания: {state_of(error).label.lower()}. Проверьте соединение на вкладке «Нетрика»."
    return f"{told} {_NOT_KEPT}" if bot.wish == Wish.CONNECT else told
