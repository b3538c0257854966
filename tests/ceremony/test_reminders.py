"""Reminders: when the clinic says, by day, and never after an answer."""

from datetime import UTC, datetime, timedelta

import pytest

from sep.ceremony import questions, refusal, reminders
from sep.delivery.models import Delivery, Purpose
from tests import builders
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)

MORNING = datetime(2026, 6, 25, 7, 0, tzinfo=UTC)
"""Ten o'clock in Moscow."""
HOUR = timedelta(hours=1)


def invitations():
    return Delivery.objects.filter(purpose=Purpose.INVITATION).count()


def test_unanswered_invitation_is_repeated_as_often_as_the_clinic_says():
    builders.package(clinic=builders.organization(reminders=[24, 48]), now=MORNING)
    sent = []
    for hour in range(71):
        reminders.remind_due(MORNING + hour * HOUR)
        sent.append(invitations())
    assert [sent.index(count) for count in (1, 2, 3)] == [0, 24, 48]
    assert sent[-1] == 3


def test_clinic_may_want_none():
    builders.package(clinic=builders.organization(reminders=[]), now=MORNING)
    reminders.remind_due(MORNING + 60 * HOUR)
    assert invitations() == 1


def test_nobody_is_woken_at_night_wherever_the_clinic_is():
    """In Kamchatka it is nine hours later than in Moscow."""
    clinic = builders.organization(reminders=[1], time_zone="Asia/Kamchatka")
    evening = datetime(2026, 6, 25, 8, 30, tzinfo=UTC)  # half past eight there
    builders.package(clinic=clinic, now=evening)
    woken = [hour for hour in range(1, 30) if reminders.remind_due(evening + hour * HOUR)]
    assert woken == [13], "half past nine in the morning"


@pytest.mark.parametrize("answer", ["came", "asked", "declined"])
def test_any_answer_stops_them(answer):
    package = builders.package(clinic=builders.organization(reminders=[24]), now=MORNING)
    visit = walk.opened_visit(package, MORNING + HOUR)
    document = package.documents.get()
    if answer == "asked":
        questions.ask(document.id, visit, "Больно?", now=MORNING + HOUR)
    if answer == "declined":
        refusal.decline(document.id, visit, "", now=MORNING + HOUR)
    assert reminders.remind_due(MORNING + 24 * HOUR) == 0
    assert invitations() == 1


def test_document_about_to_end_is_not_reminded_of():
    package = builders.new_package(expires_at=MORNING + 25 * HOUR)
    builders.invitation.submit(builders.organization(reminders=[24]), package, now=MORNING, auto_send=True)
    assert reminders.remind_due(MORNING + 24 * HOUR) == 0


@pytest.mark.parametrize("jump", [-24 * HOUR, 24 * HOUR, 300 * HOUR])
def test_clock_that_jumps_sends_no_flood(jump):
    builders.package(clinic=builders.organization(reminders=[2, 4, 6]), now=MORNING)
    first = reminders.remind_due(MORNING + 3 * HOUR + jump)
    again = reminders.remind_due(MORNING + 3 * HOUR + jump + timedelta(minutes=1))
    assert first + again <= 1
