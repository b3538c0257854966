"""One update from the inbox to the answer in the chat.

First the business, in one transaction that also writes down the reply; then the calls to MAX. A worker killed
between the two, or in the middle of either, does the rest after its restart: the business is never done
twice, and a message at the most.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

import structlog
from django.db import transaction
from django.utils import timezone

from sep.ceremony import acquaintances, messages, reading
from sep.delivery.max import dialogs
from sep.delivery.max.bots import api_of
from sep.delivery.max.client import BotApi
from sep.delivery.max.errors import MaxError, Trouble
from sep.delivery.max.incoming import UnreadableUpdate, parse
from sep.delivery.max.models import Dialog, Reach
from sep.delivery.max.outgoing import NewMessage
from sep.delivery.max.pacing import Lane, take_turn
from sep.delivery.models import AttemptState, Delivery
from sep.documents.models import Document
from sep.documents.pdf import PdfRefused
from sep.documents.statuses import SIGNED
from sep.maxbot import conversation as talking
from sep.maxbot import screens
from sep.maxbot.conversation import SILENT, Reply
from sep.maxbot.models import Conversation, IncomingUpdate, Screen, UsedLaunch
from sep.maxbot.reading import picture_of
from sep.vault import blobs

R = TypeVar("R")
_PAUSES: Final = (1.0, 2.0, 4.0)
_WORTH_ANOTHER_TRY: Final = frozenset({Trouble.RETRY, Trouble.UNKNOWN})
logger = structlog.get_logger(__name__)


def process(update_id: int) -> None:
    """Work on an update and answer; again after a crash is harmless.

    Raises `MaxError` when MAX could not be reached and another try may.
    """
    with transaction.atomic():
        incoming = (
            IncomingUpdate.objects.select_for_update(of=("self",)).select_related("bot").get(pk=update_id)
        )
        if incoming.processed_at is None:
            _do(incoming, timezone.now())
    if incoming.dialog_id is not None:
        carry_out(incoming.dialog_id, Reply.from_json(incoming.reply or {}))


def _do(incoming: IncomingUpdate, now: datetime) -> None:
    dialog, reply = None, SILENT
    try:
        update = parse(incoming.raw or b"")
    except UnreadableUpdate:
        pass  # kept in the inbox for two days, in case someone asks
    else:
        dialog, reply = talking.handle(incoming.bot, update, now)
        incoming.body = None
    incoming.dialog, incoming.reply, incoming.processed_at = dialog, reply.to_json(), now
    incoming.save(update_fields=["dialog", "reply", "processed_at", "body"])


def carry_out(dialog_id: str, reply: Reply) -> None:
    """Do in MAX what a reply says; raises `MaxError` when another try may succeed."""
    dialog = Dialog.objects.select_related("bot").get(pk=dialog_id)
    try:
        _carry_out(dialog, reply)
    except MaxError as error:
        if error.trouble is Trouble.RECIPIENT:
            dialogs.lose(dialog_id, timezone.now())
        elif error.trouble in _WORTH_ANOTHER_TRY:
            raise
        logger.warning("max.reply_failed", dialog=dialog_id, code=error.code)


def _carry_out(dialog: Dialog, reply: Reply) -> None:
    chat = _Chat(dialog)
    in_place = bool(reply.callback) and reply.show and not reply.file
    if reply.callback and not in_place:
        chat.answer(reply.callback, None)  # the spinner goes at once; the rest takes a moment
    if reply.file:
        chat.send_file(reply.file)
    if not reply.show:
        return
    conversation = Conversation.objects.select_related(
        "dialog__bot",
        "document__organization",
        "package__organization",
        "package__principal__signer",
        "package__signer__organization",
        "acquaintance",
    ).get(dialog=dialog)
    now = timezone.now()
    try:
        card = screens.draw(conversation, now)
    except PdfRefused:
        conversation.screen, conversation.remark = Screen.DOCUMENT, "not_drawn"
        card = screens.draw(conversation, now)
    message = chat.message(card)
    mid = reply.pressed if in_place and chat.answer(reply.callback, message) else chat.send(message)
    if conversation.card_mid not in {"", mid}:
        chat.delete(conversation.card_mid)
    Conversation.objects.filter(pk=conversation.pk).update(
        card_mid=mid, remark="", screen=conversation.screen
    )
    if card.shows is not None:
        _witness(dialog, card.shows, is_end=card.is_end)


def settle(delivery_id: str) -> None:
    """Let the card of an invitation tell how it ended elsewhere: in the mini-app, by a link, by the clinic.

    What was signed in the chat has told it already.
    Raises `MaxError` when another try may succeed.
    """
    delivery = Delivery.objects.select_related("dialog__bot", "package__signer").get(pk=delivery_id)
    assert delivery.package is not None  # an invitation
    dialog, attempt = delivery.dialog, delivery.attempts.filter(state=AttemptState.ACCEPTED).last()
    if dialog is None or attempt is None or dialog.reach != Reach.OPEN:
        return
    document = acquaintances.last_settled(delivery.package)
    if document is None or acquaintances.settled_in_chat(document):
        return
    conversation, _ = Conversation.objects.get_or_create(dialog=dialog)
    shown = {attempt.gateway_message_id}
    if conversation.package_id == delivery.package_id:
        shown.add(conversation.card_mid)
    conversation.dialog, conversation.document, conversation.package = dialog, document, delivery.package
    conversation.screen, conversation.remark = Screen.RESULT, ""
    chat, card = _Chat(dialog), screens.draw(conversation, timezone.now())
    try:
        if document.status in SIGNED:
            chat.send_file(f"signed:{document.id}")
        for mid in shown - {""}:
            chat.edit(mid, NewMessage(card.text, keyboard=card.keyboard))
    except MaxError as error:
        if error.trouble in _WORTH_ANOTHER_TRY:
            raise
        logger.warning("max.card_not_settled", dialog=dialog.id, code=error.code)


class _Chat:
    """Calls to MAX for one dialog, each in its turn."""

    def __init__(self, dialog: Dialog) -> None:
        self._dialog = dialog
        self._api: BotApi = api_of(dialog.bot)

    def _call(self, call: Callable[[], R], *, in_dialog: bool = True) -> R:
        """Make a call in its turn; one that was surely not taken is made again, and nothing before it is."""
        for pause in (*_PAUSES, None):
            take_turn(self._dialog.bot_id, self._dialog.id if in_dialog else None, Lane.ANSWER)
            try:
                return call()
            except MaxError as error:
                # Files were waited for by the client itself.
                is_worth_it = error.trouble is Trouble.RETRY and error.code != "attachment.not.ready"
                if not is_worth_it or pause is None:
                    raise
                time.sleep(max(pause, error.retry_after or 0))
        raise AssertionError("the last round returns or raises")

    def message(self, card: screens.Card) -> NewMessage:
        if card.picture is None:
            return NewMessage(card.text, keyboard=card.keyboard, notify=False)  # he is looking
        picture = picture_of(card.picture)
        token = self._call(lambda: self._api.upload("image", picture, "page.jpg"), in_dialog=False)
        return NewMessage(card.text, keyboard=card.keyboard, images=(token,), notify=False)

    def answer(self, callback: str, message: NewMessage | None) -> bool:
        """Answer a press, with a message in place of the pressed one; tell whether it could be."""
        try:
            self._call(lambda: self._api.answer(callback, message=message))
        except MaxError as error:
            if error.trouble is Trouble.PERMANENT:  # pressed too long ago
                return False
            raise
        return True

    def send(self, message: NewMessage) -> str:
        return self._call(lambda: self._api.send(self._dialog.max_user_id, message)).mid

    def edit(self, mid: str, message: NewMessage) -> None:
        """Change a card; one that is gone already is no trouble."""
        try:
            self._call(lambda: self._api.edit(mid, message))
        except MaxError as error:
            if error.trouble is not Trouble.PERMANENT:
                raise

    def delete(self, mid: str) -> None:
        """Take an old card away; one that is gone already is no trouble."""
        try:
            self._call(lambda: self._api.delete(mid))
        except MaxError as error:
            if error.trouble is not Trouble.PERMANENT:
                raise

    def send_file(self, what: str) -> None:
        """Send `original:<id>` or `signed:<id>`; only of a document that this dialog may see."""
        kind, _, document_id = what.partition(":")
        document = acquaintances.document_of(self._dialog, document_id)
        sha256 = "" if document is None else _file_of(document, kind)
        if document is None or not sha256:
            return
        data = blobs.get(document.organization, sha256)
        name = messages.file_name_in_max(document, is_signed=kind == "signed")
        token = self._call(lambda: self._api.upload("file", data, name), in_dialog=False)
        self.send(NewMessage(None, files=(token,)))
        if kind == "original":
            _witness(self._dialog, document, is_end=False)


def _file_of(document: Document, kind: str) -> str:
    return document.sealed_sha256 if kind == "signed" else document.original_sha256


def _witness(dialog: Dialog, document: Document, *, is_end: bool) -> None:
    """Note that the document was shown: after it was, never before."""
    now = timezone.now()
    with transaction.atomic():
        found = acquaintances.package_of_document(dialog, document.id)
        if found is None:
            return  # the phone was changed meanwhile
        package, _ = found
        known = acquaintances.acquaintance(dialog, package)
        visit = acquaintances.chat_visit(package, known, now)
        reading.mark_viewed(document, visit, now)
        if is_end:
            reading.mark_read_to_end(document, visit, now)


def forget(updates_before: datetime, launches_before: datetime) -> None:
    """Delete what is too old to be repeated."""
    IncomingUpdate.objects.filter(received_at__lt=updates_before, processed_at__isnull=False).delete()
    UsedLaunch.objects.filter(used_at__lt=launches_before).delete()
