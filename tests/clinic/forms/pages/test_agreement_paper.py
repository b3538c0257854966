"""«Напечатать соглашение»: the paper says what is being written down in the card."""

import pytest

from clinic.forms.models import Printed, PrintForm, Printing
from clinic.patients.models import Agreement
from sep.vault import blobs
from tests.clinic.forms.engine.reading import words

pytestmark = pytest.mark.django_db
TYPED = {"phone": "8 916 555-66-77", "number": "П-17", "concluded_on": "12.01.2026"}


def address(patient, who=0):
    return f"/clinic/patients/{patient.pk}/agreements/{who}/print/"


def paper(clinic):
    return words(blobs.get(clinic, Printed.objects.get().sha256))


def test_the_paper_has_the_number_the_day_and_the_phone_that_are_typed(clinic, at_desk, woman):
    answer = at_desk("registrar").post(address(woman), TYPED)
    assert answer.headers["Location"] == f"/clinic/printings/{Printing.objects.get().token}/"
    said = paper(clinic)
    for told in ("Соглашение № П-17 об использовании", "12 января 2026", "Иванова Мария Петровна",
                 "+79165556677", "07 04 112233"):  # fmt: skip
        assert told in said
    assert Agreement.objects.get().new_number == "П-17"
    woman.refresh_from_db()
    assert woman.phone == "+79161234567"  # the card changes when the agreement is registered


def test_a_representative_signs_a_paper_of_her_own(clinic, at_desk, boy):
    mother = boy.representatives.get()
    at_desk("registrar").post(address(boy, mother.pk), {})
    said = paper(clinic)
    assert "Тестовая Мария Петровна" in said
    assert "Подписант действует за пациента: Тестовый Тест Тестович" in said
    assert "Соглашение № 2156792/1" in said


def test_a_clinic_without_the_form_is_told_so(clinic, at_desk, woman):
    PrintForm.objects.filter(institution=clinic, shipped_as="simple-signature-agreement").update(
        inactive=True
    )
    answer = at_desk("registrar").post(address(woman), TYPED)
    assert answer.status_code == 422
    assert "нет действующей формы соглашения" in answer.content.decode().replace("\u00a0", " ")


def test_a_doctor_prints_none(at_desk, woman):
    assert at_desk("doctor").post(address(woman), TYPED).status_code == 403
    assert not Printed.objects.exists()
