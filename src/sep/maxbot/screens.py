"""The card of a conversation, drawn from its row: what it says and which buttons stand under it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from sep.ceremony import acquaintances, turn, visits, withdrawal
from sep.ceremony.codes import CodeOnPage, latest_code
from sep.ceremony.messages import document_number
from sep.ceremony.models import Visit
from sep.delivery.max.outgoing import AppButton, Button, CallbackButton, ContactButton, Keyboard
from sep.documents.models import Document, PageImage
from sep.documents.statuses import OPEN, SIGNED, Status
from sep.maxbot import words
from sep.maxbot.models import Conversation, Screen
from sep.maxbot.reading import parts_of

MOST_LISTED = 10
_OF_AN_ACT = frozenset({Screen.DOCUMENT, Screen.INTENT, Screen.CODE, Screen.RESULT})
"""Screens that speak of a document and its signature: the test contour says there that it has no force."""


@dataclass(frozen=True)
class Card:
    """What to show. `shows`: the document that is seen by it, `is_end` when its last part is."""

    text: str
    keyboard: Keyboard = ()
    picture: PageImage | None = None
    shows: Document | None = None
    is_end: bool = False


def draw(conversation: Conversation, now: datetime) -> Card:
    """Draw the card of a conversation as it stands; raises `PdfRefused` for pages that cannot be drawn."""
    card = _SCREENS[Screen(conversation.screen)](conversation, now)
    lines = [words.REMARKS.get(conversation.remark, ""), card.text]
    if conversation.screen in _OF_AN_ACT and settings.ENVIRONMENT.contour == "test":
        lines.append(words.TEST_CONTOUR)
    return replace(card, text="\n\n".join(line for line in lines if line))


def _contact(conversation: Conversation, _now: datetime) -> Card:
    if conversation.remark == "not_your_number":
        return Card("", ((ContactButton("Подтвердить номер"),), _help()))
    return Card(words.GREETING, ((ContactButton("Подтвердить номер"),), _help()))


def _other_phone(_conversation: Conversation, _now: datetime) -> Card:
    return Card(words.OTHER_PHONE, (_list(), _help()))


def _birth_date(conversation: Conversation, _now: datetime) -> Card:
    package, known = conversation.package, conversation.acquaintance
    assert package is not None and known is not None  # noqa: PT018  this screen is set with both
    left = visits.MOST_WRONG_BIRTH_DATES - known.wrong_birth_dates
    lines = [
        f"Клиника «{package.organization.short_name}» прислала вам документы на подпись.",
        (
            "Чтобы их не увидел никто другой, напишите дату рождения того, кто подписывает, например"
            " 14.03.1954. Это нужно один раз."
        ),
    ]
    if known.wrong_birth_dates:
        lines.append(f"Осталось попыток: {left}.")
    return Card("\n\n".join(lines), (_help(),))


def _locked(conversation: Conversation, _now: datetime) -> Card:
    package = conversation.package
    assert package is not None
    text = (
        "Дата рождения не подошла несколько раз, и показ документов в этом чате закрыт.\n"
        f"Позвоните в клинику: {words.clinic_line(package.organization)}."
    )
    return Card(text, (_list(),))


def _documents(conversation: Conversation, now: datetime) -> Card:
    waiting = waiting_documents(conversation, now)
    if not waiting:
        return Card(words.NOTHING_WAITS, (_help(),))
    lines = ["Документы, которые ждут вашей подписи:"]
    rows: list[tuple[Button, ...]] = []
    for number, document in enumerate(waiting[:MOST_LISTED], 1):
        clinic = document.organization.short_name
        lines.append(f"{number}. {words.title(document)}\n«{clinic}», до {_local_day(document)}")
        rows.append((CallbackButton(f"Открыть {number}", f"open:{document.id}"),))
    if len(waiting) > MOST_LISTED:
        lines.append(f"И ещё {len(waiting) - MOST_LISTED}: они покажутся, когда подпишете эти.")
    return Card("\n\n".join(lines), (*rows, _help()))


def _document(conversation: Conversation, now: datetime) -> Card:
    document = _of(conversation)
    if not _awaits(conversation, document, now):
        return _result(conversation, now)
    package = conversation.package
    assert package is not None  # set with the document
    signer = package.signer
    lines = [
        words.title(document),
        (
            f"{words.clinic_line(document.organization)}\nСтраниц: {document.page_count}. Подписать можно до"
            f" {_local_day(document)}."
        ),
    ]
    summary = document.explanation.summary
    if summary:
        lines.append(f"Коротко от клиники (не часть документа):\n{summary}")
    if signer.patient_person.full_name != signer.person.full_name:
        lines.append(f"За пациента: {signer.patient_person.full_name}")
    rows: list[tuple[Button, ...]] = [(CallbackButton("Прочитать здесь", f"read:{document.id}:0"),)]
    second: list[Button] = [CallbackButton("Прислать PDF", f"file:{document.id}")]
    rows.append(tuple(second))
    if conversation.dialog.bot.has_mini_app:
        rows.append((AppButton("На весь экран", conversation.dialog.bot.username, package.id),))
    if document.viewed_at is not None:
        rows.append((CallbackButton("Подписать", f"intent:{document.id}"),))
    rows.append((CallbackButton("Отказаться", f"decline:{document.id}"),))
    rows.append((CallbackButton("Вопрос клинике", f"question:{document.id}"),))
    rows.append((CallbackButton("Это не мне", f"not-me:{document.id}"),))
    rows.append(_list())
    return Card("\n\n".join(lines), tuple(rows))


def _reading(conversation: Conversation, now: datetime) -> Card:
    document = _of(conversation)
    if not _awaits(conversation, document, now):
        return _result(conversation, now)
    parts = parts_of(document)
    number = min(conversation.part, len(parts) - 1)
    part = parts[number]
    is_end = number == len(parts) - 1
    heading = f"№\u00a0{document_number(document)} · часть {number + 1} из {len(parts)}"
    heading += f" · страница {part.page} из {document.page_count}"
    turns: list[Button] = []
    if number:
        turns.append(CallbackButton("‹ Назад", f"read:{document.id}:{number - 1}"))
    if not is_end:
        turns.append(CallbackButton("Дальше ›", f"read:{document.id}:{number + 1}"))
    rows: list[tuple[Button, ...]] = [tuple(turns)] if turns else []
    if is_end:
        rows.append((CallbackButton("Подписать", f"intent:{document.id}"),))
        rows.append((CallbackButton("Отказаться", f"decline:{document.id}"),))
    rows.append((CallbackButton("К документу", f"open:{document.id}"),))
    text = f"{heading}\n\n{part.text}" if part.text else heading
    return Card(text, tuple(rows), part.picture, document, is_end)


def _intent(conversation: Conversation, now: datetime) -> Card:
    document = _of(conversation)
    if not _awaits(conversation, document, now):
        return _result(conversation, now)
    text = (
        f"{words.title(document)}\n\nВы прочитали документ целиком и согласны его подписать?\n\n"
        f"После подтверждения придёт код: он и есть ваша подпись. {document.type.warning}"
    )
    return Card(
        text,
        (
            (CallbackButton("Да, подписываю", f"sign:{document.id}"),),
            (CallbackButton("Отказаться", f"decline:{document.id}"),),
            (CallbackButton("Назад", f"open:{document.id}"),),
        ),
    )


def _understanding(conversation: Conversation, now: datetime) -> Card:
    document = _of(conversation)
    if not _awaits(conversation, document, now):
        return _result(conversation, now)
    chosen = str(conversation.part)[1:]
    questions = document.explanation.questions
    if len(chosen) >= len(questions):
        return _intent(conversation, now)
    question = questions[len(chosen)]
    heading = f"Вопрос {len(chosen) + 1} из {len(questions)}: всё ли понятно."
    before = "".join(f"{each}-" for each in chosen)
    rows = [
        (CallbackButton(answer[:120], f"understood:{document.id}:{before}{index}"),)
        for index, answer in enumerate(question.answers)
    ]
    text = f"{heading}\n\n{question.text}\n\nОтветы увидит врач. Ошибиться не страшно: спросите его."
    return Card(text, (*rows, (CallbackButton("К документу", f"open:{document.id}"),)))


def _code(conversation: Conversation, now: datetime) -> Card:
    document = _of(conversation)
    if not _awaits(conversation, document, now):
        return _result(conversation, now)
    code = _latest(conversation, document, now)
    if code is None:
        return _document(conversation, now)
    where = "сообщением в этот чат" if code.channel == "max" else f"по СМС на номер {code.masked_phone}"
    lines = [words.title(document)]
    if code.was_not_taken:
        lines.append("Код не удалось отправить. Нажмите «Прислать код ещё раз» или позвоните в клинику.")
    elif code.is_live:
        left = math.ceil(code.lives_for / timedelta(minutes=1))
        lines.append(
            f"Код отправлен {where}. Напишите шесть цифр сюда: документ будет подписан.\n"
            f"Код действует ещё {left} мин., осталось попыток: {code.tries_left}."
        )
    else:
        lines.append("Код больше не действует. Нажмите «Прислать код ещё раз».")
    return Card(
        "\n\n".join(lines),
        (
            (CallbackButton("Прислать код ещё раз", f"again:{document.id}"),),
            (CallbackButton("К документу", f"open:{document.id}"),),
        ),
    )


def _decline(conversation: Conversation, now: datetime) -> Card:
    document = _of(conversation)
    if not _awaits(conversation, document, now):
        return _result(conversation, now)
    text = (
        f"{words.title(document)}\n\nОтказаться подписывать? Клиника узнает об этом сразу. Что это значит для"
        f" лечения, объяснит врач: {document.organization.phone}.\n\nМожно написать причину одним сообщением"
        " или отказаться без причины."
    )
    return Card(
        text,
        (
            (CallbackButton("Без причины", f"declined:{document.id}"),),
            (CallbackButton("Не отказываться", f"open:{document.id}"),),
        ),
    )


def _question(conversation: Conversation, _now: datetime) -> Card:
    document = _of(conversation)
    text = (
        f"{words.title(document)}\n\nНапишите вопрос одним сообщением: клиника увидит его рядом с документом."
        f" Быстрее бывает позвонить: {words.clinic_line(document.organization)}."
    )
    return Card(text, ((CallbackButton("К документу", f"open:{document.id}"),),))


def _result(conversation: Conversation, now: datetime) -> Card:
    document = _of(conversation)
    status = document.status_on(now)
    said = words.CLOSED.get(status, words.NOTHING_WAITS)
    if (
        conversation.package is not None
        and status in OPEN
        and turn.has_signed(document, conversation.package)
    ):
        said = words.OTHER_MISSING
    lines = [said, words.title(document)]
    rows: list[tuple[Button, ...]] = []
    if status is Status.SIGNED and document.signed_at is not None:
        zone = ZoneInfo(document.organization.time_zone)
        lines.append(f"Подписано {document.signed_at.astimezone(zone):%d.%m.%Y в %H:%M}. Файл — в чате выше.")
    if status in SIGNED:
        rows.append((CallbackButton("Прислать файл", f"signed:{document.id}"),))
    package = conversation.package
    if package is not None and withdrawal.can_withdraw(document) and turn.has_signed(document, package):
        rows.append((CallbackButton("Отозвать согласие", f"withdraw:{document.id}"),))
    following = next_document(conversation, now)
    if following is not None:
        rows.insert(0, (CallbackButton("Следующий документ", f"open:{following.id}"),))
    else:
        lines.append("Больше документов на подпись нет.")
    return Card("\n\n".join(lines), (*rows, _list()))


def _help_card(conversation: Conversation, _now: datetime) -> Card:
    package = conversation.package
    stop = (CallbackButton("Больше не писать мне", "stop"),)
    return Card(words.help_text(package.organization if package is not None else None), (_list(), stop))


def _stopped(_conversation: Conversation, _now: datetime) -> Card:
    return Card(words.STOPPED, ((CallbackButton("Снова писать мне", "resume"),),))


_SCREENS: dict[Screen, Callable[[Conversation, datetime], Card]] = {
    Screen.CONTACT: _contact,
    Screen.OTHER_PHONE: _other_phone,
    Screen.BIRTH_DATE: _birth_date,
    Screen.LOCKED: _locked,
    Screen.DOCUMENTS: _documents,
    Screen.DOCUMENT: _document,
    Screen.READING: _reading,
    Screen.INTENT: _intent,
    Screen.UNDERSTANDING: _understanding,
    Screen.CODE: _code,
    Screen.DECLINE: _decline,
    Screen.QUESTION: _question,
    Screen.RESULT: _result,
    Screen.HELP: _help_card,
    Screen.STOPPED: _stopped,
}


def waiting_documents(conversation: Conversation, now: datetime) -> list[Document]:
    """Return the open documents of the people whom this dialog has told to be, in order."""
    found: list[Document] = []
    for package in acquaintances.packages_of(conversation.dialog, now):
        if acquaintances.acquaintance(conversation.dialog, package).identified_at is not None:
            ordered = package.ordered().select_related("organization")
            found += [each for each in ordered if turn.awaits(each, package, now)]
    return found


def next_document(conversation: Conversation, now: datetime) -> Document | None:
    """Return what to offer after the current document: first the rest of its package."""
    waiting = [each for each in waiting_documents(conversation, now) if each.pk != conversation.document_id]
    package = conversation.package
    home = None if package is None else package.principal_id or package.id
    same = [each for each in waiting if each.package_id == home]
    return next(iter(same or waiting), None)


def _latest(conversation: Conversation, document: Document, now: datetime) -> CodeOnPage | None:
    visit = _visit(conversation, now)
    return None if visit is None else latest_code(document, visit, now)


def _visit(conversation: Conversation, now: datetime) -> Visit | None:
    if conversation.package is None or conversation.acquaintance is None:
        return None
    return visits.live_visit_in_chat(conversation.package, conversation.acquaintance, now)


def _awaits(conversation: Conversation, document: Document, now: datetime) -> bool:
    return conversation.package is not None and turn.awaits(document, conversation.package, now)


def _of(conversation: Conversation) -> Document:
    document = conversation.document
    assert document is not None  # these screens are set with one
    return document


def _local_day(document: Document) -> str:
    return words.day(document.expires_at.astimezone(ZoneInfo(document.organization.time_zone)))


def _list() -> tuple[Button, ...]:
    return (CallbackButton("Мои документы", "documents"),)


def _help() -> tuple[Button, ...]:
    return (CallbackButton("Помощь", "help"),)
