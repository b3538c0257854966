"""What a form is printed from: a talon, an order or a card, with the people who stand behind it."""

from dataclasses import dataclass
from datetime import date

from clinic.forms.models import PdfType
from clinic.institution.models import Institution
from clinic.patients.models import Patient, Representative
from clinic.visits.models import Appointment, PaidOrder


@dataclass(frozen=True, slots=True)
class Subject:
    """`object` is a `PrintObject`; `representative` is who signs, `None` when the patient does it himself."""

    object: str
    number: str
    institution: Institution
    patient: Patient
    representative: Representative | None
    appointment: Appointment | None
    order: PaidOrder | None
    day: date


def subject_of(institution: Institution, object: str, pk: int, pdf_type: str = PdfType.OTHER) -> Subject:  # noqa: A002
    """Return what a form is printed from today; raises `LookupError` when the clinic has no such row."""
    raise NotImplementedError


def sample_subject(institution: Institution, object: str) -> Subject:  # noqa: A002
    """Return an invented talon, order or card of this clinic, for previews; nothing is saved."""
    raise NotImplementedError
