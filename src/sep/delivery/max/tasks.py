"""Background work on the bots: connecting them, keeping their webhook, noticing their silence."""

from datetime import timedelta

import structlog
from django.utils import timezone

from sep import jobs
from sep.delivery.max.connection import ConnectionRefused, connect, disconnect
from sep.delivery.max.errors import MaxError
from sep.delivery.max.models import Bot, ConnectionRequest, RequestState
from sep.delivery.max.subscription import keep_one
from sep.delivery.models import Delivery

SILENCE = timedelta(hours=24)
ENOUGH_TO_EXPECT_AN_ANSWER = 5

logger = structlog.get_logger(__name__)


@jobs.every("max.subscriptions", seconds=300)
def keep_subscriptions() -> None:
    """See that every connected bot has its one webhook, and tell of those that hear nothing for long."""
    now = timezone.now()
    for bot in Bot.objects.filter(disconnected_at__isnull=True):
        try:
            keep_one(bot, now)
        except MaxError:
            continue  # written on the row and logged
        if is_silent(bot):
            logger.warning("max.silent", bot=bot.id, last_update_at=str(bot.last_update_at))


def is_silent(bot: Bot) -> bool:
    """Tell whether people were written to for a day and not one of them has pressed anything."""
    since = timezone.now() - SILENCE
    heard = bot.last_update_at or bot.connected_at
    written = Delivery.objects.filter(dialog__bot=bot, accepted_at__gt=since)
    return heard < since and written.count() >= ENOUGH_TO_EXPECT_AN_ANSWER


@jobs.job("max.connect")
def connect_requested(organization_id: str) -> None:
    """Connect the bot that an organization has asked for, and write down how it went."""
    asked = ConnectionRequest.objects.select_related("organization").get(organization__id=organization_id)
    if asked.token_sealed is None:
        return  # a former run has done it
    organization = asked.organization
    token = organization.key.decrypt(asked.token_sealed, f"bot.request|{organization.id}").decode()
    asked.state, asked.code, asked.message = RequestState.CONNECTED, "", ""
    try:
        connect(token, organization, timezone.now())
    except ConnectionRefused as refused:
        asked.state, asked.code, asked.message = RequestState.REFUSED, refused.code, refused.message
    asked.token_sealed = None
    asked.save()


@jobs.job("max.disconnect")
def take_webhooks_away(bot_id: str) -> None:
    """Delete the subscriptions of a bot that is no longer ours."""
    bot = Bot.objects.get(pk=bot_id)
    if bot.disconnected_at is not None:
        disconnect(bot, bot.disconnected_at)
