"""«Соглашение о ПЭП»: who of a card needs one, what is wanted of the service about it, what the page shows.

Nothing here speaks to the service: the row says what is wanted, and a job in the same transaction does it.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from clinic.patients import tasks
from clinic.patients.identifiers import mask_phone
from clinic.patients.keys import digits_of
from clinic.patients.models import Agreement, AgreementWish, Patient, Relation, Representative
from clinic.patients.who_signs import concludes_himself, is_represented
from clinic.staff.models import User
from sep.jobs import enqueue

STUCK_AFTER: Final = timedelta(seconds=40)
"""A job that has not answered in this time is believed lost."""

GOOD_FOR: Final = timedelta(hours=1)
"""The service takes a phone confirmed within the hour: the person is still here."""

_FRESH: Final = timedelta(minutes=1)
_UNASKED: Final = {AgreementWish.NOTHING, AgreementWish.ASK}
_COUNTED: Final = re.compile(r"/(\d{1,6})$")
_SEEN_DIGITS: Final = 2


def people(patient: Patient, today: date) -> list[Representative | None]:
    """Return those of a card who may conclude an agreement now; `None` is the patient himself."""
    found: list[Representative | None] = [None] if concludes_himself(patient, today) else []
    if is_represented(patient, today):
        found += patient.representatives.exclude(relation=Relation.OTHER).order_by("-is_default", "pk")
    return found


def agreement_of(patient: Patient, representative: Representative | None) -> Agreement:
    """Return the row of a person; it may be new and not saved."""
    found = Agreement.objects.select_related("author").filter(patient=patient, representative=representative)
    row = found.first() or Agreement()
    row.patient, row.representative = patient, representative
    return row


def look(patient: Patient, today: date) -> list[Agreement]:
    """Return the copies; ask the service anew about those that are old or speak of another name."""
    rows = [agreement_of(patient, one) for one in people(patient, today)]
    if not patient.institution.is_connected:
        return rows
    return [_asked_again(row) if _is_old(row, timezone.now()) else row for row in rows]


def proposed_number(patient: Patient, representative: Representative | None) -> str:
    """Return «2156801/2»: the card's number, and the next of its agreements.

    While the person's paper is being signed it keeps the number that was proposed first.
    """
    if patient.pk is None:
        return f"{patient.card_number}/1"
    rows = list(Agreement.objects.filter(patient=patient))
    own = next((row for row in rows if row.representative_id == (representative and representative.pk)), None)
    if own is not None and own.new_number:
        return own.new_number
    taken = [
        found for row in rows for found in _COUNTED.findall(row.number) + _COUNTED.findall(row.new_number)
    ]
    return f"{patient.card_number}/{1 + max(map(int, taken), default=0)}"


@dataclass(frozen=True, slots=True)
class Draft:
    """An agreement as somebody is writing it down; what is not known yet keeps its former value."""

    number: str | None = None
    concluded_on: date | None = None
    way: str | None = None
    phone: str | None = None


def keep(patient: Patient, representative: Representative | None, draft: Draft) -> Agreement:
    """Keep what was typed; another phone has yet to be confirmed."""
    with transaction.atomic():
        row = _locked(patient, representative)
        _take(row, draft)
        row.save()
    return row


def send_code(patient: Patient, representative: Representative | None, draft: Draft) -> Agreement:
    """Want a code sent to the draft's phone, confirmed or not."""
    with transaction.atomic():
        row = _locked(patient, representative)
        _take(row, draft)
        _forget_check(row)
        _want(row, AgreementWish.SEND_CODE)
    return row


def check_code(patient: Patient, representative: Representative | None, draft: Draft, code: str) -> Agreement:
    """Want the code compared that the person has read aloud."""
    with transaction.atomic():
        row = _locked(patient, representative)
        _take(row, draft)
        if row.phone_check and row.check_confirmed_at is None:
            row.code = code
            _want(row, AgreementWish.CHECK_CODE)
        else:
            row.save()
    return row


def register(
    patient: Patient,
    representative: Representative | None,
    draft: Draft,
    author: User,
    *,
    identity_checked: bool,
) -> Agreement:
    """Want the agreement written down; `identity_checked`: `author` has seen the person and his passport."""
    with transaction.atomic():
        row = _locked(patient, representative)
        _take(row, draft)
        row.author, row.new_identity_checked = author, identity_checked
        _want(row, AgreementWish.REGISTER)
    return row


def end(patient: Patient, representative: Representative | None, reason: str, author: User) -> Agreement:
    """Want the live agreement ended."""
    with transaction.atomic():
        row = _locked(patient, representative)
        if row.is_live:
            row.end_reason, row.author = reason, author
            _want(row, AgreementWish.END)
    return row


def is_confirmed(row: Agreement, now: datetime) -> bool:
    """Whether the draft's phone was confirmed by a code a short while ago."""
    return row.check_confirmed_at is not None and now <= row.check_confirmed_at + GOOD_FOR


def awaits_code(row: Agreement, now: datetime) -> bool:
    """Whether a code is out whose owner may read it aloud."""
    is_out = bool(row.phone_check) and row.check_confirmed_at is None
    return is_out and row.check_expires_at is not None and now < row.check_expires_at


def is_working(row: Agreement, now: datetime) -> bool:
    """Whether the worker is doing something that was asked for."""
    return row.wish != AgreementWish.NOTHING and not is_stuck(row, now)


def is_stuck(row: Agreement, now: datetime) -> bool:
    return row.wish != AgreementWish.NOTHING and row.asked_at is not None and now - row.asked_at > STUCK_AFTER


def has_other_phone(row: Agreement) -> bool:
    """Whether the card has another phone than the agreement, by all that is told of it: its last digits."""
    own = row.person.phone
    return (
        bool(row.is_live and own) and digits_of(own)[-_SEEN_DIGITS:] != digits_of(row.phone)[-_SEEN_DIGITS:]
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the card's section."""

    row: Agreement
    is_working: bool
    is_stuck: bool
    has_other_phone: bool
    masked: str


def shown(rows: Sequence[Agreement], now: datetime) -> list[Shown]:
    """Say how the section looks at this moment."""
    return [
        Shown(
            row,
            is_working=is_working(row, now),
            is_stuck=is_stuck(row, now),
            has_other_phone=has_other_phone(row),
            masked=mask_phone(row.person.phone),
        )
        for row in rows
    ]


def version_of(lines: Sequence[Shown]) -> str:
    """Return what changes with anything that the section shows."""
    told = [
        (
            each.row.representative_id, str(each.row.wish), each.is_stuck, each.row.problem, each.row.told_at,
            each.row.id_agreement, each.row.ended_at, each.row.rests_until, each.has_other_phone,
        )
        for each in lines
    ]  # fmt: skip
    return hashlib.blake2b(repr(told).encode(), digest_size=9).hexdigest()


def person_key(person: Patient | Representative) -> str:
    """Return a short name for whom the service knows by name and birth date."""
    told = f"{person.family}|{person.given}|{person.patronymic}|{person.birth_date.isoformat()}"
    return hashlib.blake2b(told.encode(), digest_size=12).hexdigest()


def _is_old(row: Agreement, now: datetime) -> bool:
    if row.wish not in _UNASKED:
        return False  # its answer tells all
    if row.wish == AgreementWish.ASK:
        return is_stuck(row, now)
    about_another = row.person_key != person_key(row.person)
    return about_another or row.asked_at is None or now - row.asked_at > _FRESH


def _asked_again(row: Agreement) -> Agreement:
    with transaction.atomic():
        locked = _locked(row.patient, row.representative)
        if _is_old(locked, timezone.now()):  # nobody else has asked meanwhile
            _want(locked, AgreementWish.ASK)
    return locked


def _locked(patient: Patient, representative: Representative | None) -> Agreement:
    Agreement.objects.get_or_create(patient=patient, representative=representative)
    found = Agreement.objects.select_for_update(of=("self",))
    row = found.get(patient=patient, representative=representative)
    row.patient, row.representative = patient, representative
    return row


def _take(row: Agreement, draft: Draft) -> None:
    if draft.phone is not None and draft.phone != row.new_phone:
        row.new_phone = draft.phone
        _forget_check(row)
    if draft.number is not None:
        row.new_number = draft.number
    if draft.concluded_on is not None:
        row.new_concluded_on = draft.concluded_on
    if draft.way is not None:
        row.new_way = draft.way


def _forget_check(row: Agreement) -> None:
    row.phone_check, row.code = "", ""
    row.check_expires_at = row.check_confirmed_at = None


def _want(row: Agreement, wish: AgreementWish) -> None:
    row.wish, row.asked_at = wish, timezone.now()
    if wish != AgreementWish.ASK:
        row.failed, row.problem = AgreementWish.NOTHING, ""
    if row.person_key != person_key(row.person):
        _forget_copy(row)
    row.save()
    enqueue(tasks.fulfil_wish_about_agreement, row.pk, row.asked_at.isoformat())


def _forget_copy(row: Agreement) -> None:
    """The card has another name now: what was told is about somebody else."""
    row.person_key, row.told_at = person_key(row.person), None
    row.id_agreement = row.number = row.way = row.phone = row.identity_checked_by = ""
    row.concluded_on = row.phone_confirmed_at = row.rests_until = row.ended_at = None
