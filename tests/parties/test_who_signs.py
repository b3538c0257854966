"""Who must sign: the implementation against the lawyer's table in full, and the cases people ask about."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.models import SignerRole
from sep.parties.person import Person
from sep.parties.who_signs import Capacity, Matter, may_represent, who_signs
from tests.parties.who_signs_table import (
    ANY_LEGAL,
    CAPACITIES,
    MATTERS,
    NO_REPRESENTATIVES,
    WHO_REPRESENTS,
    WHO_SIGNS,
)

AGES = range(101)

PATIENT = frozenset({frozenset({SignerRole.PATIENT})})
REPRESENTATIVE = frozenset({frozenset({SignerRole.REPRESENTATIVE})})
TOGETHER = frozenset({frozenset({SignerRole.PATIENT, SignerRole.REPRESENTATIVE})})
EITHER = PATIENT | REPRESENTATIVE
NOBODY = frozenset()

MINUTE = timedelta(minutes=1)
ZONES = ["America/New_York", "Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka"]


def signs(type_code, age, capacity=Capacity.ORDINARY, matter=Matter.ORDINARY):
    return who_signs(type_code, age=age, capacity=capacity, matter=matter)


def rows_of(rows, age, capacity):
    return [row for row in rows if row.since <= age <= row.through and capacity in row.capacities]


def row_of(type_code, age, capacity, matter):
    (row,) = (row for row in rows_of(WHO_SIGNS[type_code], age, capacity) if matter in row.matters)
    return row


def in_words(alternatives):
    ways = sorted(" + ".join(sorted(str(role) for role in way)) for way in alternatives)
    return " | ".join(ways) or "nobody"


def age_at(moment, zone, born):
    """The age that counts: full years on the day of the clinic's own calendar."""
    return Person("Тестовый", "Тест", "", born).age_on(moment.astimezone(ZoneInfo(zone)).date())


# The table itself


def test_table_knows_every_capacity_every_matter_and_every_type_of_document():
    assert set(CAPACITIES) == set(Capacity)
    assert set(MATTERS) == set(Matter)
    assert set(DOCUMENT_TYPES) <= set(WHO_SIGNS)


@pytest.mark.parametrize("type_code", WHO_SIGNS)
def test_every_case_stands_in_exactly_one_row(type_code):
    wrong = [
        (age, capacity, matter)
        for age, capacity, matter in product(AGES, CAPACITIES, MATTERS)
        if sum(matter in row.matters for row in rows_of(WHO_SIGNS[type_code], age, capacity)) != 1
    ]
    assert not wrong


def test_every_case_of_representation_stands_in_exactly_one_row():
    wrong = [
        (age, capacity)
        for age, capacity in product(AGES, CAPACITIES)
        if len(rows_of(WHO_REPRESENTS, age, capacity)) != 1
    ]
    assert not wrong


# The implementation against it


@pytest.mark.parametrize("type_code", WHO_SIGNS)
def test_signers_are_those_of_the_table(type_code):
    disagreements = []
    for age, capacity, matter in product(AGES, CAPACITIES, MATTERS):
        row = row_of(type_code, age, capacity, matter)
        expected = frozenset(frozenset(SignerRole(role) for role in way) for way in row.signs)
        found = signs(type_code, age, Capacity(capacity), Matter(matter))
        if found != expected:
            disagreements.append(
                f"{age} лет, {capacity}, {matter}: {in_words(expected)} ({row.ground}), not {in_words(found)}"
            )
    assert not disagreements, f"{type_code}:\n" + "\n".join(disagreements)


def test_representatives_are_those_of_the_table():
    disagreements = []
    for age, capacity in product(AGES, CAPACITIES):
        (row,) = rows_of(WHO_REPRESENTS, age, capacity)
        for relation in ANY_LEGAL + NO_REPRESENTATIVES:
            found = may_represent(relation, age=age, capacity=Capacity(capacity))
            if found is not (relation in row.relations):
                disagreements.append(f"{relation!r}, {age} лет, {capacity}: not {found} ({row.ground})")
    assert not disagreements, "\n".join(disagreements)


@pytest.mark.parametrize("type_code", WHO_SIGNS)
def test_answer_is_made_of_roles_and_nobody_can_change_it(type_code):
    for age, capacity, matter in product((0, 14, 15, 17, 18), Capacity, Matter):
        found = signs(type_code, age, capacity, matter)
        assert isinstance(found, frozenset)
        for way in found:
            assert isinstance(way, frozenset)
            assert way
            assert all(isinstance(role, SignerRole) for role in way)


@pytest.mark.parametrize("type_code", WHO_SIGNS)
def test_whenever_a_representative_must_sign_somebody_may_represent(type_code):
    stuck = [
        (age, capacity.value, matter.value)
        for age, capacity, matter in product(AGES, Capacity, Matter)
        if any(SignerRole.REPRESENTATIVE in way for way in signs(type_code, age, capacity, matter))
        and not any(may_represent(relation, age=age, capacity=capacity) for relation in ANY_LEGAL)
    ]
    assert not stuck


# The cases people ask about


@pytest.mark.parametrize("stranger", ["grandmother", "nanny", "spouse", ""])
def test_grandmother_nanny_and_spouse_represent_nobody_at_any_age(stranger):
    assert not any(
        may_represent(stranger, age=age, capacity=capacity) for age, capacity in product(AGES, Capacity)
    )


def test_mother_brings_a_baby_and_signs_everything():
    assert all(signs(type_code, 0) == REPRESENTATIVE for type_code in WHO_SIGNS)
    assert may_represent("mother", age=0, capacity=Capacity.ORDINARY)


def test_sixteen_year_old_consents_himself_and_his_mother_alone_may_conclude_the_contract():
    assert signs("consent", 16) == PATIENT
    assert signs("contract", 16) == TOGETHER | REPRESENTATIVE
    assert may_represent("mother", age=16, capacity=Capacity.ORDINARY)


def test_minor_never_concludes_a_contract_alone():
    assert all(not signs(code, age) & PATIENT for code in ("contract", "act", "other") for age in range(18))


def test_mother_cannot_consent_for_a_fifteen_year_old():
    assert signs("consent", 14) == REPRESENTATIVE
    assert signs("consent", 15) == PATIENT


def test_who_consents_today_also_refuses_and_withdraws_even_what_his_mother_signed_yesterday():
    assert signs("refusal", 14) == signs("withdrawal", 14) == REPRESENTATIVE
    assert signs("refusal", 15) == signs("withdrawal", 15) == PATIENT


def test_personal_data_of_a_minor_from_fifteen_need_both_signatures():
    assert signs("personal_data_consent", 14) == REPRESENTATIVE
    assert signs("personal_data_consent", 15) == signs("personal_data_consent", 17) == TOGETHER
    assert signs("personal_data_consent", 18) == PATIENT


@pytest.mark.parametrize("matter", [Matter.NARCOLOGY, Matter.EXAMINATION, Matter.TRANSPLANTATION])
def test_narcology_examination_and_transplantation_wait_for_eighteen(matter):
    assert signs("consent", 17, matter=matter) == REPRESENTATIVE
    assert signs("consent", 18, matter=matter) == PATIENT


def test_minor_with_addiction_decides_from_sixteen():
    assert signs("consent", 15, matter=Matter.ADDICTION) == REPRESENTATIVE
    assert signs("consent", 16, matter=Matter.ADDICTION) == PATIENT


@pytest.mark.parametrize("matter", Matter)
def test_what_the_help_is_about_changes_no_contract(matter):
    assert signs("contract", 17, matter=matter) == TOGETHER | REPRESENTATIVE
    assert signs("personal_data_consent", 17, matter=matter) == TOGETHER
    assert signs("pep_agreement", 17, matter=matter) == EITHER


def test_mother_of_an_adult_signs_nothing_for_him():
    assert all(signs(type_code, 18) == PATIENT for type_code in WHO_SIGNS)
    assert not may_represent("mother", age=18, capacity=Capacity.ORDINARY)


@pytest.mark.parametrize("matter", Matter)
def test_married_at_sixteen_is_an_adult_in_everything(matter):
    assert all(signs(type_code, 16, Capacity.EMANCIPATED, matter) == PATIENT for type_code in WHO_SIGNS)
    assert not may_represent("mother", age=16, capacity=Capacity.EMANCIPATED)


def test_emancipated_at_thirteen_is_a_mistake_and_nobody_signs():
    assert all(signs(type_code, 13, Capacity.EMANCIPATED) == NOBODY for type_code in WHO_SIGNS)
    assert signs("consent", 14, Capacity.EMANCIPATED) == PATIENT


def test_guardian_signs_everything_for_an_incapable_adult_and_his_mother_as_such_nothing():
    assert all(signs(type_code, 40, Capacity.INCAPABLE) == REPRESENTATIVE for type_code in WHO_SIGNS)
    assert may_represent("guardian", age=40, capacity=Capacity.INCAPABLE)
    assert not may_represent("mother", age=40, capacity=Capacity.INCAPABLE)
    assert not may_represent("trustee", age=40, capacity=Capacity.INCAPABLE)


def test_incapable_adult_whom_the_doctor_finds_able_consents_himself_and_his_guardian_pays():
    capacity = Capacity.INCAPABLE_CONSENTING
    assert signs("consent", 40, capacity) == signs("withdrawal", 40, capacity) == PATIENT
    assert signs("contract", 40, capacity) == REPRESENTATIVE
    assert signs("personal_data_consent", 40, capacity) == REPRESENTATIVE
    assert signs("pep_agreement", 40, capacity) == EITHER
    assert may_represent("guardian", age=40, capacity=capacity)


def test_limited_adult_consents_himself_and_concludes_a_contract_together_with_his_trustee():
    assert signs("consent", 40, Capacity.LIMITED) == PATIENT
    assert signs("personal_data_consent", 40, Capacity.LIMITED) == PATIENT
    assert signs("contract", 40, Capacity.LIMITED) == TOGETHER
    assert may_represent("trustee", age=40, capacity=Capacity.LIMITED)
    assert not may_represent("guardian", age=40, capacity=Capacity.LIMITED)


@pytest.mark.parametrize("capacity", [Capacity.INCAPABLE, Capacity.INCAPABLE_CONSENTING, Capacity.LIMITED])
@pytest.mark.parametrize("type_code", WHO_SIGNS)
def test_mark_of_an_adult_on_a_child_changes_nothing(type_code, capacity):
    assert all(signs(type_code, age, capacity) == signs(type_code, age) for age in range(18))
    assert may_represent("mother", age=17, capacity=capacity)


def test_agreement_on_the_signature_is_open_to_the_minor_from_fourteen_and_to_his_mother_always():
    assert signs("pep_agreement", 13) == REPRESENTATIVE
    assert signs("pep_agreement", 14) == signs("pep_agreement", 17) == EITHER
    assert signs("pep_agreement", 18) == PATIENT


# The day on which it changes


BIRTHDAYS = {
    date(2010, 8, 31): {
        14: date(2024, 8, 31),
        15: date(2025, 8, 31),
        16: date(2026, 8, 31),
        18: date(2028, 8, 31),
    },
    date(2011, 1, 1): {
        14: date(2025, 1, 1),
        15: date(2026, 1, 1),
        16: date(2027, 1, 1),
        18: date(2029, 1, 1),
    },
    date(2011, 12, 31): {
        14: date(2025, 12, 31),
        15: date(2026, 12, 31),
        16: date(2027, 12, 31),
        18: date(2029, 12, 31),
    },
    date(2012, 2, 29): {
        14: date(2026, 3, 1),
        15: date(2027, 3, 1),
        16: date(2028, 2, 29),
        18: date(2030, 3, 1),
    },
}


@pytest.mark.parametrize("born", BIRTHDAYS, ids=str)
@pytest.mark.parametrize(
    ("type_code", "matter", "years", "change"),
    [
        ("contract", Matter.ORDINARY, 14, (REPRESENTATIVE, TOGETHER | REPRESENTATIVE)),
        ("pep_agreement", Matter.ORDINARY, 14, (REPRESENTATIVE, EITHER)),
        ("consent", Matter.ORDINARY, 15, (REPRESENTATIVE, PATIENT)),
        ("personal_data_consent", Matter.ORDINARY, 15, (REPRESENTATIVE, TOGETHER)),
        ("consent", Matter.ADDICTION, 16, (REPRESENTATIVE, PATIENT)),
        ("consent", Matter.NARCOLOGY, 18, (REPRESENTATIVE, PATIENT)),
        ("refusal", Matter.TRANSPLANTATION, 18, (REPRESENTATIVE, PATIENT)),
        ("contract", Matter.ORDINARY, 18, (TOGETHER | REPRESENTATIVE, PATIENT)),
        ("personal_data_consent", Matter.ORDINARY, 18, (TOGETHER, PATIENT)),
        ("pep_agreement", Matter.ORDINARY, 18, (EITHER, PATIENT)),
    ],
)
def test_signers_change_on_the_birthday_and_not_a_day_earlier(type_code, matter, years, change, born):
    child, birthday = Person("Тестовый", "Тест", "", born), BIRTHDAYS[born][years]
    eve = birthday - timedelta(days=1)
    assert tuple(signs(type_code, child.age_on(day), matter=matter) for day in (eve, birthday)) == change


def test_child_of_the_29th_of_february_consents_from_the_1st_of_march():
    child = Person("Тестовый", "Тест", "", date(2012, 2, 29))
    assert signs("consent", child.age_on(date(2027, 2, 28))) == REPRESENTATIVE
    assert signs("consent", child.age_on(date(2027, 3, 1))) == PATIENT


def test_child_of_the_29th_of_february_comes_to_sixteen_on_the_day_itself():
    child = Person("Тестовый", "Тест", "", date(2012, 2, 29))
    assert signs("consent", child.age_on(date(2028, 2, 28)), matter=Matter.ADDICTION) == REPRESENTATIVE
    assert signs("consent", child.age_on(date(2028, 2, 29)), matter=Matter.ADDICTION) == PATIENT


def test_at_one_moment_he_consents_in_kamchatka_and_his_mother_does_in_new_york():
    born, moment = date(2010, 8, 31), datetime(2025, 8, 30, 20, tzinfo=UTC)
    assert signs("consent", age_at(moment, "Asia/Kamchatka", born)) == PATIENT
    assert signs("consent", age_at(moment, "America/New_York", born)) == REPRESENTATIVE


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "born",
    # A summer day; those on which New York puts its clocks back (2025) and forward (2026); 29 February.
    [date(2010, 8, 31), date(2010, 11, 2), date(2011, 3, 8), date(2012, 2, 29)],
    ids=str,
)
def test_signers_change_at_midnight_of_the_clinic(zone, born):
    year = born.year + 15
    birthday = date(year, 3, 1) if born == date(2012, 2, 29) else born.replace(year=year)
    midnight = datetime(birthday.year, birthday.month, birthday.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert signs("consent", age_at(midnight - MINUTE, zone, born)) == REPRESENTATIVE
    assert signs("consent", age_at(midnight, zone, born)) == PATIENT


@pytest.mark.parametrize(
    ("zone", "moment"),
    [
        ("America/New_York", datetime(2025, 8, 31, 4, tzinfo=UTC)),
        ("Europe/Moscow", datetime(2025, 8, 30, 21, tzinfo=UTC)),
        ("Asia/Kamchatka", datetime(2025, 8, 30, 12, tzinfo=UTC)),
    ],
)
def test_fifteenth_birthday_begins_when_the_clocks_of_the_clinic_say_so(zone, moment):
    born = date(2010, 8, 31)
    assert signs("consent", age_at(moment - MINUTE, zone, born)) == REPRESENTATIVE
    assert signs("consent", age_at(moment, zone, born)) == PATIENT
