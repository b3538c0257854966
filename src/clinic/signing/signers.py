"""Who signs a document: the patient, or who may sign for him."""

from datetime import date

from clinic.forms.subjects import expected_signer
from clinic.patients.models import Patient, Relation, Representative


def proposed(
    patient: Patient, pdf_type: str, today: date, chosen: Representative | None = None
) -> Representative | None:
    """Return who signs for the patient, `None` when he does it himself; one chosen at printing signs."""
    return chosen or expected_signer(patient, pdf_type, today)


def candidates(patient: Patient) -> list[Representative]:
    """Return the representatives who may sign for the patient by law, the default one first."""
    return list(
        Representative.objects.filter(patient=patient)
        .exclude(relation=Relation.OTHER)
        .order_by("-is_default", "id")
    )
