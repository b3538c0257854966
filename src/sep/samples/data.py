"""What the sample forms are filled with. As JSON each value is already the text that a person reads."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, computed_field

_MONTHS: Final = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)


def long_date(day: date) -> str:
    """Return «25 июня 2026 г.», unbreakable."""
    return f"{day.day}\u00a0{_MONTHS[day.month - 1]} {day.year}\u00a0г."


def short_date(day: date) -> str:
    """Return «25.06.2026»."""
    return f"{day:%d.%m.%Y}"


def rubles(amount: Decimal) -> str:
    """Return «1 500,00 руб.», unbreakable; the forms' typeface has no sign of the ruble."""
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",") + "\u00a0руб."


LongDate = Annotated[date, PlainSerializer(long_date, when_used="json")]
ShortDate = Annotated[date, PlainSerializer(short_date, when_used="json")]
Rubles = Annotated[Decimal, Field(ge=0, decimal_places=2), PlainSerializer(rubles, when_used="json")]
Text = Annotated[str, Field(min_length=1)]


class _Filled(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Clinic(_Filled):
    """The clinic's requisites as forms print them.

    Attributes:
        licence: «№ … от …».
        representative: who signs for the clinic and by what authority.
    """

    name: Text
    legal_name: Text
    address: Text
    phone: Text
    licence: Text
    inn: Text
    ogrn: Text
    representative: Text


class Patient(_Filled):
    """The patient; an adult one signs for himself."""

    full_name: Text
    birth_date: ShortDate


class Representative(_Filled):
    """The patient's legal representative: `relation` is «мать», `basis` «свидетельство о рождении …»."""

    full_name: Text
    birth_date: ShortDate
    relation: Text
    basis: Text


class Doctor(_Filled):
    """The doctor who explains; the qualified signature is the doctor's own and is put in the МИС."""

    full_name: Text
    post: Text


class Informed(_Filled):
    """A person who may be told of the patient's health (323-ФЗ ст. 19 ч. 5 п. 5)."""

    full_name: Text
    relation: Text
    phone: Text


class Form(_Filled):
    """What every form has. `note` stands in the footer of each page."""

    clinic: Clinic
    patient: Patient
    representative: Representative | None = None
    made_on: LongDate
    note: str = ""

    @computed_field
    def created(self) -> dict[str, int]:
        """The date of the file itself, as typst takes it."""
        return {"year": self.made_on.year, "month": self.made_on.month, "day": self.made_on.day}


class ConsentForm(Form):
    """ИДС на проведение телемедицинской консультации."""

    record_number: Text
    doctor: Doctor
    consultation_on: LongDate
    informed: Sequence[Informed] = ()


class Service(_Filled):
    """A line of a contract: the code of the nomenclature, the price of one."""

    code: Text
    name: Text
    quantity: int = Field(default=1, ge=1)
    price: Rubles

    @computed_field
    def cost(self) -> Rubles:
        return self.price * self.quantity


class ContractForm(Form):
    """Договор на оказание платных медицинских услуг."""

    number: Text
    city: Text
    starts_on: LongDate
    ends_on: LongDate
    services: Sequence[Service] = Field(min_length=1)

    @computed_field
    def total(self) -> Rubles:
        return sum((each.price * each.quantity for each in self.services), Decimal(0))
