"""The blocks of a text, filled in for a subject: JSON for the typesetter, every string of it plain text."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from clinic.forms import parties, wording
from clinic.forms.markup import (
    Block,
    Condition,
    Directive,
    Heading,
    Inline,
    Listing,
    MarkupError,
    Paragraph,
    Slot,
    Special,
)
from clinic.forms.placeholders import ABSENT, PLACEHOLDERS, value_of
from clinic.forms.subjects import Subject
from clinic.forms.wording import NBSP, one_line, printable, set_well

_UNBROKEN: Final = re.compile(r"[^ \u200b]{30,}")
_PART: Final = 12
_TITLE_BELOW: Final = 80
_NAME_BELOW: Final = 30
"""Characters of the title and of the name that the foot of a page has room for."""

Json = dict[str, Any]


def fill(blocks: Sequence[Block], subject: Subject, title: str) -> Json:
    """Return what `typst/form.typ` shows; raises `MarkupError` for a placeholder that does not exist."""
    clinic = subject.institution
    return {
        "title": one_line(title),
        "created": {"year": subject.day.year, "month": subject.day.month, "day": subject.day.day},
        "footer": breakable(
            f"{_short(title, _TITLE_BELOW)} · {_short(subject.patient.initials, _NAME_BELOW)}"
        ),
        "clinic": {"name": breakable(one_line(clinic.name)), "lines": list(_letterhead(subject))},
        "blocks": list(_blocks(blocks, subject, _hands(blocks, subject))),
    }


def breakable(text: str) -> str:
    """Let what has no space to break at, a long name or number, break anywhere."""
    return _UNBROKEN.sub(
        lambda found: "\u200b".join(
            found[0][start : start + _PART] for start in range(0, len(found[0]), _PART)
        ),
        text,
    )


def _short(text: str, longest: int) -> str:
    text = one_line(text)
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _letterhead(subject: Subject) -> Iterator[str]:
    clinic = subject.institution
    numbers = (("ИНН", clinic.inn), ("КПП", clinic.kpp), ("ОГРН", clinic.ogrn))
    contacts = (("", clinic.address), ("тел.", clinic.phone), ("", clinic.email))
    lines = (
        clinic.full_name,
        ", ".join(f"{label}{NBSP}{value}".strip() for label, value in contacts if value),
        ", ".join(f"{label}{NBSP}{value}" for label, value in numbers if value),
        f"Лицензия {clinic.licence}" if clinic.licence else "",
    )
    return (breakable(set_well(one_line(line))) for line in lines if line)


def _blocks(blocks: Iterable[Block], subject: Subject, hands: Sequence[Json]) -> Iterator[Json]:
    for block in blocks:
        match block:
            case Heading(level=level, content=content):
                yield {"kind": "heading", "level": level, "content": _inline(content, subject)}
            case Paragraph(content=content):
                yield {"kind": "paragraph", "content": _inline(content, subject)}
            case Listing(marks=marks, items=items):
                rows = [{"label": item.label, "content": _inline(item.content, subject)} for item in items]
                yield {"kind": "listing", "marks": marks.value, "items": rows}
            case Condition(then=then, otherwise=otherwise):
                yield from _blocks(then if subject.representative else otherwise, subject, hands)
            case Special(directive=Directive.SIGNATURE):
                yield {"kind": "signature", "sides": hands, "note": _SIGNED_ELECTRONICALLY}
            case Special(directive=directive):
                yield _DRAWN[directive](subject)


def _inline(content: Inline, subject: Subject) -> list[Json]:
    parts: list[Json] = []
    for part in content:
        if isinstance(part, Slot):
            if part.name not in PLACEHOLDERS:
                raise MarkupError(part.line, f"Неизвестное поле «{{{part.name}}}»")
            value = breakable(wording.keep_addresses(value_of(part.name, subject)))
            parts.append({"text": value, "bold": part.bold, "value": True})
        else:
            words = breakable(set_well(printable(part.text)))
            parts.append({"text": words, "bold": part.bold, "value": False})
    return parts


def _shown(value: str) -> str:
    return breakable(wording.keep_addresses(one_line(value))) or ABSENT


def _services(subject: Subject) -> Json:
    rows = [
        {
            "number": str(number),
            "name": _shown(line.name),
            "quantity": wording.quantity(line.quantity),
            "price": wording.rubles(line.price),
            "sum": wording.rubles(line.total),
        }
        for number, line in enumerate(subject.lines, 1)
    ]
    return {
        "kind": "services",
        "rows": rows,
        "total": wording.rubles(subject.total),
        "words": wording.rubles_in_words(subject.total),
    }


def _parties(subject: Subject) -> Json:
    clinic, signer = subject.institution, subject.signer
    head = f"{clinic.head_position} {clinic.head_name}".strip()
    ours = (
        ("Адрес:", clinic.address),
        ("ИНН", clinic.inn),
        ("КПП", clinic.kpp),
        ("ОГРН", clinic.ogrn),
        ("Лицензия", clinic.licence),
        ("Телефон:", clinic.phone),
        ("Почта:", clinic.email),
        ("Банк:", clinic.bank_account),
        ("В лице:", f"{head}, на основании {clinic.head_basis}" if head and clinic.head_basis else head),
    )
    theirs = [
        ("Дата рождения:", wording.short_date(signer.birth_date)),
        ("Документ:", parties.signer_document(subject)),
        ("Адрес:", parties.signer_address(subject)),
        ("Телефон:", signer.phone),
    ]
    if subject.representative:
        patient = subject.patient
        theirs += [
            ("Пациент:", f"{patient.full_name}, {wording.short_date(patient.birth_date)} г. р."),
            ("Кем приходится:", subject.representative.get_relation_display().lower()),
            ("Основание:", subject.representative.basis),
        ]
    customer = "законный представитель пациента" if subject.representative else "пациент"
    return {
        "kind": "parties",
        "sides": [
            {"role": "Исполнитель", "name": _shown(clinic.full_name), "details": _details(ours)},
            {"role": f"Заказчик — {customer}", "name": _shown(signer.full_name), "details": _details(theirs)},
        ],
    }


def _details(rows: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"label": label, "text": _shown(value)} for label, value in rows if value]


def _hands(blocks: Iterable[Block], subject: Subject) -> list[Json]:
    """Return who signs, and beside him the doctor, or the clinic's head where its requisites are told."""
    clinic = subject.institution
    if any(isinstance(block, Special) and block.directive == Directive.PARTIES for block in blocks):
        head = _hand("Исполнитель", clinic.head_name or clinic.name, clinic.head_position)
        return [_signer(subject), head]
    name = parties.doctor(subject)
    position = subject.appointment.doctor_position if subject.appointment else ""
    return [_signer(subject), _hand("Медицинский работник", name, position)] if name else [_signer(subject)]


def _signer(subject: Subject) -> Json:
    status = parties.signer_status(subject)
    return _hand(status[:1].upper() + status[1:], subject.signer.full_name, wording.long_date(subject.day))


def _hand(role: str, name: str, detail: str) -> Json:
    return {"role": role, "name": _shown(name), "details": [_shown(detail)] if detail else []}


def _paper_signature(subject: Subject) -> Json:
    """Two hands: the signer's, and that of whoever of the clinic checked who he is."""
    checked = _hand(
        "За клинику: личность подписанта проверена",
        subject.institution.name,
        "должность, подпись, фамилия и инициалы",
    )
    return {
        "kind": "signature",
        "sides": [_signer(subject), checked],
        "note": "Подпись ставится над чертой.",
    }


_SIGNED_ELECTRONICALLY: Final = set_well(
    "Документ подписывается электронно в сервисе электронного подписания (СЭП). Кто, когда и каким способом "
    "его подписал, указано в протоколе подписания, приложенном к подписанному файлу. На бумаге подпись "
    "ставится над чертой."
)

_DRAWN: Final[Mapping[Directive, Callable[[Subject], Json]]] = {
    Directive.SERVICES: _services,
    Directive.PARTIES: _parties,
    Directive.PAPER_SIGNATURE: _paper_signature,
    Directive.PAGE_BREAK: lambda _: {"kind": "page"},
}
