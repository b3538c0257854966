"""The bot of an organization as the API shows it."""

from typing import Literal, cast

from django.conf import settings
from django.urls import reverse

from sep.api.schemas import MaxBotOut
from sep.delivery.max import dialogs
from sep.delivery.max.models import Bot, ConnectionRequest, RequestState
from sep.parties.models import Organization


def max_bot_out(organization: Organization) -> MaxBotOut:
    """Show the bot that serves an organization, its own or the common one."""
    bot = dialogs.bot_of(organization)
    asked = ConnectionRequest.objects.filter(organization=organization).first()
    state: str = RequestState.CONNECTED if bot is not None else "none"
    if asked is not None and asked.state != RequestState.CONNECTED:
        state = asked.state
    return MaxBotOut(
        state=cast("Literal['none', 'connecting', 'connected', 'refused']", str(state)),
        message=asked.message or None if asked is not None else None,
        is_own=bot is not None and bot.organization_id is not None,
        username=bot.username if bot is not None else None,
        name=bot.name if bot is not None else None,
        start_link=bot.start_link("desk") if bot is not None else None,
        app_address=None if bot is None else app_address(bot),
        people=0 if bot is None else bot.dialogs.filter(verified_at__isnull=False).count(),
        last_update_at=bot.last_update_at if bot is not None else None,
        checked_at=bot.checked_at if bot is not None else None,
        trouble=bot.trouble or None if bot is not None else None,
    )


def app_address(bot: Bot) -> str:
    """Return the address that is written by hand into the bot's settings in the partner cabinet."""
    return settings.ENVIRONMENT.address + reverse("max-app", args=[bot.username])
