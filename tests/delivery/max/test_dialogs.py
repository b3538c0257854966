"""How far a person is on the way into MAX, whatever comes when."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from sep.delivery.max import dialogs
from sep.delivery.max.models import Dialog, Reach
from sep.parties.models import phone_index
from tests import builders
from tests.maxbot import bots

pytestmark = pytest.mark.django_db
PHONE = "+79161234567"
SECOND = timedelta(seconds=1)


@pytest.fixture
def bot():
    return bots.bot()


@pytest.fixture
def dialog(bot):
    return bots.dialog(bot, PHONE)


def test_clinic_s_own_bot_goes_before_the_common_one(bot):
    clinic, other = builders.organization(), builders.organization()
    own = bots.bot(clinic)
    assert dialogs.bot_of(clinic) == own
    assert dialogs.bot_of(other) == bot
    assert clinic not in dialogs.served_by(bot)
    assert other in dialogs.served_by(bot)
    assert list(dialogs.served_by(own)) == [clinic]


def test_disconnected_bot_serves_nobody(bot):
    bot.disconnected_at = timezone.now()
    bot.save()
    assert dialogs.bot_of(builders.organization()) is None


def test_stop_of_yesterday_does_not_close_the_chat_of_today(dialog):
    opened = dialog.reach_at
    assert not dialogs.set_reach(dialog, Reach.STOPPED, opened - SECOND)
    dialog.refresh_from_db()
    assert dialog.reach == Reach.OPEN
    assert dialogs.set_reach(dialog, Reach.STOPPED, opened + SECOND)
    assert not dialogs.set_reach(dialog, Reach.OPEN, opened)


def test_number_that_moved_to_another_account_leaves_the_former(bot, dialog):
    new = bots.dialog(bot, PHONE)
    dialog.refresh_from_db()
    assert (dialog.is_verified, dialog.phone) == (False, "")
    assert dialogs.of_phone(bot, PHONE) == new


def test_refusal_of_max_closes_an_open_chat_only(dialog):
    dialogs.lose(dialog.id, timezone.now())
    dialog.refresh_from_db()
    assert dialog.reach == Reach.UNREACHABLE
    dialogs.set_reach(dialog, Reach.STOPPED, timezone.now())
    dialogs.lose(dialog.id, timezone.now())
    dialog.refresh_from_db()
    assert dialog.reach == Reach.STOPPED


def test_phone_is_kept_encrypted(dialog):
    assert PHONE.encode() not in bytes(dialog.phone_sealed)
    assert Dialog.objects.get().phone == PHONE


def test_one_person_has_one_dialog_however_often_he_is_met(bot):
    now = timezone.now()
    with transaction.atomic():
        assert dialogs.meet(bot, 5, now) == dialogs.meet(bot, 5, now)


def test_clinic_sees_how_far_its_patient_is(bot, dialog):
    clinic = builders.organization()
    unknown, hinted = phone_index("+79160000001"), phone_index("+79160000002")
    dialogs.meet(bot, 7, timezone.now()).save_fields(hinted_index=hinted)
    mine = phone_index(PHONE)
    assert dialogs.states(clinic, [unknown, hinted, mine]) == {
        unknown: "invited",
        hinted: "started",
        mine: "verified",
    }
    dialogs.set_reach(dialog, Reach.STOPPED, timezone.now())
    assert dialogs.states(clinic, [mine]) == {mine: "stopped"}
