"""What a person does in the chat and what follows: one update in, the conversation moved on, a reply out.

Runs in one transaction under the lock of the dialog. Nothing here calls MAX: the reply is carried out after
the commit. Every handler may meet its update late, twice or out of order, so each asks the documents
themselves what is still possible.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Self

from sep.ceremony import (
    acquaintances,
    codes,
    confirm,
    links,
    questions,
    reading,
    refusal,
    strangers,
    turn,
    understanding,
    visits,
    withdrawal,
)
from sep.ceremony.confirm import Answer
from sep.ceremony.models import Visit
from sep.ceremony.typed import NotACode, NotADate, read_birth_date, read_code
from sep.delivery.limits import TooManyMessages
from sep.delivery.max import dialogs
from sep.delivery.max.incoming import Update
from sep.delivery.max.models import Bot, Dialog, Reach
from sep.delivery.max.proofs import contact_is_own
from sep.documents.models import Document, Package
from sep.documents.statuses import SIGNED
from sep.maxbot.models import Conversation, Screen

_START: Final = re.compile(r"/?start\b\s*(?P<payload>[\w-]*)", re.IGNORECASE)
_WORDS: Final[dict[str, str]] = {
    "помощь": "help",
    "help": "help",
    "документы": "documents",
    "documents": "documents",
    "стоп": "stop",
    "stop": "stop",
}


@dataclass(frozen=True)
class Reply:
    """What to do in MAX once the transaction is over. Ids only: it is stored in clear.

    Attributes:
        callback: the press to answer; it always is, even with nothing.
        pressed: the message whose button was pressed: it becomes the card.
        show: whether to draw the card.
        file: `original:<id>` or `signed:<id>` to send before the card.
        toast: a code of `words.REMARKS` shown for a moment.
    """

    callback: str = ""
    pressed: str = ""
    show: bool = True
    file: str = ""
    toast: str = ""

    def to_json(self) -> dict[str, Any]:
        return dict(self.__dict__)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**values)


SILENT: Final = Reply(show=False)


@dataclass
class Talk:
    """One update being worked on: the locked dialog, its conversation, the moment."""

    dialog: Dialog
    conversation: Conversation
    now: datetime

    @property
    def bot(self) -> Bot:
        return self.dialog.bot

    def go(
        self, screen: Screen, document: Document | None = None, *, remark: str = "", part: int = 0
    ) -> None:
        """Turn the conversation to a screen; a document brings its package and its signer along."""
        conversation = self.conversation
        conversation.screen, conversation.remark, conversation.part = screen, remark, part
        if document is not None:
            package = self.package_of(document)
            conversation.document, conversation.package = document, package
            conversation.acquaintance = acquaintances.acquaintance(self.dialog, package)

    def stay(self, remark: str) -> None:
        """Keep the screen and say something about it."""
        self.conversation.remark = remark

    def visit(self, document: Document) -> Visit:
        """Return the visit in which this person works on a document that he may see."""
        package = self.package_of(document)
        known = acquaintances.acquaintance(self.dialog, package)
        return acquaintances.chat_visit(package, known, self.now)

    def package_of(self, document: Document) -> Package:
        """Return the package through which this person has a document: there may be two signers of it."""
        found = acquaintances.package_of_document(self.dialog, document.id)
        assert found is not None  # only documents of this phone get here
        return found[0]

    def awaits(self, document: Document) -> bool:
        """Tell whether a document waits for this very person."""
        return turn.awaits(document, self.package_of(document), self.now)


def handle(bot: Bot, update: Update, now: datetime) -> tuple[Dialog | None, Reply]:
    """Work on one update in the caller's transaction; return whose dialog it was and the reply."""
    handler = _HANDLERS.get(update.update_type)
    person = None if handler is None else _person(update)
    if handler is None or person is None:
        return None, SILENT  # unknown, of a group, or of nobody: kept in the inbox, nothing to do
    dialog = dialogs.meet(bot, person, now)
    conversation, _ = Conversation.objects.select_related(
        "document__organization", "document__package", "package__organization", "acquaintance"
    ).get_or_create(dialog=dialog)
    conversation.dialog = dialog
    talk = Talk(dialog, conversation, now)
    reply = handler(talk, update)
    conversation.save()
    return dialog, reply


def _person(update: Update) -> int | None:
    """Return who did it, `None` when it was not one person in a dialog of his own with the bot."""
    if update.callback is not None:
        chat = update.message.recipient if update.message is not None else None
        is_own = chat is None or chat.user_id in {None, update.callback.user.user_id}
        return update.callback.user.user_id if is_own and (chat is None or _is_dialog(chat)) else None
    if update.message is not None:
        sender = update.message.sender
        if sender is None or sender.is_bot or not _is_dialog(update.message.recipient):
            return None
        return sender.user_id
    return update.user.user_id if update.user is not None else update.user_id


def _is_dialog(recipient: Any) -> bool:
    return recipient is None or recipient.chat_type in {None, "dialog"}


# ── coming and going ────────────────────────────────────────────────────────


def _started(talk: Talk, update: Update) -> Reply:
    dialogs.set_reach(talk.dialog, Reach.OPEN, _moment(update))
    return _arrive(talk, update.payload or "")


def _stopped(talk: Talk, update: Update) -> Reply:
    dialogs.set_reach(talk.dialog, Reach.STOPPED, _moment(update))
    return SILENT


def _cleared(talk: Talk, _update: Update) -> Reply:
    talk.conversation.card_mid = ""  # the person sees an empty chat: the next card is a new message
    return SILENT


def _muted(talk: Talk, update: Update) -> Reply:
    until = update.muted_until
    talk.dialog.save_fields(muted_until=None if until is None else _from_milliseconds(until))
    return SILENT


def _arrive(talk: Talk, payload: str) -> Reply:
    """Meet a person who came by a link or by himself; the link is only a hint at what he came for."""
    link = links.known_link(payload) if payload else None
    if not talk.dialog.is_verified:
        talk.conversation.package = link.package if link is not None else None
        if link is not None:
            talk.dialog.save_fields(hinted_index=link.package.signer.phone_index)
        talk.go(Screen.CONTACT)
        return Reply()
    if link is not None:
        if acquaintances.package_of(talk.dialog, link.package_id) is None:
            talk.go(Screen.OTHER_PHONE)
            return Reply()
        return _enter(talk, link.package)
    return _home(talk)


def _home(talk: Talk, remark: str = "") -> Reply:
    """Show what waits; a package whose signer is not known yet asks for the birth date first."""
    for package in acquaintances.packages_of(talk.dialog, talk.now):
        known = acquaintances.acquaintance(talk.dialog, package)
        if known.identified_at is None and not acquaintances.is_locked(known):
            return _enter(talk, package)
    talk.go(Screen.DOCUMENTS, remark=remark)
    return Reply()


def _enter(talk: Talk, package: Package) -> Reply:
    """Go to the first waiting document of a package, past the question about the birth date."""
    known = acquaintances.acquaintance(talk.dialog, package)
    talk.conversation.package, talk.conversation.acquaintance = package, known
    if acquaintances.is_locked(known):
        talk.go(Screen.LOCKED)
    elif known.identified_at is None:
        talk.go(Screen.BIRTH_DATE)
    else:
        documents = list(package.ordered().select_related("organization", "package__organization"))
        waiting = next((each for each in documents if turn.awaits(each, package, talk.now)), None)
        talk.go(Screen.DOCUMENT if waiting else Screen.RESULT, waiting or documents[0])
    return Reply()


# ── written words ───────────────────────────────────────────────────────────


def _wrote(talk: Talk, update: Update) -> Reply:
    message = update.message
    assert message is not None  # else there would be no person
    if talk.dialog.reach != Reach.STOPPED:
        dialogs.set_reach(talk.dialog, Reach.OPEN, _moment(update))  # who writes can be written to
    if message.contacts:
        return _shared_contact(talk, update)
    text = (message.body.text or "").strip()
    if start := _START.fullmatch(text):
        dialogs.set_reach(talk.dialog, Reach.OPEN, _moment(update))
        return _arrive(talk, start["payload"])
    word = _WORDS.get(text.casefold().strip(" /.!«»\"'"))
    if word is not None:
        return _PRESSES[word](talk, "", "")
    if talk.dialog.reach == Reach.STOPPED:
        talk.go(Screen.STOPPED)
        return Reply()
    answer = _ANSWERS.get(Screen(talk.conversation.screen))
    is_own = message.link is None and bool(text)  # not somebody else's words, a picture, a sticker
    if answer is not None and is_own and talk.dialog.is_verified:
        return answer(talk, text)
    talk.stay("no_code_asked" if re.fullmatch(r"\d{6}", text) else "not_understood")
    return Reply()


def _shared_contact(talk: Talk, update: Update) -> Reply:
    """Believe a number only when MAX vouches that it is the sender's own."""
    message = update.message
    assert message is not None and message.sender is not None  # noqa: PT018
    contact = message.contacts[0]
    phone = None
    if len(message.contacts) == 1 and message.link is None and contact.vcf_info and contact.hash:
        phone = contact_is_own(
            talk.bot.token, contact.vcf_info, contact.hash, contact.user_id, message.sender.user_id
        )
    if phone is None:
        talk.go(Screen.CONTACT if not talk.dialog.is_verified else Screen.DOCUMENTS, remark="not_your_number")
        return Reply()
    dialogs.verify(talk.dialog, phone, talk.now)
    invited = talk.conversation.package
    if invited is not None:
        if acquaintances.package_of(talk.dialog, invited.id) is None:
            talk.conversation.package = None
            talk.go(Screen.OTHER_PHONE)
            return Reply()
        return _enter(talk, invited)
    return _home(talk)


def _told_birth_date(talk: Talk, text: str) -> Reply:
    package, known = talk.conversation.package, talk.conversation.acquaintance
    if package is None or known is None or acquaintances.package_of(talk.dialog, package.id) is None:
        return _home(talk)
    try:
        day = read_birth_date(text)
    except NotADate:
        talk.stay("not_a_date")
        return Reply()
    try:
        visit = acquaintances.chat_visit(package, known, talk.now)
        if visits.identify(visit, day, now=talk.now) is None:
            known.refresh_from_db()
            talk.stay("wrong_date")
            return Reply()
    except visits.Locked:
        talk.go(Screen.LOCKED)
        return Reply()
    return _enter(talk, package)


def _told_code(talk: Talk, text: str) -> Reply:
    document = _allowed(talk, talk.conversation.document_id)
    if document is None:
        return _home(talk)
    try:
        code = read_code(text)
    except NotACode:
        talk.stay("not_a_code")
        return Reply()
    answer = confirm.confirm(document.id, talk.visit(document), code, now=talk.now)
    document.refresh_from_db()
    screen, remark = _AFTER_CODE[answer]
    talk.go(screen, document, remark=remark)
    is_sealed = answer is Answer.SIGNED and document.status in SIGNED
    return Reply(file=f"signed:{document.id}" if is_sealed else "")


_AFTER_CODE: Final[dict[Answer, tuple[Screen, str]]] = {
    Answer.SIGNED: (Screen.RESULT, ""),
    Answer.ALREADY_SIGNED: (Screen.RESULT, ""),
    Answer.WRONG: (Screen.CODE, "wrong_code"),
    Answer.CODE_DEAD: (Screen.CODE, "dead_code"),
    Answer.LOCKED: (Screen.DOCUMENT, "codes_exhausted"),
    Answer.NOT_SIGNABLE: (Screen.RESULT, ""),
}


def _told_reason(talk: Talk, text: str) -> Reply:
    document = _allowed(talk, talk.conversation.document_id)
    return _home(talk) if document is None else _refuse(talk, document, text)


def _told_question(talk: Talk, text: str) -> Reply:
    document = _allowed(talk, talk.conversation.document_id)
    if document is None:
        return _home(talk)
    remark = "asked"
    try:
        questions.ask(document.id, talk.visit(document), text, now=talk.now)
    except questions.TooManyQuestions:
        remark = "asked_enough"
    talk.go(Screen.DOCUMENT, document, remark=remark)
    return Reply()


_ANSWERS: Final[dict[Screen, Callable[[Talk, str], Reply]]] = {
    Screen.BIRTH_DATE: _told_birth_date,
    Screen.CODE: _told_code,
    Screen.DECLINE: _told_reason,
    Screen.QUESTION: _told_question,
}


# ── pressed buttons ─────────────────────────────────────────────────────────


def _pressed(talk: Talk, update: Update) -> Reply:
    callback = update.callback
    assert callback is not None
    pressed = update.message.body.mid if update.message is not None else ""
    answer = Reply(callback=callback.callback_id, pressed=pressed)
    if update.message is not None and update.message.link is not None:
        return replace(answer, show=False, pressed="")  # a forwarded card is nobody's
    dialogs.set_reach(talk.dialog, _reach_after_press(talk), _moment(update))
    action, _, rest = (callback.payload or "").partition(":")
    press = _PRESSES.get(action)
    if press is None:
        return replace(answer, show=False)
    if not talk.dialog.is_verified and action not in {"help", "stop", "resume"}:
        talk.go(Screen.CONTACT)
        return answer
    subject, _, detail = rest.partition(":")
    done = press(talk, subject, detail)
    return replace(done, callback=answer.callback, pressed=answer.pressed)


def _reach_after_press(talk: Talk) -> Reach:
    return Reach.STOPPED if talk.dialog.reach == Reach.STOPPED else Reach.OPEN


def _allowed(talk: Talk, document_id: str | None) -> Document | None:
    """Return a document that this person may see: of his verified phone, after his birth date."""
    if not document_id:
        return None
    document = acquaintances.document_of(talk.dialog, document_id)
    if document is None:
        return None
    known = acquaintances.acquaintance(talk.dialog, talk.package_of(document))
    return document if known.identified_at is not None else None


def _press_package(talk: Talk, package_id: str, _detail: str) -> Reply:
    package = acquaintances.package_of(talk.dialog, package_id)
    return _home(talk) if package is None else _enter(talk, package)


def _press_open(talk: Talk, document_id: str, _detail: str) -> Reply:
    document = _allowed(talk, document_id)
    if document is None:
        return _home(talk)
    talk.go(Screen.DOCUMENT if talk.awaits(document) else Screen.RESULT, document)
    return Reply()


def _press_read(talk: Talk, document_id: str, detail: str) -> Reply:
    document = _allowed(talk, document_id)
    if document is None:
        return _home(talk)
    talk.go(Screen.READING, document, part=int(detail) if detail.isdecimal() and len(detail) < 4 else 0)  # noqa: PLR2004
    talk.visit(document)  # what is shown is witnessed in it
    return Reply()


def _press_file(talk: Talk, document_id: str, _detail: str) -> Reply:
    document = _allowed(talk, document_id)
    if document is None:
        return _home(talk)
    talk.go(Screen.DOCUMENT, document)
    talk.visit(document)
    return Reply(file=f"original:{document.id}")


def _press_signed(talk: Talk, document_id: str, _detail: str) -> Reply:
    document = _allowed(talk, document_id)
    if document is None or not document.sealed_sha256:
        return _home(talk)
    talk.go(Screen.RESULT, document)
    return Reply(file=f"signed:{document.id}")


def _press_intent(talk: Talk, document_id: str, _detail: str) -> Reply:
    document = _allowed(talk, document_id)
    if document is None:
        return _home(talk)
    if document.viewed_at is None:
        talk.go(Screen.DOCUMENT, document, remark="read_first")
    else:
        talk.go(Screen.INTENT, document)
    return Reply()


def _press_sign(talk: Talk, document_id: str, _detail: str) -> Reply:
    """«Да, подписываю»: the intent is witnessed, now the code is sent."""
    document = _allowed(talk, document_id)
    if document is None:
        return _home(talk)
    if document.viewed_at is None:
        talk.go(Screen.DOCUMENT, document, remark="read_first")
        return Reply()
    visit = talk.visit(document)
    if understanding.must_answer(document, visit):
        talk.go(Screen.UNDERSTANDING, document)
        return Reply()
    if talk.awaits(document):
        reading.mark_intent(document, visit, talk.now)
    return _send_code(talk, document, codes.issue, "")


def _press_again(talk: Talk, document_id: str, _detail: str) -> Reply:
    document = _allowed(talk, document_id)
    if document is None:
        return _home(talk)
    if codes.latest_code(document, talk.visit(document), talk.now) is None:
        talk.go(Screen.DOCUMENT, document)
        return Reply()
    return _send_code(talk, document, codes.send_again, "sent_again")


def _send_code(talk: Talk, document: Document, send: Callable[..., codes.Issued], done: str) -> Reply:
    screen, remark = Screen.CODE, done
    try:
        send(document.id, talk.visit(document), now=talk.now)
    except codes.NotSignable:
        screen, remark = Screen.RESULT, ""
    except codes.AgreementNeeded:
        return _to_agreement(talk, document)
    except codes.PhoneTooNew:
        screen, remark = Screen.DOCUMENT, "phone_too_new"
    except codes.NotByCode:
        screen, remark = Screen.DOCUMENT, "not_by_code"
    except codes.TooSoon:
        remark = "too_soon"
    except codes.CodesExhausted:
        screen, remark = Screen.DOCUMENT, "codes_exhausted"
    except TooManyMessages:
        screen, remark = Screen.DOCUMENT, "phone_rests"
    document.refresh_from_db()
    talk.go(screen, document, remark=remark)
    return Reply()


def _to_agreement(talk: Talk, document: Document) -> Reply:
    """Lead to the agreement on ПЭП that has to be signed first, or to the clinic when there is none."""
    package = talk.package_of(document)
    own = package.ordered().filter(type_code=codes.AGREEMENT_TYPE).select_related("organization")
    agreement = next((each for each in own if turn.awaits(each, package, talk.now)), None)
    if agreement is None:
        talk.go(Screen.DOCUMENT, document, remark="agreement_missing")
    else:
        talk.go(Screen.DOCUMENT, agreement, remark="agreement_first")
    return Reply()


def _press_understood(talk: Talk, document_id: str, detail: str) -> Reply:
    """One answer to one of the clinic's questions; the last one sends them all to the evidence."""
    document = _allowed(talk, document_id)
    if document is None:
        return _home(talk)
    chosen = [int(each) for each in detail.split("-") if each.isdecimal()]
    visit = talk.visit(document)
    questions_asked = document.explanation.questions
    if not talk.awaits(document) or not understanding.must_answer(document, visit):
        return _press_intent(talk, document_id, "")
    if len(chosen) < len(questions_asked):
        talk.go(Screen.UNDERSTANDING, document, part=_packed(chosen))
        return Reply()
    try:
        right = understanding.answer(document.id, visit, chosen, now=talk.now)
    except ValueError:
        talk.go(Screen.UNDERSTANDING, document)
        return Reply()
    talk.go(Screen.INTENT, document, remark="" if all(right) else "understood_wrong")
    return Reply()


def _packed(chosen: Sequence[int]) -> int:
    """Keep the answers so far in one number: 1 and the index of each answer as digits."""
    return int("1" + "".join(str(each) for each in chosen)) if chosen else 0


def _press_withdraw(talk: Talk, document_id: str, _detail: str) -> Reply:
    """«Отозвать согласие»: the withdrawal is made and shown; it acts when it is read and signed."""
    document = _allowed(talk, document_id)
    if document is None:
        return _home(talk)
    package = talk.package_of(document)
    if not withdrawal.can_withdraw(document) or not turn.has_signed(document, package):
        talk.go(Screen.RESULT, document)
        return Reply()
    made = withdrawal.begin(document, package, "", now=talk.now)
    talk.go(Screen.DOCUMENT, made, remark="withdrawal_made")
    return Reply()


def _press_not_me(talk: Talk, document_id: str, _detail: str) -> Reply:
    document = _allowed(talk, document_id)
    if document is None:
        return _home(talk)
    strangers.not_me(talk.visit(document), talk.now)
    talk.go(Screen.DOCUMENTS, remark="not_me")
    return Reply()


def _press_decline(talk: Talk, document_id: str, _detail: str) -> Reply:
    return _turn(talk, document_id, Screen.DECLINE)


def _press_question(talk: Talk, document_id: str, _detail: str) -> Reply:
    return _turn(talk, document_id, Screen.QUESTION)


def _turn(talk: Talk, document_id: str, screen: Screen) -> Reply:
    document = _allowed(talk, document_id)
    if document is None:
        return _home(talk)
    talk.go(screen, document)
    return Reply()


def _press_declined(talk: Talk, document_id: str, _detail: str) -> Reply:
    document = _allowed(talk, document_id)
    return _home(talk) if document is None else _refuse(talk, document, "")


def _refuse(talk: Talk, document: Document, reason: str) -> Reply:
    if talk.awaits(document):
        refusal.decline(document.id, talk.visit(document), reason, now=talk.now)
        document.refresh_from_db()
    talk.go(Screen.RESULT, document)
    return Reply()


def _press_documents(talk: Talk, _subject: str, _detail: str) -> Reply:
    if not talk.dialog.is_verified:
        talk.go(Screen.CONTACT)
        return Reply()
    if talk.dialog.reach == Reach.STOPPED:
        dialogs.set_reach(talk.dialog, Reach.OPEN, talk.now)
    return _home(talk)


def _press_help(talk: Talk, _subject: str, _detail: str) -> Reply:
    talk.go(Screen.HELP)
    return Reply()


def _press_stop(talk: Talk, _subject: str, _detail: str) -> Reply:
    dialogs.set_reach(talk.dialog, Reach.STOPPED, talk.now)
    talk.go(Screen.STOPPED)
    return Reply()


def _press_resume(talk: Talk, _subject: str, _detail: str) -> Reply:
    dialogs.set_reach(talk.dialog, Reach.OPEN, talk.now)
    return _arrive(talk, "")


_PRESSES: Final[dict[str, Callable[[Talk, str, str], Reply]]] = {
    "package": _press_package,
    "open": _press_open,
    "read": _press_read,
    "file": _press_file,
    "signed": _press_signed,
    "intent": _press_intent,
    "sign": _press_sign,
    "again": _press_again,
    "decline": _press_decline,
    "declined": _press_declined,
    "question": _press_question,
    "understood": _press_understood,
    "withdraw": _press_withdraw,
    "not-me": _press_not_me,
    "documents": _press_documents,
    "help": _press_help,
    "stop": _press_stop,
    "resume": _press_resume,
}

_HANDLERS: Final[dict[str, Callable[[Talk, Update], Reply]]] = {
    "bot_started": _started,
    "bot_stopped": _stopped,
    "dialog_removed": _stopped,
    "dialog_cleared": _cleared,
    "dialog_muted": _muted,
    "dialog_unmuted": _muted,
    "message_created": _wrote,
    "message_callback": _pressed,
}


def _moment(update: Update) -> datetime:
    return _from_milliseconds(update.timestamp)


def _from_milliseconds(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
