"""Whom the patient's documents will go to, and what is missing for that: the card says it plainly.

This only shows; whom a document of its type is really sent to is decided when it gets into the package.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from clinic.patients.identifiers import is_mobile
from clinic.patients.models import Patient, Representative
from clinic.patients.who_signs import may_represent, needs_representative, needs_trustee

CONSENTS: Final = "Согласия и\u00a0отказы"
OWN_SIGNATURE_FROM: Final[Mapping[str, int]] = MappingProxyType(
    {
        CONSENTS: 15,  # 323-ФЗ ст. 20 ч. 2, ст. 54 ч. 2
        "Договоры": 18,  # ГК РФ ст. 21
    }
)
"""Full years from which the patient signs by himself. The service tells its own rule for a type of document
in `own_signature_from`; this is what the card shows before any document exists."""


class Missing(StrEnum):
    """Why a document would not reach the one who signs."""

    REPRESENTATIVE = "representative"
    SIGNING_REPRESENTATIVE = "signing_representative"
    RIGHT_TO_SIGN = "right_to_sign"
    PHONE = "phone"
    MOBILE_PHONE = "mobile_phone"
    MEDICAL_RECORD = "medical_record"
    TRUSTEE = "trustee"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who signs documents of these kinds: `representative`, or the patient when it is `None`.

    `together` signs besides the patient.
    """

    kinds: tuple[str, ...]
    representative: Representative | None
    phone: str
    missing: tuple[Missing, ...]
    together: Representative | None = None

    @property
    def is_patient(self) -> bool:
        return self.representative is None and not {
            Missing.REPRESENTATIVE,
            Missing.SIGNING_REPRESENTATIVE,
        } & set(self.missing)


def addressees(
    patient: Patient, today: date, own_signature_from: Mapping[str, int] = OWN_SIGNATURE_FROM
) -> list[Addressee]:
    """Return who signs, kinds of documents with the same signer together; one line for an adult."""
    by_other = tuple(
        kind
        for kind, years in own_signature_from.items()
        if needs_representative(patient, today, own_signature_from=years, is_medical=kind == CONSENTS)
    )
    by_self = tuple(kind for kind in own_signature_from if kind not in by_other)
    found = []
    if by_other:
        found.append(_representative_of(patient, by_other, today))
    if not by_self:
        return found
    if needs_trustee(patient, today):
        # Deals want two signatures, consents one: ГК РФ ст. 30, 323-ФЗ ст. 20 ч. 1.
        deals = tuple(kind for kind in by_self if kind != CONSENTS)
        by_self = tuple(kind for kind in by_self if kind == CONSENTS)
        found += [Addressee(by_self, None, patient.phone, _about_phone(patient.phone))] if by_self else []
        return [*found, _with_trustee(patient, deals, today)] if deals else found
    found.append(Addressee(by_self, None, patient.phone, _about_phone(patient.phone)))
    return found


def _about_phone(phone: str) -> tuple[Missing, ...]:
    if not phone:
        return (Missing.PHONE,)
    return () if is_mobile(phone) else (Missing.MOBILE_PHONE,)


def _with_trustee(patient: Patient, kinds: tuple[str, ...], today: date) -> Addressee:
    signing = patient.representatives.filter(is_default=True).first()
    able = signing is not None and may_represent(signing.relation, patient, today)
    missing = _about_phone(patient.phone) + (() if able else (Missing.TRUSTEE,))
    return Addressee(kinds, None, patient.phone, missing, together=signing if able else None)


def _representative_of(patient: Patient, kinds: tuple[str, ...], today: date) -> Addressee:
    known = list(patient.representatives.all())
    signing = next((one for one in known if one.is_default), None)
    if signing is None:
        missing = Missing.SIGNING_REPRESENTATIVE if known else Missing.REPRESENTATIVE
        return Addressee(kinds, None, "", (missing,))
    faults = list(_about_phone(signing.phone))
    if not may_represent(signing.relation, patient, today):
        faults.insert(0, Missing.RIGHT_TO_SIGN)
    if not signing.in_medical_record:
        faults.append(Missing.MEDICAL_RECORD)
    return Addressee(kinds, signing, signing.phone, tuple(faults))
