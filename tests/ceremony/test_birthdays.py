"""Birthdays between sending and signing, to the minute and the zone; 29 February."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sep.ceremony import birthdays, codes, turn
from sep.documents.intake import NewRecipient
from sep.documents.statuses import Status
from sep.parties.models import SignerRole
from sep.parties.person import Person
from tests import builders
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)

MOTHER = Person("Тестовая", "Анна", "Сергеевна", date(1986, 5, 12))


def for_child(born, sent_at, *, kind="consent", zone="Europe/Moscow"):
    mother = builders.signing(MOTHER, relation="mother", basis="свидетельство", in_medical_record=True)
    return builders.package(
        builders.new_document(type_code=kind),
        clinic=builders.organization(time_zone=zone),
        patient=Person("Тестовый", "Пётр", "", born),
        role=SignerRole.REPRESENTATIVE,
        signer=mother,
        now=sent_at,
    )


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("Europe/Moscow", datetime(2026, 6, 25, 21, 0, tzinfo=UTC)),
        ("Asia/Kamchatka", datetime(2026, 6, 25, 12, 0, tzinfo=UTC)),
        ("Europe/Kaliningrad", datetime(2026, 6, 25, 22, 0, tzinfo=UTC)),
    ],
)
def test_mother_signs_the_consent_until_midnight_of_the_fifteenth_birthday_in_the_clinic_s_zone(
    zone, midnight
):
    package = for_child(date(2011, 6, 26), midnight - timedelta(hours=5), zone=zone)
    document = package.documents.get()
    assert turn.awaits(document, package, midnight - timedelta(seconds=1))
    assert not turn.awaits(document, package, midnight)


def test_child_of_the_29th_of_february_turns_fifteen_on_the_1st_of_march():
    package = for_child(date(2012, 2, 29), datetime(2027, 2, 28, 9, 0, tzinfo=UTC))
    document = package.documents.get()
    assert turn.awaits(document, package, datetime(2027, 2, 28, 20, 59, tzinfo=UTC))
    assert not turn.awaits(document, package, datetime(2027, 2, 28, 21, 0, tzinfo=UTC))


def test_clinic_is_told_and_a_code_on_its_way_dies():
    sent_at = datetime(2026, 6, 25, 20, 50, tzinfo=UTC)
    package = for_child(date(2011, 6, 26), sent_at)
    document = package.documents.get()
    visit = walk.opened_visit(package, sent_at)
    code = walk.code_for(document, visit, sent_at + timedelta(minutes=8))
    after = sent_at + timedelta(minutes=11)
    assert birthdays.tell_of_birthdays(after) == 1
    document.refresh_from_db()
    assert (document.status, document.status_reason) == (Status.UNDELIVERED, birthdays.REASON)
    answer = walk.confirm.confirm(document.id, visit, code, now=after)
    assert answer is walk.confirm.Answer.NOT_SIGNABLE
    with pytest.raises(codes.NotSignable):
        codes.issue(document.id, visit, now=after)
    assert birthdays.tell_of_birthdays(after) == 0


def test_at_eighteen_the_contract_of_two_becomes_his_own():
    born, sent_at = date(2008, 6, 26), datetime(2026, 6, 25, 9, 0, tzinfo=UTC)
    teenager = Person("Тестовый", "Пётр", "", born)
    mother = builders.signing(MOTHER, relation="mother", basis="свидетельство")
    package = builders.package(
        builders.new_document(type_code="contract"),
        patient=teenager,
        signer=builders.signing(teenager),
        second=NewRecipient(SignerRole.REPRESENTATIVE, mother, builders.AGREEMENT),
        now=sent_at,
    )
    document = package.documents.get()
    assert turn.awaits(document, package, sent_at)
    assert not turn.awaits(document, package, sent_at + timedelta(hours=12))


def test_sixteen_year_old_who_turns_eighteen_still_signs_his_own_consent():
    born, sent_at = date(2008, 6, 26), datetime(2026, 6, 25, 9, 0, tzinfo=UTC)
    teenager = Person("Тестовый", "Пётр", "", born)
    package = builders.package(patient=teenager, signer=builders.signing(teenager), now=sent_at)
    assert turn.awaits(package.documents.get(), package, sent_at + timedelta(hours=13))
