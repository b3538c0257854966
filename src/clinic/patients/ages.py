"""Ages in words."""

from datetime import date
from typing import Final

from pytils.numeral import get_plural

_MONTHS_IN_YEAR: Final = 12


def months_between(born: date, day: date) -> int:
    """Full months of life."""
    return (day.year - born.year) * _MONTHS_IN_YEAR + day.month - born.month - (day.day < born.day)


def age_in_words(born: date, day: date) -> str:
    """«12 лет»; under a year «5 месяцев», under a month «9 дней»; empty for one who is not born yet."""
    if born > day:
        return ""
    months = months_between(born, day)
    if months >= _MONTHS_IN_YEAR:
        words = get_plural(months // _MONTHS_IN_YEAR, "год, года, лет")
    elif months:
        words = get_plural(months, "месяц, месяца, месяцев")
    else:
        words = get_plural((day - born).days, "день, дня, дней")
    return str(words).replace(" ", "\u00a0")
