"""What people and their papers are known by: СНИЛС, ЕНП, ИНН, phones, names, series. Errors are in Russian.

A function takes what was typed and returns what is kept, or raises `ValidationError`. What only looks wrong
is told by a function named `doubt_about_…`: it is shown and does not stop the registrar.
"""

import re
from datetime import date
from typing import Final

import phonenumbers
from django.core.exceptions import ValidationError

from clinic.patients.keys import digits_of

EARLIEST_BIRTH: Final = date(1900, 1, 1)
PASSPORT: Final = "Паспорт гражданина РФ"
BIRTH_CERTIFICATE: Final = "Свидетельство о рождении"
DOCUMENT_KINDS: Final = (
    PASSPORT,
    BIRTH_CERTIFICATE,
    "Загранпаспорт гражданина РФ",
    "Паспорт иностранного гражданина",
    "Вид на жительство",
    "Временное удостоверение личности",
    "Удостоверение личности военнослужащего",
    "Иной документ",
)

_SNILS_DIGITS: Final = 11
_SNILS_UNCHECKED: Final = 1_001_998
"""Up to 001-001-998 the number has no check digits."""
_ENP_DIGITS: Final = 16
_INN_DIGITS: Final = 12
_INN_WEIGHTS: Final = ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
_SHORTEST_HOME_PHONE: Final = 5
_MOBILE: Final = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}

_NAME: Final = re.compile(r"[^\W\d_][^\W\d_ \-'’.()]*(?:[ \-'’.()]+[^\W\d_]*)*")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LATIN: Final = re.compile(r"[A-Za-z]")
_CYRILLIC: Final = re.compile(r"[А-Яа-яЁё]")
_ROMAN: Final = re.compile(r"([IVXLCDM1ХУС]+)[\s\-]*([А-ЯЁ]{2})")
_CYRILLIC_ROMAN: Final = str.maketrans({"1": "I", "Х": "X", "У": "V", "С": "C"})


def snils(text: str) -> str:
    """Return the 11 digits of a СНИЛС; the last two are its control number (приказ ПФР № 462п, п. 9)."""
    digits = digits_of(text)
    if len(digits) != _SNILS_DIGITS:
        raise ValidationError(f"В СНИЛС 11 цифр, а введено {len(digits)}.", code="snils_length")
    number, control = int(digits[:9]), int(digits[9:])
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(digits[:9]))
    if number > _SNILS_UNCHECKED and total % 101 % 100 != control:
        raise ValidationError(
            "Контрольное число СНИЛС не сходится: проверьте, нет ли опечатки.", code="snils_control"
        )
    return digits


def format_snils(digits: str) -> str:
    """«112-233-445 95», with an unbreakable space."""
    if len(digits) != _SNILS_DIGITS:
        return digits
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]}\u00a0{digits[9:]}"


def enp(text: str) -> str:
    """Return the 16 digits of a ЕНП."""
    digits = digits_of(text)
    if len(digits) != _ENP_DIGITS:
        raise ValidationError(f"В ЕНП 16 цифр, а введено {len(digits)}.", code="enp_length")
    return digits


def doubt_about_enp(digits: str) -> str:
    """Tell that the control digit of a ЕНП is wrong, or return an empty string.

    The digit is the Mod 10 of HL7 (ISO 27931, scheme M10), which doubles every second digit from the right.
    Policies with a wrong one are met in life, so this does not refuse.
    """
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled // 10 + doubled % 10
    if total % 10 == 0:
        return ""
    return "Контрольная цифра ЕНП не\u00a0сходится: сверьте номер с\u00a0полисом."


def inn(text: str) -> str:
    """Return the 12 digits of a person's ИНН, the last two of which are control ones."""
    digits = digits_of(text)
    if len(digits) != _INN_DIGITS:
        raise ValidationError(f"В ИНН человека 12 цифр, а введено {len(digits)}.", code="inn_length")
    for weights in _INN_WEIGHTS:
        total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False))
        if total % 11 % 10 != int(digits[len(weights)]):
            raise ValidationError(
                "Контрольные цифры ИНН не сходятся: проверьте, нет ли опечатки.", code="inn_control"
            )
    return digits


def _parsed(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, "RU")
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def mobile(text: str) -> str:
    """Return a number that takes SMS as `+79…`."""
    number = _parsed(text)
    if number is None:
        raise ValidationError(
            "Такого номера нет. Нужен сотовый с\u00a0кодом, например +7\u00a0916\u00a0123-45-67.",
            code="phone_wrong",
        )
    if phonenumbers.number_type(number) not in _MOBILE:
        raise ValidationError(
            "Это городской номер: СМС на\u00a0него не\u00a0придёт. Впишите его в\u00a0«Телефон домашний».",
            code="phone_not_mobile",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(phone: str) -> bool:
    """Whether an SMS can reach this number."""
    number = _parsed(phone)
    return number is not None and phonenumbers.number_type(number) in _MOBILE


def home_phone(text: str) -> str:
    """Return `+7…` when the number has its town's code; a short local number stays as it was typed."""
    number = _parsed(text)
    if number is not None:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if len(digits_of(text)) < _SHORTEST_HOME_PHONE:
        raise ValidationError("Для номера телефона мало цифр.", code="phone_short")
    return text.strip()


def format_phone(phone: str) -> str:
    """«+7 916 123-45-67», with unbreakable spaces; what is no number stays as it is."""
    number = _parsed(phone)
    if number is None:
        return phone
    international = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return international.replace(" ", "\u00a0")


def mask_phone(phone: str) -> str:
    """«+7 9** ***-**-65»: enough to recognize one's own, too little to learn another's."""
    digits = digits_of(phone)
    if len(digits) == 11 and digits[0] == "7":  # noqa: PLR2004  a Russian number
        return f"+7\u00a0{digits[1]}**\u00a0***-**-{digits[-2:]}"
    return f"+{digits[:2]}\u00a0***\u00a0{digits[-2:]}" if digits else ""


def name(text: str) -> str:
    """Return a part of a name, spaces mended; typed in one case, it gets its capitals.

    Letters of two alphabets in one word are refused: «Ивaнов» with a Latin «a» could never be found again.
    """
    mended = " ".join(text.replace("\u2019", "'").split())
    if not _NAME.fullmatch(mended):
        raise ValidationError("Здесь могут быть буквы, дефис, апостроф и\u00a0точка.", code="name_signs")
    for word in _WORD.findall(mended):
        if _LATIN.search(word) and _CYRILLIC.search(word):
            raise ValidationError(
                f"В\u00a0слове «{word}» смешаны русские и\u00a0латинские буквы.", code="name_alphabets"
            )
    if mended == mended.lower():
        return re.sub(r"(?<![^\W\d_'])[^\W\d_]", lambda found: found[0].upper(), mended)
    if mended == mended.upper() and len(mended) > 2:  # noqa: PLR2004  «Ли», «О.» stay as they are
        return _WORD.sub(lambda found: found[0].capitalize(), mended)
    return mended


def birth_date(day: date, today: date) -> date:
    """Refuse a day to come, or one before 1900."""
    if day > today:
        raise ValidationError("Дата рождения ещё не\u00a0наступила.", code="birth_future")
    if day < EARLIEST_BIRTH:
        raise ValidationError("Дата рождения раньше 1900\u00a0года: проверьте год.", code="birth_early")
    return day


def document(kind: str, series: str, number: str) -> tuple[str, str]:
    """Return the series and the number of a paper as they are written on it.

    Raises:
        ValidationError: a dictionary by `series` and `number`; only papers of Russia are checked.

    """
    errors: dict[str, ValidationError] = {}
    series, number = " ".join(series.upper().split()), number.strip()
    if kind == PASSPORT and (series or number):
        digits = digits_of(series)
        if len(digits) != 4:  # noqa: PLR2004  the form of the passport of 1997
            errors["series"] = ValidationError("Серия паспорта — 4\u00a0цифры.", code="passport_series")
        if not re.fullmatch(r"\d{6}", number):
            errors["number"] = ValidationError("Номер паспорта — 6\u00a0цифр.", code="passport_number")
        series = f"{digits[:2]} {digits[2:]}"
    elif kind == BIRTH_CERTIFICATE and (series or number):
        found = _ROMAN.fullmatch(series)
        if found is None:
            errors["series"] = ValidationError(
                "Серия свидетельства — римское число и\u00a0две русские буквы, например I-ДН.",
                code="certificate_series",
            )
        else:
            series = f"{found[1].translate(_CYRILLIC_ROMAN)}-{found[2]}"
        if not re.fullmatch(r"\d{6}", number):
            errors["number"] = ValidationError(
                "Номер свидетельства — 6\u00a0цифр.", code="certificate_number"
            )
    if errors:
        raise ValidationError(errors)
    return series, number
