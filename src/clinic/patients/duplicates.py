"""Cards that may be of one and the same person; the registrar is warned and decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from clinic.patients.models import Patient

_AT_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another card, and what in it is the same."""

    patient: Patient
    same: tuple[str, ...]


def _others(patient: Patient) -> QuerySet[Patient]:
    cards = Patient.objects.filter(institution=patient.institution_id)
    return cards.exclude(pk=patient.pk) if patient.pk else cards


def duplicates_of(patient: Patient) -> list[Duplicate]:
    """Return other cards with the same name and birth date, СНИЛС, or phone and birth date."""
    patient.make_keys()
    name = Q(
        family_key=patient.family_key,
        given_key=patient.given_key,
        patronymic_key=patient.patronymic_key,
        birth_date=patient.birth_date,
    )
    # Three questions rather than one OR: each walks its own index.
    found: dict[int, list[str]] = {}
    cards: dict[int, Patient] = {}
    questions: list[tuple[str, Q]] = [("Ф.\u00a0И.\u00a0О. и\u00a0дата рождения", name)]
    if patient.snils:
        questions.append(("СНИЛС", Q(snils=patient.snils)))
    if patient.phone:
        questions.append(
            ("телефон и\u00a0дата рождения", Q(phone=patient.phone, birth_date=patient.birth_date))
        )
    for what, question in questions:
        for card in _others(patient).filter(question)[:_AT_MOST]:
            cards[card.pk] = card
            found.setdefault(card.pk, []).append(what)
    return [Duplicate(cards[pk], tuple(same)) for pk, same in found.items()]


def sharing_phone(patient: Patient) -> Sequence[Patient]:
    """Return other patients with the same mobile phone: whose code would come to it?"""
    if not patient.phone:
        return []
    return list(_others(patient).filter(phone=patient.phone)[:_AT_MOST])
