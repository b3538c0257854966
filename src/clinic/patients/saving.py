"""Saving a card and its representatives: no change is lost in silence, no card is made twice unnoticed."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from clinic.patients.card_numbers import next_number
from clinic.patients.duplicates import Duplicate, duplicates_of
from clinic.patients.forms import IDENTITY, PatientForm, RepresentativeForm, card_number_is_taken, version_of
from clinic.patients.models import Patient, Representative


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else has changed meanwhile: what stands in the card now."""

    label: str
    stored: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`patient` when the card is saved; otherwise why not (or the form has got an error)."""

    patient: Patient | None = None
    duplicates: tuple[Duplicate, ...] = ()
    changed_meanwhile: bool = False
    conflicts: tuple[Conflict, ...] = ()


def save_card(form: PatientForm, *, accepted: Collection[int] = ()) -> Outcome:
    """Save a valid form.

    `accepted` are the cards that the registrar has seen and holds for other people. A new card without a
    number gets the next one of its clinic.
    """
    card: Patient = form.instance
    with transaction.atomic():
        if card.pk:
            stored = Patient.objects.select_for_update().get(pk=card.pk)
            if version_of(stored) != form.cleaned_data["version"]:
                return Outcome(changed_meanwhile=True, conflicts=_conflicts(form, stored))
        if not card.pk or IDENTITY & set(form.changed_data):
            found = [one for one in duplicates_of(card) if one.patient.pk not in accepted]
            if found:
                return Outcome(duplicates=tuple(found))
        card.card_number = card.card_number or next_number(form.institution)
        try:
            with transaction.atomic():
                card.save()
        except IntegrityError:
            # Somebody has written the same number by hand a moment ago.
            form.add_error("card_number", card_number_is_taken(card.card_number))
            return Outcome()
    return Outcome(card)


def _conflicts(form: PatientForm, stored: Patient) -> tuple[Conflict, ...]:
    found = []
    for name, mine in form.cleaned_data.items():
        if name == "version":
            continue
        theirs = getattr(stored, name)
        if (theirs or None) != (mine or None):
            shown: Any = form.fields[name].prepare_value(theirs)
            if name in {"sex", "capacity"}:
                shown = getattr(stored, f"get_{name}_display")()
            elif hasattr(theirs, "strftime"):
                shown = theirs.strftime("%d.%m.%Y")
            found.append(Conflict(str(form.fields[name].label), str(shown or "пусто")))
    return tuple(found)


def save_representative(form: RepresentativeForm) -> Representative:
    """Save a representative; the one who signs is only one, so the tick leaves the other."""
    one: Representative = form.instance
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=one.patient_id)
        if one.is_default:
            one.patient.representatives.exclude(pk=one.pk).filter(is_default=True).update(is_default=False)
        one.save()
    return one
