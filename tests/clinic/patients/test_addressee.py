"""The card says whom the documents will go to, and what is missing for that."""

from datetime import date

import pytest

from clinic.patients.addressee import Missing, addressees
from clinic.patients.ages import age_in_words
from clinic.patients.models import Relation

pytestmark = pytest.mark.django_db
CONSENTS, CONTRACTS = "Согласия и\u00a0отказы", "Договоры"


@pytest.mark.parametrize(
    ("day", "by_mother", "by_self"),
    [
        (date(2028, 8, 30), (CONSENTS, CONTRACTS), None),
        (date(2028, 8, 31), (CONTRACTS,), (CONSENTS,)),
        (date(2031, 8, 30), (CONTRACTS,), (CONSENTS,)),
        (date(2031, 8, 31), None, (CONSENTS, CONTRACTS)),
    ],
)
def test_the_signer_changes_on_the_birthday(boy, day, by_mother, by_self):
    found = addressees(boy, day)
    assert [one.kinds for one in found if one.representative] == ([by_mother] if by_mother else [])
    assert [one.kinds for one in found if one.is_patient] == ([by_self] if by_self else [])


def test_the_ages_are_a_parameter(boy):
    (only,) = addressees(boy, date(2026, 6, 25), {"Всё": 10})
    assert only.is_patient
    assert only.missing == (Missing.PHONE,)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({}, ()),
        ({"phone": ""}, (Missing.PHONE,)),
        ({"phone": "+78652450000"}, (Missing.MOBILE_PHONE,)),
        ({"in_medical_record": False}, (Missing.MEDICAL_RECORD,)),
        ({"relation": Relation.OTHER}, (Missing.RIGHT_TO_SIGN,)),
        ({"is_default": False}, (Missing.SIGNING_REPRESENTATIVE,)),
        ({"phone": "", "in_medical_record": False}, (Missing.PHONE, Missing.MEDICAL_RECORD)),
    ],
)
def test_what_is_missing_is_named(boy, change, missing):
    boy.representatives.update(**change)
    assert addressees(boy, date(2026, 6, 25))[0].missing == missing


def test_nobody_to_sign_is_not_the_patient(boy):
    boy.representatives.all().delete()
    (only,) = addressees(boy, date(2026, 6, 25))
    assert only.missing == (Missing.REPRESENTATIVE,)
    assert not only.is_patient


TODAY = date(2026, 6, 25)


@pytest.mark.parametrize(
    ("born", "capacity", "by_other", "by_self"),
    [
        (date(2010, 1, 1), "ordinary", (CONTRACTS,), (CONSENTS,)),
        (date(2010, 1, 1), "emancipated", None, (CONSENTS, CONTRACTS)),
        (date(2013, 8, 31), "emancipated", (CONSENTS, CONTRACTS), None),
        (date(2010, 1, 1), "incapable", (CONTRACTS,), (CONSENTS,)),  # a minor is a minor first
        (date(1980, 1, 1), "incapable", (CONSENTS, CONTRACTS), None),
        (date(1980, 1, 1), "incapable_consenting", (CONTRACTS,), (CONSENTS,)),
    ],
)
def test_capacity_decides_as_age_does(boy, born, capacity, by_other, by_self):
    boy.birth_date, boy.capacity = born, capacity
    found = addressees(boy, TODAY)
    assert [one.kinds for one in found if one.representative] == ([by_other] if by_other else [])
    assert [one.kinds for one in found if one.is_patient] == ([by_self] if by_self else [])


def test_only_a_guardian_signs_for_an_adult(boy):
    boy.birth_date, boy.capacity = date(1980, 1, 1), "incapable"
    assert addressees(boy, TODAY)[0].missing == (Missing.RIGHT_TO_SIGN,)
    boy.representatives.update(relation=Relation.GUARDIAN)
    assert addressees(boy, TODAY)[0].missing == ()


def test_a_trustee_signs_deals_together_with_the_patient(boy):
    boy.birth_date, boy.capacity, boy.phone = date(1980, 1, 1), "limited", "+79161234567"
    consents, contracts = addressees(boy, TODAY)
    assert (consents.kinds, consents.together, consents.missing) == ((CONSENTS,), None, ())
    assert (contracts.kinds, contracts.missing) == ((CONTRACTS,), (Missing.TRUSTEE,))
    boy.representatives.update(relation=Relation.TRUSTEE)
    _, contracts = addressees(boy, TODAY)
    assert (contracts.together.family, contracts.missing) == ("Тестовая", ())


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(2013, 8, 31), "12 лет"),
        (date(2025, 6, 25), "1 год"),
        (date(2024, 6, 26), "1 год"),
        (date(2004, 6, 1), "22 года"),
        (date(2025, 6, 26), "11 месяцев"),
        (date(2026, 5, 25), "1 месяц"),
        (date(2026, 5, 26), "30 дней"),
        (date(2026, 6, 23), "2 дня"),
        (date(2026, 6, 25), "0 дней"),
        (date(2026, 6, 26), ""),
    ],
)
def test_an_age_in_words(born, words):
    assert age_in_words(born, date(2026, 6, 25)) == words.replace(" ", "\u00a0")
