"""How often a bot may call: 30 times a second in all, twice a second in a dialog."""

import time
from typing import Final

from django.db import transaction

from simulator.max.bots import Bot
from simulator.max.models import Dialog, MaxBehaviour, Window
from simulator.max.refusals import too_many
from simulator.routers import ALIAS

OF_BOT: Final = 30
OF_DIALOG: Final = 2
_SECOND = 1_000_000_000


def count_call(bot: Bot) -> None:
    """Count a call of the bot. Raises ApiError 429 above the limit."""
    _count(f"bot {bot.user_id}", OF_BOT)


def count_act(dialog: Dialog) -> None:
    """Count a message, an edit, a deletion or an answer in a dialog. Raises ApiError 429 above the limit."""
    _count(f"dialog {dialog.pk}", OF_DIALOG)


def _count(key: str, most: int) -> None:
    if not MaxBehaviour.current().limits:
        return
    with transaction.atomic(using=ALIAS):
        window = Window.objects.filter(key=key).first() or Window(key=key)
        now = time.monotonic_ns()
        # A moment ahead of the clock is of the time before the machine was started anew.
        recent = [moment for moment in window.moments if now - _SECOND < moment <= now]
        if len(recent) >= most:
            raise too_many()
        window.moments = [*recent, now]
        window.save()
