"""Who may sign what, to the day."""

from datetime import date

import pytest

from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.eligibility import signers_of
from sep.parties.errors import Refusal
from sep.parties.models import SignerRole
from sep.parties.person import Person, SigningPerson
from sep.parties.who_signs import RELATIONS

BORN = date(2010, 8, 31)
MOTHER = {"relation": "mother", "in_medical_record": True, "birth_date": date(1986, 5, 12)}
ALONE_FROM = {
    "consent": 15,
    "refusal": 15,
    "withdrawal": 15,
    "pep_agreement": 14,
    "personal_data_consent": 18,
    "contract": 18,
    "act": 18,
    "other": 18,
}


def refusal(code, day, role=SignerRole.PATIENT, born=BORN, **signer):
    """The code and the place of the refusal, `None` when the person may sign."""
    patient = Person("Тестовый", "Тест", "Тестович", born)
    values = {**patient.__dict__, **signer}
    try:
        signers_of(DOCUMENT_TYPES[code], patient, {role: SigningPerson(**values)}, day)
    except Refusal as refused:
        return refused.code, refused.path
    return None


def test_every_kind_of_document_has_its_age():
    assert set(ALONE_FROM) == set(DOCUMENT_TYPES)


@pytest.mark.parametrize(("code", "years"), ALONE_FROM.items())
def test_patient_signs_alone_from_the_birthday_and_not_a_day_earlier(code, years):
    birthday = BORN.replace(year=BORN.year + years)
    found = refusal(code, birthday.replace(day=30))
    assert found is not None
    assert found[0] == "representative_required"
    assert refusal(code, birthday) is None


@pytest.mark.parametrize(
    ("day", "may"),
    [
        (date(2027, 2, 28), False),
        (date(2027, 3, 1), True),
    ],
)
def test_child_of_the_29th_of_february_grows_older_on_the_1st_of_march(day, may):
    assert (refusal("consent", day, born=date(2012, 2, 29)) is None) == may


def test_child_of_the_29th_of_february_has_a_birthday_in_a_leap_year():
    born = date(2012, 2, 29)
    assert Person("А", "Б", "", born).age_on(date(2028, 2, 28)) == 15
    assert Person("А", "Б", "", born).age_on(date(2028, 2, 29)) == 16


def test_birth_date_in_the_future_is_a_mistake_whoever_signs():
    tomorrow, today = date(2026, 6, 26), date(2026, 6, 25)
    for role in SignerRole:
        assert refusal("consent", today, role, born=tomorrow, **({} if role == "patient" else MOTHER)) == (
            "birth_date_in_future",
            "patient.birthDate",
        )


@pytest.mark.parametrize("code", DOCUMENT_TYPES)
@pytest.mark.parametrize("relation", sorted(RELATIONS))
def test_legal_representative_may_sign_for_a_newborn(code, relation):
    signer = {**MOTHER, "relation": relation}
    assert refusal(code, BORN, SignerRole.REPRESENTATIVE, **signer) is None


@pytest.mark.parametrize("relation", ["", "grandmother", "sister", "Mother", "spouse"])
def test_nobody_else_represents_a_child(relation):
    signer = {**MOTHER, "relation": relation}
    found = refusal("consent", date(2024, 6, 25), SignerRole.REPRESENTATIVE, **signer)
    assert found == ("not_a_legal_representative", "signer.relation")


def test_representative_comes_of_age_on_the_birthday():
    day = date(2024, 6, 25)
    young = {**MOTHER, "birth_date": date(2006, 6, 26)}
    grown = {**MOTHER, "birth_date": date(2006, 6, 25)}
    assert refusal("consent", day, SignerRole.REPRESENTATIVE, **young) == (
        "representative_under_age",
        "signer.birthDate",
    )
    assert refusal("consent", day, SignerRole.REPRESENTATIVE, **grown) is None


@pytest.mark.parametrize("code", DOCUMENT_TYPES)
def test_medical_record_must_name_the_representative_only_where_the_law_says_so(code):
    signer = {**MOTHER, "in_medical_record": False}
    found = refusal(code, date(2020, 1, 1), SignerRole.REPRESENTATIVE, **signer)
    named = code in {"consent", "refusal"}
    assert found == (("representative_not_in_record", "signer.inMedicalRecord") if named else None)


@pytest.mark.parametrize("kind", DOCUMENT_TYPES.values(), ids=lambda kind: kind.code)
def test_every_kind_names_its_article_and_warns_honestly(kind):
    assert "ст." in kind.article
    assert kind.warning.endswith(".")
    assert all(warning.endswith(".") for warning in kind.weaker.values())
