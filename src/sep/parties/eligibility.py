"""Whether the people named in a request may sign what it asks, on a given day."""

from collections.abc import Mapping
from datetime import date

from sep.parties.document_types import DocumentType
from sep.parties.errors import Refusal
from sep.parties.models import SignerRole
from sep.parties.person import Person, SigningPerson
from sep.parties.who_signs import (
    ADULT,
    Capacity,
    Matter,
    Row,
    Signers,
    may_represent,
    row_of,
)

Recipients = Mapping[SignerRole, SigningPerson]


def signers_of(
    kind: DocumentType,
    patient: Person,
    recipients: Recipients,
    day: date,
    *,
    matter: Matter = Matter.ORDINARY,
) -> Signers:
    """Return which of the named people sign a document of this kind on `day`.

    Raises `Refusal` with the article of law when those who must are not among them, or may not.
    """
    if patient.birth_date > day:
        raise Refusal("birth_date_in_future", "Дата рождения пациента в будущем.", "patient.birthDate")
    age = patient.age_on(day)
    if patient.capacity is Capacity.EMANCIPATED and not patient.capacity_basis:
        raise Refusal(
            "capacity_basis_required",
            "Укажите документ, по которому несовершеннолетний дееспособен: решение об эмансипации или"
            " свидетельство о браке.",
            "patient.capacityBasis",
        )
    row = row_of(kind.code, age=age, capacity=patient.capacity, matter=matter)
    named = frozenset(recipients)
    fitting = [signers for signers in row.signers if signers <= named]
    if not fitting:
        raise _not_those(kind, row, named, age)
    signers = max(fitting, key=len)
    if SignerRole.REPRESENTATIVE in signers:
        _check_representative(kind, patient, recipients[SignerRole.REPRESENTATIVE], day)
    return signers


def _not_those(kind: DocumentType, row: Row, named: Signers, age: int) -> Refusal:
    if not row.signers:
        return Refusal(
            "capacity_impossible", f"В {age} лет это невозможно ({row.article}).", "patient.capacity"
        )
    only = frozenset().union(*row.signers)
    if SignerRole.PATIENT not in named and SignerRole.REPRESENTATIVE not in only:
        return Refusal(
            "patient_signs_himself",
            f"«{kind.name}» подписывает сам пациент ({row.article}).",
            "signer.role",
        )
    if SignerRole.REPRESENTATIVE in named:
        return Refusal(
            "both_must_sign",
            f"«{kind.name}» подписывают вместе пациент и его законный представитель ({row.article}): укажите"
            " второго в coSigner.",
            "coSigner",
        )
    both = frozenset(SignerRole) in row.signers
    who = "пациент вместе с законным представителем" if both else "законный представитель"
    return Refusal(
        "representative_required",
        f"«{kind.name}» подписывает {who} ({row.article}). Возраст пациента — {age}.",
        "coSigner" if both else "signer.role",
    )


def _check_representative(kind: DocumentType, patient: Person, signer: SigningPerson, day: date) -> None:
    age = patient.age_on(day)
    if not may_represent(signer.relation, age=age, capacity=patient.capacity):
        raise Refusal("not_a_legal_representative", _WHO_REPRESENTS[_case(patient, age)], "signer.relation")
    if signer.age_on(day) < ADULT:
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


def _case(patient: Person, age: int) -> str:
    if age < ADULT and patient.capacity is not Capacity.EMANCIPATED:
        return "minor"
    return "limited" if patient.capacity is Capacity.LIMITED else "adult"


_WHO_REPRESENTS = {
    "minor": (
        "Подписать за пациента может только законный представитель: родитель, усыновитель, опекун или"
        " попечитель. Бабушка, няня и другие близкие без опеки подписать не могут (323-ФЗ ст. 20 ч. 2)."
    ),
    "limited": "Вместе с ограниченно дееспособным подписывает его попечитель (ГК РФ ст. 30).",
    "adult": (
        "За совершеннолетнего подписывает только опекун, если суд признал пациента недееспособным"
        " (ГК РФ ст. 29). Родители и супруги подписать за него не могут."
    ),
}
