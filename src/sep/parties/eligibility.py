"""Who may sign what on a given day. Ages come from the table of document types."""

from datetime import date

from sep.parties.document_types import DocumentType
from sep.parties.errors import Refusal
from sep.parties.models import SignerRole
from sep.parties.person import Person, SigningPerson

_OF_AGE = 18
LEGAL_RELATIONS = frozenset({"mother", "father", "parent", "guardian", "trustee", "adoptive_parent"})
"""Relations that make a legal representative (323-ФЗ ст. 20 ч. 2); a grandmother as such is not one."""


def check_signer(
    kind: DocumentType, patient: Person, role: SignerRole, signer: SigningPerson, day: date
) -> None:
    """Raise `Refusal` when this person may not sign this kind of document for this patient on `day`."""
    if patient.birth_date > day:
        raise Refusal("birth_date_in_future", "Дата рождения пациента в будущем.", "patient.birthDate")
    if role == SignerRole.PATIENT:
        if patient.age_on(day) < kind.own_signature_from:
            raise Refusal(
                "representative_required",
                f"Пациенту меньше {kind.own_signature_from} лет: «{kind.name}» подписывает законный"
                f" представитель ({kind.article}).",
                "signer.role",
            )
        return
    if signer.relation not in LEGAL_RELATIONS:
        raise Refusal(
            "not_a_legal_representative",
            "Подписать за пациента может только законный представитель: родитель, усыновитель, опекун или"
            " попечитель.",
            "signer.relation",
        )
    if signer.age_on(day) < _OF_AGE:
        raise Refusal(
            "representative_under_age", "Законному представителю меньше 18 лет.", "signer.birthDate"
        )
    if kind.code in {"consent", "refusal"} and not signer.in_medical_record:
        raise Refusal(
            "representative_not_in_record",
            "Сведений о представителе нет в медицинской карте пациента: электронное согласие возможно только"
            " с ними (323-ФЗ ст. 20 ч. 7).",
            "signer.inMedicalRecord",
        )
