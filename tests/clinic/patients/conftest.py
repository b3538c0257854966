"""What a registrar sends, and another clinic."""

from datetime import date

import pytest

from clinic.institution.models import Institution
from clinic.patients.models import Patient, Policy, Relation, Representative, Sex


@pytest.fixture
def card_data():
    """Make the data of the card's form."""

    def make(**more):
        return {
            "family": "Петрова",
            "given": "Анна",
            "patronymic": "Львовна",
            "card_number": "",
            "birth_date": "05.06.1990",
            "sex": "2",
            "capacity": "ordinary",
            "document_kind": "Паспорт гражданина РФ",
            "then": "save",
        } | more

    return make


@pytest.fixture
def stranger(db):
    """A patient of another clinic, with a policy and a representative."""
    another = Institution.objects.create(name="Другая", full_name="Другая")
    patient = Patient.objects.create(
        institution=another,
        card_number="1",
        family="Чужой",
        given="Пациент",
        birth_date=date(1990, 1, 1),
        sex=Sex.MALE,
    )
    Policy.objects.create(patient=patient, kind="dms", number="1")
    Representative.objects.create(
        patient=patient, family="Чужая", given="Мать", birth_date=date(1970, 1, 1), relation=Relation.MOTHER
    )
    return patient
