"""Messages of a dialog as both sides change them; the phone sees every change at once."""

import secrets
from typing import Any, Final
from urllib.parse import unquote

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from simulator.max import checks, refusals
from simulator.max.bots import Bot
from simulator.max.models import ChatMessage, Dialog, Upload
from simulator.models import Channel, Message
from simulator.routers import ALIAS

Json = dict[str, Any]
EDIT_DAYS: Final = 7
DELIVERED: Final = 1


def send(bot: Bot, dialog: Dialog, body: Json) -> ChatMessage:
    """Put a bot's message into the dialog. Raises ApiError."""
    attachments = [_received(bot, each) for each in body.get("attachments") or []]
    with transaction.atomic(using=ALIAS):
        made = ChatMessage(
            dialog=dialog,
            by_bot=True,
            text=body.get("text"),
            attachments=attachments,
            link=_link(dialog, body.get("link")),
        )
        made.name_it()
        made.save()
        Dialog.objects.filter(pk=dialog.pk).update(unread=F("unread") + 1)
        Message.objects.create(
            channel=Channel.MAX,
            number=made.pk,
            to=dialog.person.phone,
            sender=bot.first_name[:40],
            text=_plain(made),
            outcome=DELIVERED,
            due_at=made.at,
            at=made.at,
        )
        dialog.person.touch()
    return made


def edit(bot: Bot, found: ChatMessage, body: Json) -> None:
    """Change a bot's own message: what the body leaves out, or has as null, stays. Raises ApiError."""
    checks.check(body, editing=True)
    if not found.keyboard and (timezone.now() - found.at).days >= EDIT_DAYS:
        raise refusals.payload("errors.edit-message.too-old")
    if body.get("text") is not None:
        found.text = body["text"]
    if body.get("attachments") is not None:
        found.attachments = [_received(bot, each) for each in body["attachments"]]
    found.edited_at = timezone.now()
    with transaction.atomic(using=ALIAS):
        found.save()
        Message.objects.filter(channel=Channel.MAX, number=found.pk).update(text=_plain(found))
        found.dialog.person.touch()


def delete(found: ChatMessage) -> None:
    with transaction.atomic(using=ALIAS):
        found.delete()
        found.dialog.person.touch()


def say(dialog: Dialog, text: str, attachments: list[Json] | None = None) -> ChatMessage:
    """Put a person's message into the dialog."""
    made = ChatMessage(dialog=dialog, by_bot=False, text=text, attachments=attachments or [])
    made.name_it()
    made.save()
    return made


def _plain(found: ChatMessage) -> str:
    """The message for the list of everything that the number received: its text and the names of files."""
    names = [each["filename"] for each in found.attachments if each.get("filename")]
    return "\n".join(part for part in (found.text, *names) if part)


def _link(dialog: Dialog, link: Json | None) -> Json | None:
    if link is None:
        return None
    linked = dialog.messages.filter(mid=link["mid"]).first()
    if linked is None:
        raise refusals.not_found("Linked message")
    content = {"mid": linked.mid, "seq": linked.seq, "text": linked.text or ""}
    return {"type": link["type"], "message": content}


def _received(bot: Bot, attachment: Json) -> Json:
    """Turn what the bot sent into what MAX keeps. Raises ApiError for files that are not there yet."""
    kind, content = attachment["type"], attachment.get("payload") or {}
    if kind == "inline_keyboard":
        rows = [[_button(button) for button in row] for row in content["buttons"]]
        return {"type": kind, "callback_id": secrets.token_urlsafe(24), "payload": {"buttons": rows}}
    if kind not in checks.UPLOADED or (kind == "image" and content.get("url")):
        return attachment
    token = content.get("token")
    if token is None and isinstance(content.get("photos"), dict):
        token = next((photo.get("token") for photo in content["photos"].values()), None)
    found = Upload.objects.filter(token=str(token), bot_id=bot.user_id, kind=kind).first()
    if found is None:
        raise refusals.payload("Invalid attachment token")
    if found.content is None or found.not_ready:
        Upload.objects.filter(pk=found.pk, not_ready__gt=0).update(not_ready=F("not_ready") - 1)
        raise refusals.not_ready()
    kept: Json = {"token": found.token, "url": reverse("simulator:max-file", args=[found.token])}
    if kind == "image":
        return {"type": kind, "payload": {**kept, "photo_id": found.pk}}
    return {"type": kind, "payload": kept, "filename": unquote(found.name), "size": found.size}


def _button(button: Json) -> Json:
    return {**button, "intent": "default"} if button["type"] == "callback" else button
