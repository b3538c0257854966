"""Choosing the patient of a talon or an order."""

from dataclasses import dataclass, field
from typing import Final

from django.db.models import Q
from django.http import QueryDict
from django.shortcuts import get_object_or_404

from clinic.institution.models import Institution
from clinic.patients.models import Patient
from clinic.patients.search import find

AT_MOST: Final = 12
_LONGEST_NUMBER: Final = 9
"""Digits that a database's integer surely holds; a phone has more."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen patient, or what was typed to find him and who answers to it."""

    patient: Patient | None = None
    query: str = ""
    found: list[Patient] = field(default_factory=list)


def choice_of(institution: Institution, data: QueryDict) -> Choice:
    """Read the choice from a request.

    `choose` is a press on somebody in the list, `patient` one chosen before, `query` the typed text; a text
    that one patient alone answers to chooses him. Another clinic's patient is answered with 404.
    """
    chosen = data.get("choose") or data.get("patient")
    if chosen and data.get("then") != "other":
        known = Patient.objects.filter(institution=institution)
        return Choice(get_object_or_404(known, pk=int(chosen) if chosen.isdecimal() else 0))
    query = data.get("query", "").strip()
    if not query:
        return Choice()
    found = find_patients(institution, query)
    return Choice(found[0]) if len(found) == 1 else Choice(None, query, found)


def find_patients(institution: Institution, query: str) -> list[Patient]:
    """Return the first few patients who answer to the typed text."""
    return find(institution, query)[:AT_MOST]


def visits_answering(institution: Institution, query: str) -> Q:
    """Return the condition for a list: a number of the visit or the card, or else what tells a patient."""
    number = query.removeprefix("№").strip()
    if number.isdecimal() and len(number) <= _LONGEST_NUMBER:
        return Q(number=int(number)) | Q(patient__card_number=number)
    return Q(patient__in=[patient.pk for patient in find(institution, query)])
