"""Connecting a bot: its token, who it is, the webhook, the commands of its menu."""

import secrets
from contextlib import closing
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from sep.delivery.max.bots import api_of, make_api
from sep.delivery.max.errors import MaxError, Trouble
from sep.delivery.max.models import Bot
from sep.delivery.max.subscription import keep_one
from sep.parties.models import Organization

COMMANDS: Final = (
    ("documents", "Документы на подпись"),
    ("help", "Помощь"),
    ("stop", "Больше не писать мне"),
)


class ConnectionRefused(Exception):
    """The bot is not connected; `message` tells a person why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def connect(token: str, organization: Organization | None, now: datetime) -> Bot:
    """Connect a bot to an organization, or, with `None`, to all that have none of their own.

    The same bot again renews its token, secret and webhook; another one takes the place of the former, whose
    people have to start the new one.

    Raises `ConnectionRefused`.
    """
    token = token.strip()
    if not token.isascii() or not token.isprintable() or not token:
        raise ConnectionRefused(
            "token_malformed", "Это не токен: в нём только латинские буквы, цифры и знаки."
        )
    try:
        with closing(make_api(token)) as api:
            info = api.me()
    except (MaxError, ValueError) as error:
        raise _refused(error) from error
    known = Bot.objects.filter(user_id=info.user_id).first()
    if known is not None and known.disconnected_at is None and known.organization != organization:
        raise ConnectionRefused("bot_taken", "Этот бот уже подключён другой организацией.")
    bot = known or Bot(user_id=info.user_id, webhook_key=secrets.token_urlsafe(32))
    bot.organization = organization
    bot.username, bot.name = info.username, info.first_name
    bot.token, bot.secret = token, secrets.token_hex(32)
    bot.connected_at, bot.disconnected_at, bot.trouble = now, None, ""
    try:
        with transaction.atomic():
            current = Bot.objects.select_for_update().filter(
                organization=organization, disconnected_at__isnull=True
            )
            current.exclude(pk=bot.pk).update(disconnected_at=now)
            bot.save()
    except IntegrityError as error:
        raise ConnectionRefused("busy", "Бота подключает кто-то ещё. Попробуйте ещё раз.") from error
    try:
        keep_one(bot, now, anew=True)
        api_of(bot).set_commands(list(COMMANDS))
    except MaxError as error:
        raise _refused(error) from error
    return bot


def disconnect(bot: Bot, now: datetime) -> None:
    """Let a bot go: its webhook is taken away, its people get SMS again. Trouble with MAX stops nothing."""
    try:
        api = api_of(bot)
        for each in api.subscriptions():
            api.unsubscribe(each.url)
    except MaxError:
        pass  # the token may be dead already: that is often why
    bot.disconnected_at = now
    bot.save(update_fields=["disconnected_at"])


def _refused(error: MaxError | ValueError) -> ConnectionRefused:
    if isinstance(error, ValueError):
        return ConnectionRefused("token_malformed", "Это не токен бота.")
    if error.trouble is Trouble.BOT:
        return ConnectionRefused(
            "token_refused",
            "MAX не принял токен. Возьмите его в business.max.ru: Чат-боты → бот → Настройки.",
        )
    return ConnectionRefused("max_unavailable", f"Не получилось: {error.detail}")
