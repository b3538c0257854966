"""The JSON of the Bot API: users, messages, updates."""

from typing import Any

from django.utils import timezone

from simulator.max.bots import Bot
from simulator.max.models import ChatMessage, Dialog, Person, milliseconds

Json = dict[str, Any]


def now_ms() -> int:
    return milliseconds(timezone.now())


def bot_user(bot: Bot) -> Json:
    return {
        "user_id": bot.user_id,
        "first_name": bot.first_name,
        "username": bot.username,
        "is_bot": True,
        "last_activity_time": now_ms(),
        "name": bot.first_name,
    }


def person_user(person: Person) -> Json:
    return {
        "user_id": person.user_id,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "username": None,
        "is_bot": False,
        "last_activity_time": now_ms(),
        "name": person.name,
    }


def message(found: ChatMessage, bot: Bot, origin: str) -> Json:
    """Write a message; `origin` is the scheme and host of the addresses of its files."""
    dialog = found.dialog
    told: Json = {
        "recipient": {
            "chat_id": dialog.chat_id,
            "chat_type": "dialog",
            "user_id": dialog.person.user_id if found.by_bot else bot.user_id,
        },
        "timestamp": milliseconds(found.at),
        "body": {
            "mid": found.mid,
            "seq": found.seq,
            "text": found.text or "",
            "attachments": [_located(each, origin) for each in found.attachments],
        },
        "sender": bot_user(bot) if found.by_bot else person_user(dialog.person),
    }
    if found.link is not None:
        told["link"] = found.link
    return told


def _located(attachment: Json, origin: str) -> Json:
    url = (attachment.get("payload") or {}).get("url", "")
    if not url.startswith("/"):
        return attachment
    return {**attachment, "payload": {**attachment["payload"], "url": origin + url}}


def event(kind: str, dialog: Dialog, **more: Any) -> Json:
    """An update that tells of a dialog itself: bot_started, bot_stopped, dialog_…"""
    return {
        "update_type": kind,
        "timestamp": now_ms(),
        "chat_id": dialog.chat_id,
        "user": person_user(dialog.person),
        "user_locale": "ru",
        **more,
    }


def message_created(found: ChatMessage, bot: Bot, origin: str) -> Json:
    return {
        "update_type": "message_created",
        "timestamp": now_ms(),
        "user_locale": "ru",
        "message": message(found, bot, origin),
    }


def message_callback(callback_id: str, payload: str, found: ChatMessage, bot: Bot, origin: str) -> Json:
    return {
        "update_type": "message_callback",
        "timestamp": now_ms(),
        "user_locale": "ru",
        "callback": {
            "timestamp": now_ms(),
            "callback_id": callback_id,
            "payload": payload,
            "user": person_user(found.dialog.person),
        },
        "message": message(found, bot, origin),
    }


def chat(dialog: Dialog) -> Json:
    return {
        "chat_id": dialog.chat_id,
        "type": "dialog",
        "status": dialog.state,
        "last_event_time": now_ms(),
        "participants_count": 2,
        "is_public": False,
        "dialog_with_user": person_user(dialog.person),
    }
