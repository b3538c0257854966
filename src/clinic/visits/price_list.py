"""The price list from a file: «код;наименование;цена», one service a line."""

import csv
import io
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from django.db import transaction

from clinic.institution.models import Institution
from clinic.visits.models import Service

MOST_BYTES: Final = 4 * 1024 * 1024
MOST_LINES: Final = 20_000
MOST_ERRORS: Final = 20
_MOST_ROUBLES: Final = Decimal("99999999.99")


class UnreadableFile(Exception):
    """The file as a whole is not a table; the message tells why."""


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong in one line, counted from 1 as a table processor shows it."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Prices:
    """What was read: price lines by code, or what is wrong; never both."""

    rows: dict[str, tuple[str, Decimal]]
    errors: list[LineError]


@dataclass(frozen=True, slots=True)
class Imported:
    """How many services came anew and how many were known."""

    added: int
    updated: int


def read(content: bytes) -> Prices:
    """Read the file; a heading line and empty lines are passed over. Raises `UnreadableFile`."""
    rows: dict[str, tuple[str, Decimal]] = {}
    seen: dict[str, int] = {}
    errors: list[LineError] = []
    reader = csv.reader(io.StringIO(_text(content), newline=""), delimiter=";", strict=True)
    try:
        for raw in reader:
            cells = [cell.strip() for cell in raw]
            number = reader.line_num
            if number > MOST_LINES:
                raise UnreadableFile(f"В файле больше {MOST_LINES} строк. Разделите его.")
            if not any(cells) or (number == 1 and cells[0].casefold() == "код"):
                continue
            problem = _problem(cells)
            if not problem and cells[0] in seen:
                problem = f"код «{cells[0]}» уже стоит в строке {seen[cells[0]]}"
            if problem:
                errors.append(LineError(number, problem))
                continue
            seen[cells[0]] = number
            rows[cells[0]] = cells[1], _price(cells[2])
    except csv.Error as error:
        raise UnreadableFile(f"Строка {reader.line_num}: кавычки не закрыты.") from error
    if not rows and not errors:
        raise UnreadableFile("В файле нет ни одной услуги.")
    return Prices({} if errors else rows, errors)


def store(institution: Institution, prices: Prices) -> Imported:
    """Put the read lines into the clinic's price list: by code, known ones get the new name and price."""
    with transaction.atomic():
        known = set(Service.objects.filter(institution=institution).values_list("code", flat=True))
        Service.objects.bulk_create(
            [
                Service(institution=institution, code=code, name=name, price=price)
                for code, (name, price) in prices.rows.items()
            ],
            update_conflicts=True,
            unique_fields=["institution", "code"],
            update_fields=["name", "price"],
            batch_size=1000,
        )
    updated = len(known & prices.rows.keys())
    return Imported(len(prices.rows) - updated, updated)


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise UnreadableFile("Файл больше 4 МБ. Разделите его.")
    if b"\0" in content:
        raise UnreadableFile("Это не текст CSV. В табличном редакторе сохраните таблицу как «CSV».")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1251")  # what a Russian Excel writes
    except UnicodeDecodeError as error:
        raise UnreadableFile("Кодировка файла не UTF-8 и не Windows-1251.") from error


def _problem(cells: list[str]) -> str:
    """Tell what is wrong with the cells of a line; nothing when they are right."""
    if len(cells) != 3:  # noqa: PLR2004  код;наименование;цена
        return f"нужны три ячейки через точку с запятой, а их {len(cells)}"
    code, name, price = cells
    value = _price(price)
    quoted = f"«{price[:20]}»"
    checks = (
        (not code, "код пуст"),
        (len(code) > 30, "код длиннее 30 знаков"),  # noqa: PLR2004  Service.code
        (not name, "наименование пусто"),
        (len(name) > 300, "наименование длиннее 300 знаков"),  # noqa: PLR2004  Service.name
        (value.is_nan(), f"цена {quoted} не число"),
        (not value.is_nan() and not 0 <= value <= _MOST_ROUBLES, f"цена {quoted} вне пределов"),
        (value.is_finite() and value != round(value, 2), f"в цене {quoted} доли копейки"),
    )
    return next((message for wrong, message in checks if wrong), "")


def _price(text: str) -> Decimal:
    """Return the price; not a number when it is none."""
    for sign in ("\u00a0", "\u202f", " ", "₽"):
        text = text.replace(sign, "")
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return Decimal("NaN")
    # Exponents are no way to write a price, and a huge one has no kopecks to look at.
    return value if value.is_finite() and "e" not in text.casefold() else Decimal("NaN")
