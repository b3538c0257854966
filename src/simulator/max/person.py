"""What a person does in MAX: starts a bot, speaks, presses, shares the phone, opens the mini-app."""

import re
import secrets
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from simulator.max import bots, conversation, signing, wire
from simulator.max.bots import Bot
from simulator.max.models import ChatMessage, Dialog, DialogState, MaxBehaviour, Person, Press, milliseconds
from simulator.max.updates import emit
from simulator.routers import ALIAS

LONGEST_START: Final = 128
START_PARAM: Final = re.compile(r"[A-Za-z0-9_-]{1,512}")
STRANGER: Final = "+79990009999"
MUTED_FOR: Final = timedelta(days=365)
Json = dict[str, Any]


class Impossible(Exception):
    """The person cannot do that now; the text says why, in Russian."""


def person_of(phone: str) -> Person:
    """Find the account of a number in E.164; a number that nobody saw yet gets one."""
    return Person.objects.get_or_create(phone=phone)[0]


def dialog_of(person: Person, bot: Bot) -> Dialog | None:
    return Dialog.objects.select_related("person").filter(person=person, bot_id=bot.user_id).first()


def _going(person: Person, bot: Bot) -> Dialog:
    dialog = dialog_of(person, bot)
    if dialog is None or dialog.state != DialogState.ACTIVE:
        raise Impossible("Сначала нажмите «Начать»")
    return dialog


def start(person: Person, bot: Bot, payload: str | None) -> None:
    """Press «Начать», or follow a link with a payload; one that is too long is dropped without a word."""
    if payload is not None and not 1 <= len(payload) <= LONGEST_START:
        payload = None
    with transaction.atomic(using=ALIAS):
        made = False
        dialog = dialog_of(person, bot)
        if dialog is None:
            dialog, made = Dialog(person=person, bot_id=bot.user_id), True
        elif dialog.state == DialogState.ACTIVE and (
            payload is None or not MaxBehaviour.current().start_again
        ):
            return
        if made or dialog.state != DialogState.ACTIVE:
            dialog.state = DialogState.ACTIVE
            dialog.save()
        told = {} if payload is None else {"payload": payload}
        emit(bot, wire.event("bot_started", dialog, user_id=person.user_id, **told))
        person.touch()


def stop(person: Person, bot: Bot) -> None:
    with transaction.atomic(using=ALIAS):
        dialog = _going(person, bot)
        dialog.state = DialogState.STOPPED
        dialog.save(update_fields=["state"])
        emit(bot, wire.event("bot_stopped", dialog))
        person.touch()


def remove(person: Person, bot: Bot) -> None:
    """Delete the chat with everything in it; the bot hears that it was stopped as well."""
    with transaction.atomic(using=ALIAS):
        dialog = dialog_of(person, bot)
        if dialog is None or dialog.state == DialogState.REMOVED:
            raise Impossible("Такого чата нет")
        running = dialog.state == DialogState.ACTIVE
        dialog.state = DialogState.REMOVED
        _hide_all(dialog)
        if running:
            emit(bot, wire.event("bot_stopped", dialog))
        emit(bot, wire.event("dialog_removed", dialog))
        person.touch()


def clear(person: Person, bot: Bot) -> None:
    with transaction.atomic(using=ALIAS):
        dialog = _going(person, bot)
        _hide_all(dialog)
        emit(bot, wire.event("dialog_cleared", dialog))
        person.touch()


def _hide_all(dialog: Dialog) -> None:
    last = dialog.messages.order_by("-id").first()
    dialog.cleared_upto = last.pk if last else 0
    dialog.unread = 0
    dialog.save()


def mute(person: Person, bot: Bot, muted: bool | None) -> bool:
    """Turn the sound off or on; None turns it the other way. Returns whether it is off now."""
    with transaction.atomic(using=ALIAS):
        dialog = _going(person, bot)
        dialog.muted = not dialog.muted if muted is None else muted
        dialog.save(update_fields=["muted"])
        if dialog.muted:
            until = milliseconds(timezone.now() + MUTED_FOR)
            emit(bot, wire.event("dialog_muted", dialog, muted_until=until))
        else:
            emit(bot, wire.event("dialog_unmuted", dialog))
        person.touch()
    return dialog.muted


def read(person: Person, bot: Bot) -> None:
    """Look at the chat; MAX tells bots nothing of it."""
    if Dialog.objects.filter(person=person, bot_id=bot.user_id, unread__gt=0).update(unread=0):
        person.touch()


def say(person: Person, bot: Bot, text: str, origin: str) -> ChatMessage:
    if not text.strip():
        raise Impossible("Сообщение пустое")
    return _speak(person, bot, origin, text)


def _speak(
    person: Person, bot: Bot, origin: str, text: str, attachments: list[Json] | None = None
) -> ChatMessage:
    with transaction.atomic(using=ALIAS):
        dialog = _going(person, bot)
        made = conversation.say(dialog, text, attachments)
        emit(bot, wire.message_created(made, bot, origin))
        Dialog.objects.filter(pk=dialog.pk).update(unread=0)
        person.touch()
    return made


def press(person: Person, bot: Bot, mid: str, place: tuple[int, int], *, origin: str, ip: str) -> Json:
    """Press the button at a row and a column of a message. Returns its type and what follows."""
    dialog = _going(person, bot)
    found = dialog.messages.filter(mid=mid, pk__gt=dialog.cleared_upto).first()
    if found is None:
        raise Impossible("Сообщения больше нет")
    found.dialog = dialog
    try:
        row, column = place
        button = found.keyboard[row][column] if min(place) >= 0 else None
    except IndexError:
        button = None
    if button is None:
        raise Impossible("Такой кнопки нет")
    told: Json = {"type": button["type"]}
    match button["type"]:
        case "callback":
            told["callbackId"] = _call_back(found, bot, button["payload"], origin)
        case "link":
            told["url"] = button["url"]
        case "open_app":
            owner = bots.of_name(button.get("web_app") or "") or bots.of_id(button.get("contact_id") or 0)
            told["url"] = open_app(person, owner or bot, button.get("payload"), ip)
        case "clipboard":
            told["text"] = button["payload"]
        case "message":
            say(person, bot, button["text"], origin)
            told["text"] = button["text"]
    return told


def _call_back(found: ChatMessage, bot: Bot, payload: str, origin: str) -> str:
    with transaction.atomic(using=ALIAS):
        made = Press.objects.create(callback_id=secrets.token_urlsafe(36), dialog=found.dialog, message=found)
        emit(bot, wire.message_callback(made.callback_id, payload, found, bot, origin))
        Dialog.objects.filter(pk=found.dialog_id).update(unread=0)
    return made.callback_id


def share_contact(person: Person, bot: Bot, how: str, origin: str) -> ChatMessage:
    """Send a contact: one's own as the button does, or in one of the ways that prove nothing."""
    owner, phones = person, [person.phone]
    match how:
        case "own" | "bad_hash" | "no_hash" | "camel_case":
            pass
        case "forwarded":
            owner = person_of(STRANGER)
            phones = [owner.phone]
        case "two_phones":
            phones.append(STRANGER)
        case _:
            raise Impossible("Так поделиться контактом нельзя")
    card = signing.contact_card(owner.name, *phones)
    content: Json = {
        "vcf_info": card,
        "hash": signing.contact_hash(bot, card),
        "max_info": wire.person_user(owner),
    }
    if how == "bad_hash":
        content["hash"] = "0" * 64
    elif how == "no_hash":
        del content["hash"]
    elif how == "camel_case":
        content = {"vcfInfo": card, "hash": content["hash"], "maxInfo": content["max_info"]}
    return _speak(person, bot, origin, "", [{"type": "contact", "payload": content}])


def open_app(person: Person, bot: Bot, start_param: str | None, ip: str) -> str:
    """Open the mini-app; a parameter that does not fit is dropped without a word. Returns its address."""
    if not bot.app_url:
        raise Impossible("У бота нет мини-приложения")
    if start_param is not None and not START_PARAM.fullmatch(start_param):
        start_param = None
    return signing.launch_url(bot, person, dialog_of(person, bot), start_param, ip)
