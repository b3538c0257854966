"""Finding a patient by whatever was typed: parts of the name, a birth date or year, СНИЛС, phone, card.

What was typed is read in every way it can be meant, the likeliest first; each reading is a prefix range of
one index, and they are asked one after another until the list is full. So the time hardly grows with the
number of patients (bench/patients.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, pairwise
from typing import Final

from django.db.models import Q

from clinic.institution.models import Institution
from clinic.patients.identifiers import EARLIEST_BIRTH
from clinic.patients.keys import digits_of, name_key, prefix
from clinic.patients.models import Patient

AT_MOST: Final = 30

_MOST_WORDS: Final = 5
_LONGEST_QUERY: Final = 200
_NAMES: Final = ("family_key", "given_key", "patronymic_key")
_ORDERS: Final[dict[int, tuple[tuple[str, ...], ...]]] = {
    1: (("family_key",), ("given_key",), ("patronymic_key",)),
    2: (
        ("family_key", "given_key"),
        ("given_key", "patronymic_key"),
        ("given_key", "family_key"),
        ("family_key", "patronymic_key"),
    ),
    3: (_NAMES, ("given_key", "patronymic_key", "family_key"), ("given_key", "family_key", "patronymic_key")),
}
_SORTED_BY: Final = {
    "family_key": _NAMES,
    "given_key": ("given_key", "patronymic_key", "family_key"),
    "patronymic_key": ("patronymic_key", "family_key", "given_key"),
}
"""By what the rows of an index come, as the indexes of `Patient` have it."""

_LATIN_KEYS: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_RUSSIAN_KEYS: Final = "йцукенгшщзхъфывапролджэячсмитьбюё"
_LAYOUT: Final = str.maketrans(_LATIN_KEYS + '{}:"<>~', _RUSSIAN_KEYS + "хъжэбюё")
_NO_NAME: Final = re.compile(r"[\d+()./,]+")
_LATIN_WORD: Final = re.compile(r"^[a-z]+(?=\s|$)")
_LATIN: Final = re.compile(r"[A-Za-z]")

_DATE: Final = re.compile(r"(\d{1,2})[./\-](\d{1,2})[./\-](\d{4}|\d{2})(?!\d)")
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_YEAR_DIGITS, _DATE_DIGITS, _SNILS_DIGITS, _PHONE_DIGITS = 4, 8, 11, 10
_FEWEST_DIGITS: Final = 3
"""Fewer last digits of a phone would name thousands of people."""
_FEWEST_BESIDE_A_NAME: Final = 4
_LOOKED_THROUGH: Final = 500
"""Rows with the same digits whose names are compared; four digits name fewer even among a million."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One meaning of the text: a condition, the order that its index gives for nothing, words of the name."""

    condition: Q
    order: tuple[str, ...]
    words: tuple[str, ...] = ()


_BY_BIRTH: Final = ("birth_date", "family_key", "given_key", "id")


def find(institution: Institution, query: str) -> list[Patient]:
    """Return at most 30 patients of the clinic who answer to the typed text, the likeliest first.

    What was typed in the wrong keyboard layout («Bdfyjd») is read again as Russian when nobody is found.
    """
    query = query[:_LONGEST_QUERY].replace("\0", "").strip()
    # Most names are Russian: a Latin word that begins none of them is not asked in every order.
    found = _ask(institution, query) if _may_be_a_name(institution, query) else []
    if not found and _LATIN.search(query):
        words = (word.translate(_LAYOUT) if _LATIN.search(word) else word for word in query.lower().split())
        return _ask(institution, " ".join(words))
    return found


def _may_be_a_name(institution: Institution, query: str) -> bool:
    latin = _LATIN_WORD.search(query.lower())
    if latin is None or any(character.isdecimal() for character in query):
        return True
    known = Patient.objects.filter(institution=institution)
    return any(known.filter(prefix(field, name_key(latin[0]))).exists() for field in _NAMES)


def _ask(institution: Institution, query: str) -> list[Patient]:
    known = Patient.objects.filter(institution=institution)
    found: dict[int, Patient] = {}
    for reading in _readings(query):
        rows = known.filter(reading.condition).order_by(*reading.order)
        for patient in rows[: _LOOKED_THROUGH if reading.words else AT_MOST]:
            if not reading.words or _is_named(patient, reading.words):
                found.setdefault(patient.pk, patient)
            if len(found) == AT_MOST:
                return list(found.values())
    return list(found.values())


def _is_named(patient: Patient, words: tuple[str, ...]) -> bool:
    names = f"{patient.family_key} {patient.given_key} {patient.patronymic_key}".split()
    return all(any(name.startswith(word) for name in names) for word in words)


def _readings(query: str) -> Iterator[_Reading]:
    birth, rest = _take_date(query)
    words = tuple(name_key(_NO_NAME.sub(" ", rest)).split()[:_MOST_WORDS])
    digits = digits_of(rest)
    if not digits:
        if words:
            yield from _names(words, birth)
        elif birth:
            yield _Reading(birth, _BY_BIRTH)
        return
    if words:
        yield _Reading(Q(card_number__in=(query, query.upper())), ("card_number",))  # «А-1024»
        for born in _births(digits) if not birth else ():
            yield from _names(words, born)
        if len(digits) < _FEWEST_BESIDE_A_NAME:
            return
    else:
        yield _Reading(Q(card_number=digits), ("card_number",))
        for born in _births(digits) if not birth else ():
            yield _Reading(born, _BY_BIRTH)
    for reading in _numbers(rest, digits):
        yield replace(reading, condition=reading.condition & birth, words=words)


def _names(words: tuple[str, ...], birth: Q) -> Iterator[_Reading]:
    """Read the words as parts of a name: «мамедов|рза|али оглы» as well as one by one, in usual orders."""
    for count in range(min(len(words), len(_NAMES)), 0, -1):
        for cuts in combinations(range(1, len(words)), count - 1):
            edges = (0, *cuts, len(words))
            parts = [" ".join(words[a:b]) for a, b in pairwise(edges)]
            for order in _ORDERS[count]:
                named = birth
                for field, part in zip(order, parts, strict=True):
                    named &= prefix(field, part)
                yield _Reading(named, (*_SORTED_BY[order[0]], "birth_date", "id"))


def _numbers(typed: str, digits: str) -> Iterator[_Reading]:
    """Read digits as СНИЛС, a phone from its end or its beginning, the beginning of a card number."""
    if len(digits) >= _FEWEST_DIGITS:
        whole = len(digits) == _PHONE_DIGITS + 1 and digits[0] in "78"
        from_end = digits[1:] if whole else digits
        if len(digits) <= _SNILS_DIGITS:
            yield _Reading(prefix("snils", digits), ("snils", "id"))
        if len(from_end) <= _PHONE_DIGITS:
            yield _Reading(prefix("phone_key", from_end[::-1]), ("phone_key", "id"))
        if typed.lstrip().startswith("+"):
            begun = f"+{digits}"
        else:
            begun = f"+7{digits[1:] if digits[0] in '78' and digits[1] == '9' else digits}"
        yield _Reading(prefix("phone", begun), ("phone", "id"))
    yield _Reading(prefix("card_number", digits), ("card_number", "id"))


def _births(digits: str) -> Iterator[Q]:
    """Read digits as a year, or as a date without dots."""
    if len(digits) == _YEAR_DIGITS and EARLIEST_BIRTH.year <= int(digits) <= date.today().year:  # noqa: DTZ011
        year = int(digits)
        yield Q(birth_date__gte=date(year, 1, 1), birth_date__lte=date(year, 12, 31))
    if len(digits) == _DATE_DIGITS:
        day = _day(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
        if day is not None:
            yield Q(birth_date=day)


def _take_date(query: str) -> tuple[Q, str]:
    """Take a whole date out of the text; return the condition (an empty one without it) and what is left."""
    for pattern in (_ISO_DATE, _DATE):
        found = pattern.search(query)
        if found is None:
            continue
        numbers = [int(group) for group in found.groups()]
        year, month, day = numbers if pattern is _ISO_DATE else reversed(numbers)
        years = [year] if year >= 100 else [1900 + year, 2000 + year]  # noqa: PLR2004  «54» is 1954 or 2054
        days = [known for one in years if (known := _day(one, month, day))]
        if days:
            return Q(birth_date__in=days), f"{query[: found.start()]} {query[found.end() :]}"
    return Q(), query


def _day(year: int, month: int, day: int) -> date | None:
    try:
        known = date(year, month, day)
    except ValueError:
        return None
    return known if EARLIEST_BIRTH <= known <= date.today() else None  # noqa: DTZ011  a day more or less
