"""Turns to call MAX: 30 requests a second a bot, 2 a second a dialog, over all workers.

A turn is taken on the row of the bot, and of the dialog, by one conditional update: any number of workers
keep the limit together. What a person waits for may run a few turns ahead of the flow; a broadcast may
not, so it takes only what is left, and never delays an answer.
"""

import time
from datetime import timedelta
from enum import Enum
from typing import Final

from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.db.models.query import QuerySet

from sep.delivery.max.errors import MaxError, Trouble
from sep.delivery.max.models import Bot, Dialog

BOT_INTERVAL: Final = 36
"""Milliseconds between two requests of a bot: 27.7 a second, and two ahead, stay under 30 in any second."""
DIALOG_INTERVAL: Final = 650
"""Milliseconds between two messages in a dialog: two a second at the most, with room for a slow one."""
PATIENCE: Final = timedelta(seconds=20)
_LOOK_AGAIN: Final = 0.02


class Lane(Enum):
    """How many milliseconds ahead of the even flow a request may go."""

    ANSWER = 2 * BOT_INTERVAL
    BROADCAST = 0


def take_turn(bot_id: str, dialog_id: str | None, lane: Lane) -> None:
    """Wait for the turn to call MAX.

    Raises `MaxError` (`Trouble.RETRY`) when it does not come within 20 seconds.
    """
    deadline = time.monotonic() + PATIENCE.total_seconds()
    if dialog_id is not None:
        _wait(Dialog.objects.filter(pk=dialog_id), DIALOG_INTERVAL, 0, deadline)
    _wait(Bot.objects.filter(pk=bot_id), BOT_INTERVAL, lane.value, deadline)


def _wait(row: "QuerySet[Bot] | QuerySet[Dialog]", interval: int, ahead: int, deadline: float) -> None:
    while not _taken(row, interval, ahead):
        if time.monotonic() > deadline:
            raise MaxError(Trouble.RETRY, "busy", "Слишком много сообщений сразу: очередь не подошла.")
        time.sleep(_LOOK_AGAIN)


def _taken(row: "QuerySet[Bot] | QuerySet[Dialog]", interval: int, ahead: int) -> bool:
    now = time.time_ns() // 1_000_000
    moved = Greatest(F("next_slot"), Value(now)) + interval
    return row.filter(next_slot__lte=now + ahead).update(next_slot=moved) == 1
