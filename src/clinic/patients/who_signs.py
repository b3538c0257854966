"""Who signs by age and capacity, as the card shows it beforehand; the service has the last word.

Ages and articles: 323-ФЗ ст. 20 ч. 2, ст. 54 ч. 2; ГК РФ ст. 21, 26–30; СК РФ ст. 13.
"""

from datetime import date
from typing import Final

from clinic.patients.models import Capacity, Patient, Relation

ADULT: Final = 18
CONCLUDES_FROM: Final = 14
"""Below it nobody concludes an agreement, marries or is emancipated."""

_BOTH_INCAPABLE: Final = {Capacity.INCAPABLE, Capacity.INCAPABLE_CONSENTING}
_REPRESENTS_ADULT: Final = {
    Capacity.INCAPABLE: Relation.GUARDIAN,
    Capacity.INCAPABLE_CONSENTING: Relation.GUARDIAN,
    Capacity.LIMITED: Relation.TRUSTEE,
}


def needs_representative(patient: Patient, today: date, *, own_signature_from: int, is_medical: bool) -> bool:
    """Tell whether somebody else signs for the patient.

    `own_signature_from` are the full years from which an ordinary patient signs such a document alone;
    `is_medical` is a consent, a refusal or a withdrawal.
    """
    age = patient.age_on(today)
    if is_free(patient, today):
        return False
    if age < own_signature_from:
        return True
    if age < ADULT:  # a minor is a minor whatever else is said of him
        return False
    return patient.capacity == Capacity.INCAPABLE or (
        patient.capacity == Capacity.INCAPABLE_CONSENTING and not is_medical
    )


def needs_trustee(patient: Patient, today: date) -> bool:
    """Tell whether a trustee signs a deal together with the patient (ГК РФ ст. 30)."""
    return patient.age_on(today) >= ADULT and patient.capacity == Capacity.LIMITED


def is_free(patient: Patient, today: date) -> bool:
    """Tell whether emancipation or marriage makes the patient an adult."""
    return patient.capacity == Capacity.EMANCIPATED and patient.age_on(today) >= CONCLUDES_FROM


def concludes_himself(patient: Patient, today: date) -> bool:
    """Tell whether the patient may have an agreement on ПЭП of his own."""
    age = patient.age_on(today)
    return age >= CONCLUDES_FROM and not (age >= ADULT and patient.capacity == Capacity.INCAPABLE)


def is_represented(patient: Patient, today: date) -> bool:
    """Tell whether anybody may sign for the patient."""
    if patient.age_on(today) < ADULT:
        return not is_free(patient, today)
    return patient.capacity in _REPRESENTS_ADULT


def may_represent(relation: str, patient: Patient, today: date) -> bool:
    """Tell whether somebody of this relation signs for the patient, now that he does not do it alone."""
    if patient.age_on(today) < ADULT:
        return relation != Relation.OTHER
    return relation == _REPRESENTS_ADULT.get(Capacity(patient.capacity))
