from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from clinic.forms.models import PdfType, PrintObject
from clinic.forms.subjects import sample_subject, subject_of
from clinic.institution.models import Institution
from clinic.patients.models import Patient, Relation, Representative
from clinic.staff.models import User
from clinic.visits.models import Appointment, OrderLine, PaidOrder


def talon_of(patient, **more):
    return Appointment.objects.create(
        institution=patient.institution,
        number=107200,
        patient=patient,
        author=User.objects.get(username="registrar"),
        starts_at=timezone.now(),
        doctor_name="Свиридова Любовь Гавриловна",
        **more,
    )


def test_talon_of_a_child_is_signed_by_his_mother(clinic, boy):
    talon = talon_of(boy)
    subject = subject_of(clinic, "appointment", talon.pk)
    assert (subject.object, subject.number, subject.patient) == ("appointment", "107200", boy)
    assert subject.appointment == talon
    assert subject.order is None
    assert subject.representative.full_name == "Тестовая Мария Петровна"
    assert subject.signer == subject.representative


def test_representative_chosen_in_the_talon_signs(clinic, boy):
    father = Representative.objects.create(
        patient=boy, family="Тестов", given="Тест", birth_date="1980-01-01", relation=Relation.FATHER
    )
    talon = talon_of(boy, representative=father)
    assert subject_of(clinic, "appointment", talon.pk).representative == father


def test_adult_signs_for_herself(clinic, woman):
    assert subject_of(clinic, "patient_card", woman.pk).representative is None


@pytest.mark.parametrize(
    ("pdf_type", "who"),
    [
        (PdfType.CONSENT, None),
        (PdfType.REFUSAL, None),
        (PdfType.CONTRACT, "mother"),
        (PdfType.PERSONAL_DATA, "mother"),
    ],
)
def test_from_fifteen_a_patient_consents_but_does_not_contract(clinic, boy, pdf_type, who):
    with time_machine.travel(datetime(2028, 9, 1, 12, tzinfo=UTC)):
        subject = subject_of(clinic, "patient_card", boy.pk, pdf_type)
    assert (subject.representative and subject.representative.relation) == who


def test_grandmother_never_signs(clinic, boy):
    boy.representatives.update(relation=Relation.OTHER)
    assert subject_of(clinic, "patient_card", boy.pk).representative is None


def test_order_brings_its_services_and_their_sum(clinic, woman):
    today = timezone.localdate()
    order = PaidOrder.objects.create(
        institution=clinic,
        number=3,
        patient=woman,
        author=User.objects.get(username="registrar"),
        valid_from=today,
        valid_until=today,
    )
    for position, price in enumerate(("1800.00", "110.50"), 1):
        OrderLine.objects.create(order=order, position=position, name="Услуга", price=Decimal(price))
    subject = subject_of(clinic, "paid_order", order.pk)
    assert (len(subject.lines), subject.total) == (2, Decimal("1910.50"))


def test_card_goes_by_its_number(clinic, boy):
    subject = subject_of(clinic, "patient_card", boy.pk)
    assert subject.number == "2156792"
    assert subject.policy.number == "2623568989898989"


def test_day_is_the_clinics(clinic, woman):
    clinic.time_zone = "Asia/Vladivostok"
    with time_machine.travel(datetime(2026, 6, 25, 20, tzinfo=UTC)):
        assert subject_of(clinic, "patient_card", woman.pk).day.isoformat() == "2026-06-26"


def test_row_of_another_clinic_is_not_found(clinic, boy):
    other = Institution.objects.create(name="Другая", full_name="Другая")
    talon = talon_of(boy)
    with pytest.raises(LookupError):
        subject_of(other, "appointment", talon.pk)
    with pytest.raises(LookupError):
        subject_of(other, "patient_card", boy.pk)


@pytest.mark.parametrize("kind", ["medical_case", "electronic_document", "paid_order", "нечто"])
def test_what_does_not_exist_is_not_found(clinic, kind):
    with pytest.raises(LookupError):
        subject_of(clinic, kind, 1)


@pytest.mark.parametrize("kind", list(PrintObject))
def test_sample_saves_nothing(clinic, kind):
    subject = sample_subject(clinic, kind)
    assert subject.object == kind
    assert Patient.objects.count() == 2
    assert Appointment.objects.count() == PaidOrder.objects.count() == 0
