"""What people type, read with patience: spaces, dots and leading zeros do not matter."""

import re
from datetime import date

from sep.ceremony.codes import DIGITS

_DATE_PARTS = 3
_OLDEST = 1900


class NotADate(ValueError):
    """No date that can be a birth date; `args[0]` is `incomplete`, `year` or `impossible`."""


class NotACode(ValueError):
    """The text holds no six digits."""


def read_birth_date(text: str) -> date:
    """Read «14.03.1954», «14 3 1954» and the like; raises `NotADate`."""
    numbers = re.findall(r"\d+", text)
    if len(numbers) != _DATE_PARTS:
        raise NotADate("incomplete")
    day, month, year = map(int, numbers)
    if year < _OLDEST:
        raise NotADate("year")
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        raise NotADate("impossible") from None


def read_code(text: str) -> str:
    """Read the six digits of a code, also out of a whole message that was pasted; raises `NotACode`."""
    runs = re.findall(rf"(?<!\d)\d{{{DIGITS}}}(?!\d)", text)
    digits = runs[0] if len(runs) == 1 else re.sub(r"\D", "", text)
    if len(digits) != DIGITS:
        raise NotACode
    return digits
