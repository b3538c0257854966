"""Turns: under the limits however many ask, an answer before a broadcast, one bot never for another."""

import pytest

from sep.delivery.max import pacing
from sep.delivery.max.errors import MaxError
from sep.delivery.max.models import Bot, Dialog
from sep.delivery.max.pacing import BOT_INTERVAL, DIALOG_INTERVAL, Lane, take_turn
from tests import builders
from tests.maxbot import bots

pytestmark = pytest.mark.django_db


class Clock:
    """A clock that only sleeping moves, in whole milliseconds."""

    def __init__(self, monkeypatch):
        self.now = 1_000_000_000.0
        monkeypatch.setattr(pacing.time, "sleep", self.sleep)
        monkeypatch.setattr(pacing.time, "monotonic", lambda: self.now / 1000)
        monkeypatch.setattr(pacing.time, "time_ns", lambda: int(self.now * 1_000_000))

    def sleep(self, seconds):
        self.now += seconds * 1000


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def most_in_a_second(moments):
    return max(sum(start <= each < start + 1000 for each in moments) for start in moments)


@pytest.mark.parametrize("lane", Lane)
def test_never_thirty_one_requests_of_a_bot_in_any_second(clock, lane):
    bot = bots.bot()
    moments = []
    for _ in range(100):
        take_turn(bot.id, None, lane)
        moments.append(clock.now)
    assert most_in_a_second(moments) <= 30
    assert moments[-1] - moments[0] < 100 * 41, "and not much fewer"


def test_never_three_messages_in_a_dialog_in_any_second(clock):
    dialog = bots.dialog(bots.bot(), "+79161234567")
    moments = []
    for _ in range(10):
        take_turn(dialog.bot_id, dialog.id, Lane.ANSWER)
        moments.append(clock.now)
    assert most_in_a_second(moments) <= 2


def test_answer_goes_ahead_of_a_broadcast_that_fills_the_flow(clock):
    bot = bots.bot()
    now = int(clock.now)
    Bot.objects.filter(pk=bot.pk).update(next_slot=now + BOT_INTERVAL)  # a broadcast has just gone
    take_turn(bot.id, None, Lane.ANSWER)
    assert clock.now == now
    take_turn(bot.id, None, Lane.BROADCAST)
    assert clock.now >= now + 2 * BOT_INTERVAL


def test_another_bot_waits_for_nobody(clock):
    busy, idle = bots.bot(), bots.bot(builders.organization())
    now = int(clock.now)
    Bot.objects.filter(pk=busy.pk).update(next_slot=now + 10_000)
    take_turn(idle.id, None, Lane.BROADCAST)
    assert clock.now == now


def test_turn_that_does_not_come_is_a_reason_to_try_later(clock):
    dialog = bots.dialog(bots.bot(), "+79161234567")
    Dialog.objects.filter(pk=dialog.pk).update(next_slot=int(clock.now) + 60 * DIALOG_INTERVAL)
    with pytest.raises(MaxError) as refused:
        take_turn(dialog.bot_id, dialog.id, Lane.ANSWER)
    assert refused.value.code == "busy"
