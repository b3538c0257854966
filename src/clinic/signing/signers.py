"""Who signs a document: the patient, one who may sign for him, or both.

The service decides by the same law and has the last word; here the right people are named before it is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from clinic.forms.models import PdfType
from clinic.institution import rules
from clinic.patients.models import Patient, Relation, Representative


class Who(Enum):
    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Signers:
    """The people: without `representative` the patient alone, `with_patient` the two of them."""

    representative: Representative | None = None
    with_patient: bool = False


HIMSELF: Final = Signers()

_MINOR_WITH_OWN_WORD: Final[Mapping[str, tuple[int, tuple[Who, ...]]]] = {
    # 152-ФЗ ст. 9; ГК РФ ст. 26: since 15 the patient and the representative.
    PdfType.PERSONAL_DATA: (15, (Who.BOTH,)),
    # ГК РФ ст. 26, 430: the parent orders the service himself, or agrees to the minor's own contract.
    PdfType.CONTRACT: (14, (Who.REPRESENTATIVE, Who.BOTH)),
    PdfType.ACCOUNTING: (14, (Who.REPRESENTATIVE, Who.BOTH)),
    PdfType.OTHER: (14, (Who.REPRESENTATIVE, Who.BOTH)),
}
"""Between childhood and the age of an own signature: since how many years, and who then signs."""

_MEDICAL: Final = frozenset({PdfType.CONSENT, PdfType.REFUSAL})
_FREE_FROM: Final = 14  # СК РФ ст. 13: nobody is married, and so of full capacity, earlier
_ADULT: Final = 18


def lawful(pdf_type: str, *, age: int, capacity: str, own_signature_from: int) -> tuple[Who, ...]:
    """Return who may sign by law, the usual way first."""
    if capacity == "emancipated" and age >= _FREE_FROM:
        return (Who.PATIENT,)
    if age >= _ADULT:
        return _adult(pdf_type, capacity)
    if age >= own_signature_from:
        return (Who.PATIENT,)
    since, ways = _MINOR_WITH_OWN_WORD.get(pdf_type, (own_signature_from, (Who.REPRESENTATIVE,)))
    return ways if age >= since else (Who.REPRESENTATIVE,)


def _adult(pdf_type: str, capacity: str) -> tuple[Who, ...]:
    if capacity == "incapable":
        return (Who.REPRESENTATIVE,)  # ГК РФ ст. 29
    if capacity == "incapable_consenting":  # 323-ФЗ ст. 20 ч. 2: able to consent, he does so himself
        return (Who.PATIENT,) if pdf_type in _MEDICAL else (Who.REPRESENTATIVE,)
    if capacity == "limited" and pdf_type not in _MEDICAL | {PdfType.PERSONAL_DATA}:
        return (Who.BOTH,)  # ГК РФ ст. 30
    return (Who.PATIENT,)


def proposed(patient: Patient, pdf_type: str, today: date, chosen: Representative | None = None) -> Signers:
    """Return who is to sign; `chosen` at printing does where the law lets a representative sign.

    Without a representative in the card whom the law wants, the patient stands alone and the service refuses.
    """
    who = _lawful_for(patient, pdf_type, today)[0]
    if who is Who.PATIENT:
        return HIMSELF
    return _with(who, chosen or next(iter(candidates(patient)), None))


def choices(patient: Patient, pdf_type: str, today: date) -> list[Signers]:
    """Return everyone who may sign by law, the usual way first."""
    found = []
    for who in _lawful_for(patient, pdf_type, today):
        found += [HIMSELF] if who is Who.PATIENT else [_with(who, one) for one in candidates(patient)]
    return found


def after_refusal(patient: Patient, pdf_type: str, code: str, today: date) -> Signers | None:
    """Return who should sign instead of those whom the service refused; `None` when the card knows nobody."""
    if code == "patient_signs_himself":
        return HIMSELF
    ways = [who for who in _lawful_for(patient, pdf_type, today) if who is not Who.PATIENT]
    who = Who.BOTH if code == "both_must_sign" else (ways or [Who.REPRESENTATIVE])[0]
    able = candidates(patient)
    return _with(who, able[0]) if able else None


def candidates(patient: Patient) -> list[Representative]:
    """Return the representatives who may sign for the patient by law, the default one first."""
    return list(
        Representative.objects.filter(patient=patient)
        .exclude(relation=Relation.OTHER)
        .order_by("-is_default", "id")
    )


def capacity_of(patient: Patient) -> str:
    """Return the code of the patient's capacity."""
    return str(patient.capacity)


def _with(who: Who, representative: Representative | None) -> Signers:
    return Signers(representative, representative is not None and who is Who.BOTH)


def _lawful_for(patient: Patient, pdf_type: str, today: date) -> tuple[Who, ...]:
    kind = PdfType(pdf_type)
    told = rules.own_signature_from(patient.institution_id, kind.document_type)
    return lawful(
        pdf_type,
        age=patient.age_on(today),
        capacity=capacity_of(patient),
        own_signature_from=kind.own_signature_from if told is None else told,
    )
