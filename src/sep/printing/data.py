"""What the service's own documents are filled with. As JSON a value is already the text that people read."""

import unicodedata
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, computed_field

_MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_OF_AGE: Final = 18


def long_date(day: date) -> str:
    """Return «25 июня 2026 г.», unbreakable up to the month."""
    return f"{day.day}\u00a0{_MONTHS[day.month - 1]} {day.year}\u00a0г."


def short_date(day: date) -> str:
    """Return «25.06.2026»."""
    return f"{day:%d.%m.%Y}"


def _one_line(value: str) -> str:
    """Leave what is seen: a sign that turns the line around or hides letters has no place in a document."""
    seen = (letter if letter.isspace() or not _is_invisible(letter) else "" for letter in value)
    return " ".join("".join(seen).split())


def _is_invisible(letter: str) -> bool:
    # Control, format, surrogate, private, unassigned (Unicode, general category C).
    return unicodedata.category(letter).startswith("C")


def _not_empty(value: str) -> str:
    if not value:
        raise ValueError("Пустая строка.")
    return value


LongDate = Annotated[date, PlainSerializer(long_date, when_used="json")]
ShortDate = Annotated[date, PlainSerializer(short_date, when_used="json")]
Line = Annotated[str, Field(max_length=1000), AfterValidator(_one_line)]
Words = Annotated[Line, AfterValidator(_not_empty)]
Number = Annotated[Words, Field(max_length=40)]
"""Stands in the footer too, which has room for two lines."""


class _Filled(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Clinic(_Filled):
    """The clinic that is a party.

    Attributes:
        name: as the law knows it: «ООО „Клиника Рябина“».
        short_name: as messages call it.
        requisites: «ИНН …, ОГРН …, адрес …»; a lawyer wants them, the service may not know them.
    """

    name: Words
    short_name: Words
    phone: Words
    requisites: Line = ""


class Person(_Filled):
    full_name: Words
    birth_date: ShortDate


class Signatory(Person):
    """The one who will sign by codes.

    Attributes:
        phone: as it is printed. Masked, it tells a stranger nothing; the paper form has a place where
            the person writes the whole number with his own hand.
    """

    phone: Words


class Conclusion(StrEnum):
    """How an agreement is concluded; what each way is worth is told on the page itself."""

    PAPER = "paper"
    FIRST_DOCUMENT = "first_document"
    QUALIFIED = "qualified"
    ESIA = "esia"


class _Form(_Filled):
    number: Number
    made_on: LongDate
    clinic: Clinic

    @computed_field
    def created(self) -> dict[str, int]:
        """The date of the file itself, as typst takes it."""
        return {"year": self.made_on.year, "month": self.made_on.month, "day": self.made_on.day}


class AgreementForm(_Form):
    """«Соглашение об использовании простой электронной подписи».

    Attributes:
        version: of the text, as `agreement_version` tells it; another one is refused.
        person: the patient or the representative: the agreement is with the one who signs.
    """

    version: Words
    person: Signatory
    conclusion: Conclusion

    @computed_field
    def is_minor(self) -> bool:
        """Whether a parent's written consent is wanted (ГК РФ ст. 26)."""
        born, day = self.person.birth_date, self.made_on
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) < _OF_AGE


class Withdrawn(StrEnum):
    """What is withdrawn; consequences differ by law. The values are codes of document types."""

    CONSENT = "consent"
    PERSONAL_DATA_CONSENT = "personal_data_consent"


class WithdrawnDocument(_Filled):
    """The consent that is withdrawn.

    Attributes:
        number: as the sheet of its signing gives it.
        signed_on: in the clinic's time zone.
        sha256: of the original in hex, the one that the sheet of its signing gives.
    """

    kind: Withdrawn
    name: Words
    number: Words
    signed_on: LongDate
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class WithdrawalForm(_Form):
    """«Отзыв согласия».

    Attributes:
        person: who withdraws.
        patient: for whom, if not for himself.
        capacity: on what ground he acts for the patient: «мать; свидетельство о рождении …».
        reason: in his own words; nobody has to give one.
    """

    document: WithdrawnDocument
    person: Person
    patient: Person | None = None
    capacity: Line = ""
    reason: Line = ""
