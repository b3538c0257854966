"""A person as a value: what is kept encrypted, printed on the protocol and masked everywhere else."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Self

import phonenumbers


class Capacity(StrEnum):
    """What a court, the registrar or a doctor has established about a patient."""

    ORDINARY = "ordinary"
    EMANCIPATED = "emancipated"  # эмансипация (ГК ст. 27) или брак (ГК ст. 21 п. 2)
    LIMITED = "limited"  # ограниченно дееспособный (ГК ст. 30)
    INCAPABLE = "incapable"  # недееспособный (ГК ст. 29)
    INCAPABLE_CONSENTING = "incapable_consenting"  # able to consent himself, as the doctor has found


class InvalidPhone(ValueError):
    """The text is not a phone number that can exist."""


def normalize_phone(text: str) -> str:
    """Return a number in E.164: `+79161234567`; a leading 8 is read as Russian. Raises `InvalidPhone`."""
    try:
        number = phonenumbers.parse(text, "RU")
    except phonenumbers.NumberParseException as error:
        raise InvalidPhone from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidPhone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mask_phone(phone: str) -> str:
    """Return `+7 9** ***-**-65` for `+79161234565`: only the last two digits tell anything."""
    if re.fullmatch(r"\+79\d{9}", phone):
        return f"+7\u00a09**\u00a0***-**-{phone[-2:]}"
    return f"{phone[:2]}{'*' * max(len(phone) - 4, 0)}{phone[-2:]}"


@dataclass(frozen=True)
class Person:
    """Name, birth date and what else a МИС tells of a person."""

    family: str
    given: str
    patronymic: str
    birth_date: date
    sex: int | None = None
    snils: str = ""
    phone: str = ""
    capacity: Capacity = Capacity.ORDINARY
    capacity_basis: str = ""

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.family, self.given, self.patronymic) if part)

    def age_on(self, day: date) -> int:
        """Return full years on `day`. Someone born on 29 February grows older on 1 March of a common year."""
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (0 if had_birthday else 1)

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, default=date.isoformat).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        values = json.loads(data)
        values["birth_date"] = date.fromisoformat(values["birth_date"])
        values["capacity"] = Capacity(values.get("capacity", Capacity.ORDINARY))
        return cls(**values)


@dataclass(frozen=True)
class SigningPerson(Person):
    """The one who signs; for a representative also the ground on which he acts."""

    relation: str = ""
    basis: str = ""
    identity_document: str = ""
    in_medical_record: bool = False
