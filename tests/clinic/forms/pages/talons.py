"""A talon to print from."""

from django.utils import timezone

from clinic.forms import shipped_forms
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.visits.models import Appointment
from clinic.visits.numbering import number_and_save


def talon_of(clinic):
    """The talon of «Тестовый Тест Тестович», whose mother signs; the clinic has its forms."""
    shipped_forms.install(clinic)
    boy = Patient.objects.get(institution=clinic, card_number="2156792")
    made = Appointment(
        institution=clinic,
        patient=boy,
        representative=boy.representatives.get(),
        author=User.objects.get(username="registrar"),
        starts_at=timezone.now(),
        doctor_name="Свиридова Любовь Гавриловна",
        doctor_position="Врач-педиатр участковый",
    )
    number_and_save(made)
    return made
