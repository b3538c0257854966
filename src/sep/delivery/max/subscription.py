"""Exactly one webhook a bot: MAX drops it after eight hours of silence, and adds a second without a word."""

from datetime import datetime
from typing import Final

import structlog
from django.conf import settings
from django.urls import reverse

from sep.delivery.max.bots import api_of
from sep.delivery.max.errors import MaxError
from sep.delivery.max.models import Bot

UPDATE_TYPES: Final = (
    "bot_started",
    "bot_stopped",
    "message_created",
    "message_callback",
    "dialog_removed",
    "dialog_cleared",
    "dialog_muted",
    "dialog_unmuted",
)

logger = structlog.get_logger(__name__)


def webhook_address(bot: Bot) -> str:
    """Return where MAX brings the updates of a bot."""
    return settings.ENVIRONMENT.address + reverse("max-webhook", args=[bot.webhook_key])


def keep_one(bot: Bot, now: datetime, *, anew: bool = False) -> None:
    """Make our webhook the bot's only one; `anew` subscribes again, after the secret has changed.

    What is wrong with the bot is written on its row. Raises `MaxError`.
    """
    api, ours = api_of(bot), webhook_address(bot)
    try:
        found = api.subscriptions()
        present = any(each.url == ours for each in found)
        if anew or not present:
            if present:
                api.unsubscribe(ours)
            api.subscribe(ours, bot.secret, UPDATE_TYPES)
            if not anew:
                logger.warning("max.resubscribed", bot=bot.id)
                bot.resubscribed_at = now
        for other in {each.url for each in found} - {ours}:
            api.unsubscribe(other)
    except MaxError as error:
        bot.trouble = error.detail
        bot.save(update_fields=["trouble"])
        logger.warning("max.subscription_failed", bot=bot.id, code=error.code)
        raise
    bot.trouble = ""
    bot.checked_at = now
    bot.save(update_fields=["trouble", "checked_at", "resubscribed_at"])
