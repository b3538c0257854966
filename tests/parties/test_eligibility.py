from datetime import date

import pytest

from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.eligibility import LEGAL_RELATIONS, check_signer
from sep.parties.errors import Refusal
from sep.parties.models import SignerRole
from sep.parties.person import Person, SigningPerson

CONSENT, CONTRACT = DOCUMENT_TYPES["consent"], DOCUMENT_TYPES["contract"]
CHILD = Person("Тестовый", "Тест", "Тестович", date(2013, 8, 31))


def signing(person, **changes):
    return SigningPerson(**{**person.__dict__, "phone": "+79161234567", **changes})


def mother(**changes):
    person = Person("Тестовая", "Анна", "", date(1985, 1, 2))
    return signing(person, **{"relation": "mother", "in_medical_record": True, **changes})


def refusal(*arguments):
    with pytest.raises(Refusal) as refused:
        check_signer(*arguments)
    return refused.value.code


def test_patient_signs_a_consent_from_the_fifteenth_birthday_and_not_a_day_before():
    own = signing(CHILD)
    assert refusal(CONSENT, CHILD, SignerRole.PATIENT, own, date(2028, 8, 30)) == "representative_required"
    check_signer(CONSENT, CHILD, SignerRole.PATIENT, own, date(2028, 8, 31))


def test_contract_waits_for_the_eighteenth_birthday():
    own = signing(CHILD)
    assert refusal(CONTRACT, CHILD, SignerRole.PATIENT, own, date(2031, 8, 30)) == "representative_required"
    check_signer(CONTRACT, CHILD, SignerRole.PATIENT, own, date(2031, 8, 31))


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2027, 2, 28), 14), (date(2027, 3, 1), 15), (date(2028, 2, 28), 15), (date(2028, 2, 29), 16)],
)
def test_born_on_29_february_grows_older_on_1_march_of_a_common_year(day, age):
    assert Person("А", "Б", "", date(2012, 2, 29)).age_on(day) == age


@pytest.mark.parametrize("relation", sorted(LEGAL_RELATIONS))
def test_legal_representative_may_sign_for_a_child(relation):
    check_signer(CONSENT, CHILD, SignerRole.REPRESENTATIVE, mother(relation=relation), date(2026, 6, 25))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"relation": "grandmother"}, "not_a_legal_representative"),
        ({"relation": ""}, "not_a_legal_representative"),
        ({"birth_date": date(2009, 1, 1)}, "representative_under_age"),
        ({"in_medical_record": False}, "representative_not_in_record"),
    ],
)
def test_representative_without_the_right_is_refused(changes, code):
    day = date(2026, 6, 25)
    assert refusal(CONSENT, CHILD, SignerRole.REPRESENTATIVE, mother(**changes), day) == code


def test_contract_does_not_ask_for_the_medical_record():
    signer = mother(in_medical_record=False)
    check_signer(CONTRACT, CHILD, SignerRole.REPRESENTATIVE, signer, date(2026, 6, 25))


def test_patient_of_the_future_is_refused():
    own = signing(CHILD)
    assert refusal(CONSENT, CHILD, SignerRole.PATIENT, own, date(2010, 1, 1)) == "birth_date_in_future"


@pytest.mark.parametrize("kind", DOCUMENT_TYPES.values(), ids=lambda kind: kind.code)
def test_every_kind_names_its_article_and_warns_honestly(kind):
    assert kind.article
    assert kind.warning
    assert kind.retention_years >= 5
