"""Who signs a document: the patient, or who may sign for him."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import phonenumbers

from clinic.forms.models import PdfType
from clinic.patients.models import Patient, Relation, Representative

# Full years from which the patient signs alone. Consent and refusal: 323-ФЗ ст. 20 ч. 2, ст. 54 ч. 2; the
# others: full capacity, ГК РФ ст. 21. The service has the last word; this only proposes whom to send to.
OWN_SIGNATURE_FROM: Final[Mapping[str, int]] = {
    PdfType.CONSENT: 15,
    PdfType.REFUSAL: 15,
    PdfType.PERSONAL_DATA: 18,
    PdfType.CONTRACT: 18,
    PdfType.ACCOUNTING: 18,
    PdfType.OTHER: 18,
}


def proposed(
    patient: Patient, pdf_type: str, today: date, chosen: Representative | None = None
) -> Representative | None:
    """Return who signs for the patient, `None` when he does it himself.

    A representative chosen at printing signs; otherwise, under the age of the document's kind, the default
    one of the card.
    """
    if chosen is not None:
        return chosen
    if patient.age_on(today) >= OWN_SIGNATURE_FROM[pdf_type]:
        return None
    return (
        Representative.objects.filter(patient=patient, is_default=True)
        .exclude(relation=Relation.OTHER)
        .first()
    )


def candidates(patient: Patient) -> list[Representative]:
    """Return the representatives who may sign for the patient by law, the default one first."""
    return list(
        Representative.objects.filter(patient=patient)
        .exclude(relation=Relation.OTHER)
        .order_by("-is_default", "id")
    )


def international(phone: str) -> str:
    """Return a phone of a card as `+79…`; what is no phone stays as it is, for the service to explain."""
    try:
        number = phonenumbers.parse(phone, "RU")
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
