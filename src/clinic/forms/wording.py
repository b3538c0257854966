"""Dates, sums and typography as a Russian document wants them."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from pytils import numeral

NBSP: Final = "\u00a0"
_MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip

# Short prepositions, conjunctions and abbreviations hold on to the next word; dashes and units to the last.
_HOLDS_ON: Final = re.compile(
    r"(?<![\w-])(а|без|в|во|для|до|за|и|из|или|к|как|на|не|ни|но|о|об|от|по|при|с|со|у|я"
    r"|№|§|п\.|пп\.|ч\.|ст\.|г\.|ул\.|статьи|статья|статьёй|статье|статей|части|частью|пункта|пунктом) ",
    re.IGNORECASE,
)
_HELD: Final = re.compile(r" (—|ли|же|бы|г\.|лет|дней|дня|суток|часов|часа|рублей|руб\.)(?!\w)")
_ADDRESS: Final = re.compile(r"(?<!\w)(г|ул|д|кв|пер|пр|пл|стр|корп|обл|№)(\.?) (?=\w)")
_SPACES: Final = re.compile(r"[^\S\u00a0]+")
_UNPRINTABLE: Final = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\uffff]"
)


def long_date(day: date) -> str:
    """Return «25 июня 2026 г.», unbreakable up to the month."""
    return f"{day.day}{NBSP}{_MONTHS[day.month - 1]} {day.year}{NBSP}г."


def short_date(day: date) -> str:
    """Return «25.06.2026»."""
    return f"{day:%d.%m.%Y}"


def years(age: int) -> str:
    """Return «12 лет»."""
    return str(numeral.get_plural(age, ("год", "года", "лет"))).replace(" ", NBSP)


def rubles(amount: Decimal) -> str:
    """Return «1 500,00 ₽», unbreakable."""
    return f"{amount:,.2f}".replace(",", NBSP).replace(".", ",") + f"{NBSP}₽"


def quantity(amount: Decimal) -> str:
    """Return «1» or «1,5»."""
    return f"{amount:f}".rstrip("0").rstrip(".").replace(".", ",") if "." in f"{amount:f}" else f"{amount:f}"


def rubles_in_words(amount: Decimal) -> str:
    """Return «одна тысяча пятьсот рублей 00 копеек»; kopecks stay figures, as accountants write them."""
    kopecks = int(amount * 100) % 100
    whole = str(numeral.rubles(int(amount))).strip()
    unit = numeral.choose_plural(kopecks, ("копейка", "копейки", "копеек"))
    return f"{whole} {kopecks:02}{NBSP}{unit}"


def set_well(text: str) -> str:
    """Put unbreakable spaces where a line of Russian text must not end."""
    return _HELD.sub(rf"{NBSP}\1", _HOLDS_ON.sub(rf"\1{NBSP}", text))


def keep_addresses(value: str) -> str:
    """Put unbreakable spaces between «г.», «ул.», «д.» and what they belong to; for somebody's data."""
    return _ADDRESS.sub(rf"\1\2{NBSP}", value)


def printable(text: str) -> str:
    """Put spaces in place of control and invisible characters, which a PDF/UA may not have."""
    return _UNPRINTABLE.sub(" ", text)


def one_line(value: str) -> str:
    """Return what somebody typed into a card without line ends and invisible characters."""
    return _SPACES.sub(" ", printable(value)).strip()


def lowered(text: str) -> str:
    """Begin with a small letter, unless the first word is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
