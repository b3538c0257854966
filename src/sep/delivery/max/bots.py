"""The client of each bot, made once a process and made anew when its token changes."""

from functools import lru_cache

from django.conf import settings

from sep.delivery.max.client import BotApi
from sep.delivery.max.models import Bot


def api_of(bot: Bot) -> BotApi:
    """Return the client of a bot."""
    return _client(bot.token)


def make_api(token: str) -> BotApi:
    """Make a client for a token that is not kept yet."""
    environment = settings.ENVIRONMENT
    return BotApi(token, base_url=environment.max_api, ca_file=environment.max_ca)


@lru_cache(maxsize=256)
def _client(token: str) -> BotApi:
    return make_api(token)
