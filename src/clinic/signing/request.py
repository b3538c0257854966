"""Our rows and cards as the service wants them told."""

from collections.abc import Sequence
from typing import Final

from clinic.forms.models import PdfType
from clinic.patients.models import Patient as CardOfPatient
from clinic.patients.models import Representative
from clinic.signing.models import PackageDocument
from clinic.signing.signers import capacity_of
from sep_client import Comprehension, Content, Explanation, NewPackage, Patient, Signer, Source
from sep_client import PackageDocument as Sent

_SOURCES: Final = frozenset({"appointment", "paid_order", "patient_card"})


class Unfit(Exception):
    """A document that is not worth sending; the message says why, in Russian."""


def package_of(rows: Sequence[PackageDocument], contents: Sequence[bytes]) -> NewPackage:
    """Tell documents that the same people sign, with their files, as one package; raises `Unfit`."""
    first = rows[0]
    card, representative = first.patient, first.representative
    himself = _himself(card) if representative is None or first.with_patient else None
    other = _other(representative) if representative is not None else None
    signer = himself or other
    assert signer is not None
    return NewPackage(
        id_package_mis=first.batch,
        patient=_patient(card),
        signer=signer,
        co_signer=other if himself is not None else None,
        documents=[
            Sent(
                id_document_mis=row.pk,
                name=row.name,
                type=PdfType(row.pdf_type).document_type,
                source=_source(row),
                content=Content(data=data),
                explanation=_explanation(row),
                replaces=row.replaces.id_document or None if row.replaces is not None else None,
            )
            for row, data in zip(rows, contents, strict=True)
        ],
    )


def _patient(card: CardOfPatient) -> Patient:
    capacity = capacity_of(card)
    return Patient(
        id_patient_mis=card.card_number,
        family=card.family,
        given=card.given,
        patronymic=card.patronymic or None,
        birth_date=card.birth_date,
        sex=1 if card.sex == 1 else 2,
        snils=card.snils or None,
        capacity=None if capacity == "ordinary" else capacity,
        capacity_basis=card.capacity_basis or None,
    )


def _himself(card: CardOfPatient) -> Signer:
    if not card.phone:
        raise Unfit("В карточке пациента нет сотового телефона, а подписывает он сам.")
    return Signer(role="patient", phone=card.phone)


def _other(representative: Representative) -> Signer:
    if not representative.phone:
        raise Unfit(f"У представителя ({representative.initials}) не указан сотовый телефон.")
    return Signer(
        role="representative",
        phone=representative.phone,
        family=representative.family,
        given=representative.given,
        patronymic=representative.patronymic or None,
        birth_date=representative.birth_date,
        relation=representative.relation,
        basis=representative.basis or None,
        identity_document=representative.identity_document or None,
        in_medical_record=representative.in_medical_record,
    )


def _explanation(row: PackageDocument) -> Explanation | None:
    """Return what the form of this very version says in plain words; a file that was added has none."""
    version = row.printed.version if row.printed is not None else None
    if version is None or not (version.summary or version.questions):
        return None
    questions = [Comprehension.model_validate(each) for each in version.questions]
    return Explanation(summary=version.summary, questions=questions)


def _source(row: PackageDocument) -> Source | None:
    if row.object not in _SOURCES:
        return None
    return Source.model_validate({"object": row.object, "number": row.object_number})
