"""«Талон на приём»: its form."""

from typing import Any, Final

from django import forms
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.patients.models import Patient
from clinic.staff.models import User
from clinic.visits.fields import MomentInput, RepresentativeField, Suggested
from clinic.visits.models import Appointment
from clinic.visits.numbering import number_and_save

_REMEMBERED: Final = 400
"""Earlier talons whose texts are suggested: about what a clinic writes in a few days."""

_ALWAYS: Final[dict[str, list[str]]] = {
    "purpose": ["Посещение по заболеванию", "Профилактический осмотр", "Диспансеризация", "Консультация"],
    "payment": ["ОМС", "ДМС", "Платные услуги", "Бюджет"],
}
_SUGGESTED: Final = (
    "purpose",
    "payment",
    "department",
    "doctor_position",
    "doctor_name",
    "room",
    "service",
    "referred_by",
)


class AppointmentForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The talon without its patient, who is chosen beside it."""

    representative = RepresentativeField("Представитель пациента")

    class Meta:
        model = Appointment
        fields = [*_SUGGESTED, "starts_at", "representative", "notes"]
        widgets = {name: Suggested() for name in _SUGGESTED} | {"starts_at": MomentInput()}
        labels = {"referred_by": "Напр. от"}

    def __init__(self, *args: Any, institution: Institution, patient: Patient | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.institution, self.patient = institution, patient
        representative = self.fields["representative"]
        assert isinstance(representative, RepresentativeField)
        representative.offer(patient)
        for name, texts in _earlier(institution).items():
            widget = self.fields[name].widget
            assert isinstance(widget, Suggested)
            widget.suggestions = texts

    def save_by(self, author: User) -> Appointment:
        """Save the talon; a new one gets its number and its author."""
        appointment: Appointment = self.save(commit=False)
        if appointment.pk:
            appointment.save()
            return appointment
        assert self.patient is not None
        appointment.institution, appointment.patient = self.institution, self.patient
        appointment.author = author
        number_and_save(appointment)
        return appointment


def new_talon() -> dict[str, Any]:
    """What a new talon begins with: now, to the minute."""
    return {"starts_at": timezone.localtime().replace(second=0, microsecond=0)}


def _earlier(institution: Institution) -> dict[str, list[str]]:
    """Return the texts of the latest talons by field, the freshest first."""
    rows = (
        Appointment.objects.filter(institution=institution).order_by("-id").values(*_SUGGESTED)[:_REMEMBERED]
    )
    seen: dict[str, dict[str, None]] = {name: dict.fromkeys(_ALWAYS.get(name, ())) for name in _SUGGESTED}
    for row in rows:
        for name, text in row.items():
            if text:
                seen[name][text] = None
    return {name: list(texts) for name, texts in seen.items()}
