"""What the search looks at: names and phones in one spelling, in columns cut by a prefix of their index."""

import re
from typing import Any, Final

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

KEY_LENGTH: Final = 120

_DASHES: Final = re.compile(r"[\s\-\u2010-\u2015]+")
_APOSTROPHES: Final = re.compile(r"['`\u2019\u02bc]")
_LAST_CHARACTER: Final = "\U0010ffff"
_PHONE_DIGITS: Final = 10


class KeyField(models.CharField):  # type: ignore[type-arg]  # not generic at run time
    """A text compared byte by byte, so that a prefix is a range of its index on both engines.

    SQLite compares so by itself. On PostgreSQL the collation of the database would neither order Cyrillic
    nor cut prefixes predictably, so the column is in "C".
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        parameters: dict[str, Any] = dict(super().db_parameters(connection))
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def name_key(text: str) -> str:
    """«Ёлкина-О’Коннор» → «елкина оконнор»: lower case, ё as е, double names as two words."""
    plain = _APOSTROPHES.sub("", text.lower().replace("ё", "е"))
    return _DASHES.sub(" ", plain).strip()[:KEY_LENGTH]


def digits_of(text: str) -> str:
    """Only the decimal digits of a text."""
    return "".join(character for character in text if character in "0123456789")


def phone_key(phone: str) -> str:
    """Turn the digits of a phone round, so that its last digits are a prefix; 8 and 7 of Russia fall off."""
    return digits_of(phone)[-_PHONE_DIGITS:][::-1]


def prefix(field: str, text: str) -> models.Q:
    """Rows whose `field` begins with `text`, as a range (SQLite's LIKE would not use the index)."""
    return models.Q(**{f"{field}__gte": text, f"{field}__lt": text + _LAST_CHARACTER})
