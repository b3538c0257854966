"""Long polling for a developer's machine that MAX cannot reach; the inbox behind it is the same."""

import time
from typing import Final

from django.utils import timezone

from sep.delivery.max.bots import api_of
from sep.delivery.max.errors import MaxError, Trouble
from sep.delivery.max.models import Bot
from sep.delivery.max.subscription import UPDATE_TYPES
from sep.maxbot import inbox

_WAIT: Final = 30
_AFTER_TROUBLE: Final = 5.0


def poll(bot: Bot) -> None:
    """Ask MAX for updates for ever. The webhook is taken away first: with one, MAX gives nothing here.

    Raises `MaxError` when the token is refused.
    """
    api, marker = api_of(bot), None
    for each in api.subscriptions():
        api.unsubscribe(each.url)
    while True:
        try:
            updates, marker = api.updates(marker, _WAIT, UPDATE_TYPES)
        except MaxError as error:
            if error.trouble is Trouble.BOT:
                raise
            time.sleep(_AFTER_TROUBLE)
            continue
        for raw in updates:
            inbox.accept(bot, raw, timezone.now())
