"""What `{…}` of a form's text may name, and what is printed in its place."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from clinic.forms import parties, wording
from clinic.forms.markup import Block, Condition, Directive, MarkupError, Slot, Special, parse, slots
from clinic.forms.models import PrintObject
from clinic.forms.subjects import Subject
from clinic.patients.agreements import proposed_number
from clinic.patients.models import Representative

ABSENT: Final = "нет сведений"
"""Printed where the card has nothing: a blank in a signed document could be filled in later."""

_ALL: Final = frozenset(PrintObject)
_TALON: Final = frozenset({PrintObject.APPOINTMENT})
_ORDER: Final = frozenset({PrintObject.PAID_ORDER})


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`objects` are those it exists for; `value` may be empty."""

    name: str
    title: str
    example: str
    value: Callable[[Subject], str]
    objects: frozenset[PrintObject] = _ALL

    @property
    def for_representative(self) -> bool:
        """Whether it has a value only when a representative signs."""
        return self.name.startswith("представитель.")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a form's text, in Russian; `line` counts from 1."""

    line: int
    message: str


def value_of(name: str, subject: Subject) -> str:
    """Return one line to print, never empty; raises `KeyError` for an unknown name."""
    return wording.one_line(PLACEHOLDERS[name].value(subject)) or ABSENT


def check(text: str, object: str) -> list[Fault]:  # noqa: A002
    """Return what must be mended before the text can be a form of this `PrintObject`; empty is good."""
    try:
        blocks = parse(text)
    except MarkupError as error:
        return [Fault(error.line, str(error))]
    return sorted(_faults(blocks, PrintObject(object)), key=lambda fault: fault.line)


def _faults(blocks: Iterable[Block], kind: PrintObject, *, represented: bool = False) -> Iterator[Fault]:
    for block in blocks:
        if isinstance(block, Condition):
            yield from _faults(block.then, kind, represented=True)
            yield from _faults(block.otherwise, kind)
        elif isinstance(block, Special):
            if block.directive == Directive.SERVICES and kind != PrintObject.PAID_ORDER:
                yield Fault(
                    block.line, "Услуги есть только у заказа на платное лечение: уберите строку «[услуги]»"
                )
        else:
            for slot in slots([block]):
                if message := _misplaced(slot, kind, represented=represented):
                    yield Fault(slot.line, message)


def _misplaced(slot: Slot, kind: PrintObject, *, represented: bool) -> str:
    placeholder = PLACEHOLDERS.get(slot.name)
    if placeholder is None:
        return f"Неизвестное поле «{{{slot.name}}}»{_hint(slot.name, kind)}"
    if kind not in placeholder.objects:
        return f"Поля «{{{slot.name}}}» нет у объекта «{kind.label}»{_hint(slot.name, kind)}"
    if placeholder.for_representative and not represented:
        return (
            f"Поле «{{{slot.name}}}» ставится только между «[если представитель]» и «[иначе]» или «[конец]»: "
            "у взрослого пациента представителя нет"
        )
    return ""


def _hint(name: str, kind: PrintObject) -> str:
    known = [one.name for one in PLACEHOLDERS.values() if kind in one.objects and one.name != name]
    tail = name.rpartition(".")[2]
    close: list[str] = difflib.get_close_matches(name, known, 1, 0.7) or [
        one for one in known if one.rpartition(".")[2] == tail
    ]
    return f": может быть, «{{{close[0]}}}»?" if close else ""


def _snils(subject: Subject) -> str:
    digits = str(subject.patient.snils)
    if len(digits) != 11:  # noqa: PLR2004
        return digits
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"


def _clinic(field: str) -> Callable[[Subject], str]:
    return lambda subject: str(getattr(subject.institution, field))


def _patient(field: str) -> Callable[[Subject], str]:
    return lambda subject: str(getattr(subject.patient, field))


def _doctor_position(subject: Subject) -> str:
    return wording.lowered(subject.appointment.doctor_position) if subject.appointment else ""


def _talon(field: str) -> Callable[[Subject], str]:
    return lambda subject: str(getattr(subject.appointment, field, ""))


def _starts(subject: Subject) -> datetime:
    assert subject.appointment is not None
    return subject.appointment.starts_at.astimezone(subject.zone)


def _representative(read: Callable[[Representative], str]) -> Callable[[Subject], str]:
    return lambda subject: read(subject.representative) if subject.representative else ""


_ROWS: Final = (
    Placeholder("дата", "Дата документа", "25 июня 2026 г.", lambda s: wording.long_date(s.day)),
    Placeholder("дата.числом", "Дата документа цифрами", "25.06.2026", lambda s: wording.short_date(s.day)),
    Placeholder("клиника.наименование", "Клиника", "Клиника «Рябина»", _clinic("name")),
    Placeholder(
        "клиника.полное_наименование",
        "Клиника полностью",
        "ООО «Клиника „Рябина“»",
        _clinic(
            "full_name",
        ),
    ),
    Placeholder(
        "клиника.адрес",
        "Адрес клиники",
        "г. Изобильный, ул. Ленинградская, д. 1",
        _clinic(
            "address",
        ),
    ),
    Placeholder("клиника.телефон", "Телефон клиники", "+7 865 245-00-00", _clinic("phone")),
    Placeholder("клиника.почта", "Электронная почта клиники", "info@ryabina.example", _clinic("email")),
    Placeholder("клиника.инн", "ИНН клиники", "2607012340", _clinic("inn")),
    Placeholder("клиника.кпп", "КПП клиники", "260701001", _clinic("kpp")),
    Placeholder("клиника.огрн", "ОГРН клиники", "1022600662340", _clinic("ogrn")),
    Placeholder("клиника.банк", "Банковские реквизиты клиники", "р/с 40702…", _clinic("bank_account")),
    Placeholder(
        "клиника.лицензия",
        "Лицензия клиники",
        "Л041-01197-26/00300000 от 12.03.2020",
        _clinic(
            "licence",
        ),
    ),
    Placeholder(
        "клиника.должность_руководителя",
        "Должность руководителя",
        "Генеральный директор",
        _clinic("head_position"),
    ),
    Placeholder(
        "клиника.руководитель",
        "Ф. И. О. руководителя",
        "Рябинина Елена Викторовна",
        _clinic(
            "head_name",
        ),
    ),
    Placeholder(
        "клиника.основание",
        "На основании чего действует руководитель",
        "Устава",
        _clinic(
            "head_basis",
        ),
    ),
    Placeholder("пациент.фио", "Ф. И. О. пациента", "Тестовый Тест Тестович", _patient("full_name")),
    Placeholder("пациент.инициалы", "Фамилия и инициалы пациента", "Тестовый Т. Т.", _patient("initials")),
    Placeholder(
        "пациент.дата_рождения",
        "Дата рождения пациента",
        "31.08.2013",
        lambda s: wording.short_date(s.patient.birth_date),
    ),
    Placeholder(
        "пациент.возраст",
        "Возраст пациента в день печати",
        "12 лет",
        lambda s: wording.years(s.patient.age_on(s.day)),
    ),
    Placeholder("пациент.пол", "Пол пациента", "мужской", lambda s: str(s.patient.get_sex_display()).lower()),
    Placeholder(
        "пациент.адрес",
        "Адрес регистрации пациента",
        "г. Изобильный, …",
        _patient(
            "address_registered",
        ),
    ),
    Placeholder(
        "пациент.адрес_фактический",
        "Адрес проживания пациента",
        "г. Изобильный, …",
        lambda s: s.patient.address_actual or s.patient.address_registered,
    ),
    Placeholder(
        "пациент.документ",
        "Документ пациента",
        "Паспорт гражданина РФ 07 04 112233, выдан 14.05.2009",
        lambda s: parties.patient_document(s.patient),
    ),
    Placeholder("пациент.снилс", "СНИЛС пациента", "112-233-445 95", _snils),
    Placeholder("пациент.телефон", "Телефон пациента", "+79161234567", _patient("phone")),
    Placeholder("пациент.почта", "Электронная почта пациента", "ivanova@example.ru", _patient("email")),
    Placeholder("пациент.номер_карты", "Номер карты пациента", "2156792", _patient("card_number")),
    Placeholder(
        "пациент.полис",
        "Действующий полис пациента",
        "ЕНП 2623568989898989",
        lambda s: str(s.policy) if s.policy else "",
    ),
    Placeholder(
        "представитель.фио",
        "Ф. И. О. представителя",
        "Тестовая Мария Петровна",
        _representative(lambda who: who.full_name),
    ),
    Placeholder(
        "представитель.дата_рождения",
        "Дата рождения представителя",
        "12.04.1985",
        _representative(lambda who: wording.short_date(who.birth_date)),
    ),
    Placeholder(
        "представитель.кем_приходится",
        "Кем приходится пациенту",
        "мать",
        _representative(lambda who: who.get_relation_display().lower()),
    ),
    Placeholder(
        "представитель.основание",
        "Документ о представительстве",
        "свидетельство о рождении I-ДН № 654321",
        _representative(lambda who: who.basis),
    ),
    Placeholder(
        "представитель.документ",
        "Документ представителя",
        "паспорт 07 09 123456",
        _representative(lambda who: who.document),
    ),
    Placeholder(
        "представитель.адрес",
        "Адрес представителя",
        "г. Изобильный, …",
        _representative(lambda who: who.address),
    ),
    Placeholder(
        "представитель.телефон",
        "Телефон представителя",
        "+79154167000",
        _representative(lambda who: who.phone),
    ),
    Placeholder(
        "подписант.вводная",
        "Начало согласия: кто подписывает и за кого",
        "Я, Тестовая Мария Петровна, …, законный представитель (мать) пациента: Тестовый Тест Тестович, …",
        parties.introduction,
    ),
    Placeholder(
        "подписант.фио",
        "Ф. И. О. того, кто подписывает",
        "Тестовая Мария Петровна",
        lambda s: s.signer.full_name,
    ),
    Placeholder(
        "подписант.инициалы",
        "Фамилия и инициалы того, кто подписывает",
        "Тестовая М. П.",
        lambda s: s.signer.initials,
    ),
    Placeholder(
        "подписант.статус",
        "Пациент или его представитель",
        "законный представитель пациента (мать)",
        parties.signer_status,
    ),
    Placeholder(
        "подписант.дата_рождения",
        "Дата рождения того, кто подписывает",
        "12.04.1985",
        lambda s: wording.short_date(s.signer.birth_date),
    ),
    Placeholder(
        "подписант.документ",
        "Документ того, кто подписывает",
        "паспорт 07 09 123456",
        parties.signer_document,
    ),
    Placeholder(
        "подписант.адрес",
        "Адрес того, кто подписывает",
        "г. Изобильный, …",
        parties.signer_address,
    ),
    Placeholder(
        "подписант.телефон", "Телефон того, кто подписывает", "+79154167000", lambda s: s.signer.phone
    ),
    Placeholder(
        "соглашение.номер",
        "Номер соглашения о\u00a0ПЭП того, кто подписывает",
        "1000001/1",
        lambda s: proposed_number(s.patient, s.representative),
    ),
    Placeholder(
        "врач.фио",
        "Врач талона или исполнители заказа",
        "Свиридова Любовь Гавриловна",
        parties.doctor,
        _TALON | _ORDER,
    ),
    Placeholder(
        "врач.должность",
        "Должность врача",
        "врач-педиатр участковый",
        _doctor_position,
        _TALON,
    ),
    Placeholder(
        "врач.отделение",
        "Отделение",
        "Педиатрическое отделение",
        _talon("department"),
        _TALON,
    ),
    Placeholder("талон.номер", "Номер талона", "107200", lambda s: s.number, _TALON),
    Placeholder(
        "талон.дата",
        "Дата приёма",
        "25 июня 2026 г.",
        lambda s: wording.long_date(_starts(s)),
        _TALON,
    ),
    Placeholder(
        "талон.время",
        "Время приёма",
        "10:30",
        lambda s: f"{_starts(s):%H:%M}",
        _TALON,
    ),
    Placeholder("талон.кабинет", "Кабинет", "206", _talon("room"), _TALON),
    Placeholder(
        "талон.услуга",
        "Услуга талона",
        "Приём врача-педиатра первичный",
        _talon("service"),
        _TALON,
    ),
    Placeholder("заказ.номер", "Номер заказа, он же номер договора", "3", lambda s: s.number, _ORDER),
    Placeholder("заказ.сумма", "Сумма заказа", "1 910,00 ₽", lambda s: wording.rubles(s.total), _ORDER),
    Placeholder(
        "заказ.сумма_прописью",
        "Сумма заказа прописью",
        "одна тысяча девятьсот десять рублей 00 копеек",
        lambda s: wording.rubles_in_words(s.total),
        _ORDER,
    ),
    Placeholder(
        "заказ.действует_с",
        "Договор действует с",
        "25.06.2026",
        lambda s: wording.short_date(s.order.valid_from) if s.order else "",
        _ORDER,
    ),
    Placeholder(
        "заказ.действует_по",
        "Договор действует по",
        "25.06.2026",
        lambda s: wording.short_date(s.order.valid_until) if s.order else "",
        _ORDER,
    ),
)

PLACEHOLDERS: Final[Mapping[str, Placeholder]] = {row.name: row for row in _ROWS}
