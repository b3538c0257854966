"""What bots call: the Bot API under /phone/max/bot/."""

import json
import re
import secrets
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from simulator.max import bots, checks, conversation, dispatcher, limits, refusals, wire
from simulator.max.bots import Bot
from simulator.max.models import (
    OF_CALLS,
    ChatMessage,
    Commands,
    Dialog,
    DialogState,
    MaxBehaviour,
    MaxFault,
    MaxSubscription,
    Pending,
    Person,
    Press,
    Upload,
    milliseconds,
)
from simulator.max.refusals import ApiError
from simulator.smsc import broken_answer

Json = dict[str, Any]
Handler = Callable[..., Json]
LONGEST_POLL: Final = 90
_SECRET = re.compile(r"[A-Za-z0-9_-]{5,256}")
_POLL_STEP = 0.2
_DONE: Final[Json] = {"success": True}
_HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def _bot_of(request: HttpRequest) -> Bot:
    """Find the bot by its token, which stands in the header without a scheme."""
    token = request.headers.get("Authorization", "")
    if not token:
        raise ApiError(401, "verify.token", "Empty access_token")
    if " " in token:
        raise ApiError(401, "verify.token", "Malformed access token")
    bot = bots.of_token(token)
    if bot is None:
        raise ApiError(401, "verify.token", "Invalid access_token")
    return bot


def _next_fault() -> tuple[str, float]:
    """Take the fault of this call, and how long a slow answer waits."""
    now = MaxBehaviour.current()
    if now.fault not in OF_CALLS:
        return MaxFault.NONE, 0.0
    if now.left is not None:
        found = MaxBehaviour.objects.filter(pk=now.pk, left__gt=0)
        if not found.update(left=F("left") - 1):
            return MaxFault.NONE, 0.0
        if now.left == 1:
            MaxBehaviour.objects.filter(pk=now.pk, left=0).update(fault=MaxFault.NONE, left=None)
    return now.fault, now.slow_seconds


def _endpoint(**handlers: Handler) -> Callable[..., HttpResponseBase]:
    """Make a view of the handlers of each method, with the token, the limit and the faults around them."""

    @csrf_exempt
    def view(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        try:
            bot = _bot_of(request)
            handler: Handler = handlers.get(request.method or "", _not_allowed)
            fault, seconds = _next_fault()
            refused = _fault_before(fault, seconds)
            if refused is not None:
                return refused
            limits.count_call(bot)
            answer = handler(request, bot, **parts)
        except ApiError as error:
            return error.answer()
        if fault == MaxFault.ANSWER_LOST:
            return broken_answer()
        if fault == MaxFault.MALFORMED:
            return HttpResponse('{"message": {"recip', content_type="application/json")
        return JsonResponse(answer)

    return view


def _not_allowed(_request: HttpRequest, _bot: Bot, **_parts: Any) -> Json:
    raise ApiError(405, "method.not.allowed", "Method not allowed")


def _fault_before(fault: str, seconds: float) -> HttpResponse | None:
    match fault:
        case MaxFault.ERROR_500:
            return ApiError(500, "internal.error", "Internal server error").answer()
        case MaxFault.HTML_502:
            return HttpResponse(_HTML, status=502)
        case MaxFault.UNAVAILABLE:
            return ApiError(503, "service.unavailable", "Service unavailable").answer()
        case MaxFault.UNSUCCESSFUL:
            return JsonResponse({"success": False, "message": "Something went wrong"})
        case MaxFault.SLOW:
            time.sleep(seconds)
    return None


def _body(request: HttpRequest) -> Json:
    try:
        body = json.loads(request.body)
    except ValueError:
        raise refusals.payload("Can't deserialize body") from None
    if not isinstance(body, dict):
        raise refusals.payload("Can't deserialize body")
    return body


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _integer(written: str | None) -> int | None:
    if written is None:
        return None
    if not re.fullmatch(r"-?\d{1,18}", written):
        raise refusals.payload("Can't deserialize query")
    return int(written)


# --- the bot itself -------------------------------------------------------------------------------------


def _me(_request: HttpRequest, bot: Bot) -> Json:
    commands = Commands.objects.filter(pk=bot.user_id).first()
    return {**wire.bot_user(bot), "commands": commands.listed if commands else []}


def _set_commands(request: HttpRequest, bot: Bot) -> Json:
    listed = _body(request).get("commands")
    if not isinstance(listed, list) or len(listed) > 32 or not all(map(_is_command, listed)):  # noqa: PLR2004
        raise refusals.payload("Can't deserialize body")
    Commands.objects.update_or_create(pk=bot.user_id, defaults={"listed": listed})
    return {"commands": listed}


def _is_command(command: Any) -> bool:
    if not isinstance(command, dict):
        return False
    name, description = command.get("name"), command.get("description") or ""
    return isinstance(name, str) and 1 <= len(name) <= 64 and len(description) <= 128  # noqa: PLR2004


# --- messages -------------------------------------------------------------------------------------------


def _dialog(request: HttpRequest, bot: Bot) -> Dialog:
    """Find the dialog that the query addresses by the person or by the chat."""
    user, chat = _integer(request.GET.get("user_id")), _integer(request.GET.get("chat_id"))
    if (user is None) == (chat is None):
        raise refusals.payload("Unknown recipient")
    found = Dialog.objects.filter(bot_id=bot.user_id).select_related("person")
    if user is not None:
        dialog = found.filter(person=Person.key_of(user)).first()
        if dialog is None:
            raise refusals.no_dialog()
    else:
        dialog = found.filter(pk=Dialog.key_of(chat or 0)).first()
        if dialog is None:
            raise ApiError(404, "chat.not.found", "Chat not found")
    if dialog.state != DialogState.ACTIVE:
        raise refusals.suspended()
    return dialog


def _send(request: HttpRequest, bot: Bot) -> Json:
    body = _body(request)
    checks.check(body)
    dialog = _dialog(request, bot)
    limits.count_act(dialog)
    return {"message": wire.message(conversation.send(bot, dialog, body), bot, _origin(request))}


def _message(bot: Bot, mid: str | None) -> ChatMessage:
    found = ChatMessage.objects.select_related("dialog__person").filter(mid=mid or "").first()
    if found is None or found.dialog.bot_id != bot.user_id:
        raise refusals.not_found("Message")
    return found


def _own(request: HttpRequest, bot: Bot) -> ChatMessage:
    found = _message(bot, request.GET.get("message_id"))
    if not found.by_bot:
        raise ApiError(403, "access.denied", "Not the bot's own message")
    limits.count_act(found.dialog)
    return found


def _edit(request: HttpRequest, bot: Bot) -> Json:
    body = _body(request)
    checks.check(body, editing=True)
    conversation.edit(bot, _own(request, bot), body)
    return _DONE


def _delete(request: HttpRequest, bot: Bot) -> Json:
    conversation.delete(_own(request, bot))
    return _DONE


def _list(request: HttpRequest, bot: Bot) -> Json:
    found = ChatMessage.objects.select_related("dialog__person").filter(dialog__bot_id=bot.user_id)
    if mids := request.GET.get("message_ids"):
        found = found.filter(mid__in=mids.split(","))
    else:
        chat = _integer(request.GET.get("chat_id"))
        if chat is None:
            raise refusals.payload("Unknown recipient")
        found = found.filter(dialog=Dialog.key_of(chat))
    count = min(max(_integer(request.GET.get("count")) or 50, 1), 100)
    return {"messages": [wire.message(each, bot, _origin(request)) for each in found.order_by("-id")[:count]]}


def _one(request: HttpRequest, bot: Bot, mid: str) -> Json:
    return wire.message(_message(bot, mid), bot, _origin(request))


def _answer(request: HttpRequest, bot: Bot) -> Json:
    body = _body(request)
    note, replacement = body.get("notification"), body.get("message")
    if not isinstance(note, str | None):
        raise refusals.payload("Can't deserialize body")
    if replacement is not None:
        checks.check(replacement, editing=True)
    press = (
        Press.objects.select_related("dialog__person", "message__dialog__person")
        .filter(callback_id=request.GET.get("callback_id", ""), dialog__bot_id=bot.user_id)
        .first()
    )
    if press is None:
        raise refusals.not_found("Callback")
    limits.count_act(press.dialog)
    if replacement is not None:
        if press.message is None:
            raise refusals.not_found("Message")
        conversation.edit(bot, press.message, replacement)
    if note:
        toast = {"id": secrets.token_hex(8), "bot": bot.username, "text": note, "at": wire.now_ms()}
        Person.objects.filter(pk=press.dialog.person_id).update(toast=toast, version=F("version") + 1)
    return _DONE


# --- updates --------------------------------------------------------------------------------------------


def _webhooks(_request: HttpRequest, bot: Bot) -> Json:
    dispatcher.unsubscribe_dead()
    found = MaxSubscription.objects.filter(bot_id=bot.user_id)
    return {
        "subscriptions": [
            {"url": each.url, "time": milliseconds(each.at), "update_types": each.update_types}
            for each in found
        ]
    }


def _subscribe(request: HttpRequest, bot: Bot) -> Json:
    body = _body(request)
    url, types, secret = body.get("url"), body.get("update_types"), body.get("secret")
    if not isinstance(url, str) or not isinstance(types, list | None):
        raise refusals.payload("Can't deserialize body")
    if secret is not None and not (isinstance(secret, str) and _SECRET.fullmatch(secret)):
        raise refusals.payload("secret: must match ^[a-zA-Z0-9_-]{5,256}$")
    if not _is_webhook(url):
        raise refusals.payload("url: must be https without a port")
    MaxSubscription.objects.update_or_create(
        bot_id=bot.user_id,
        url=url,
        defaults={"secret": secret or "", "update_types": types or None, "failing_since": None},
    )
    return _DONE


def _is_webhook(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if bots.http_webhooks_allowed() and parts.scheme == "http":
        return bool(parts.hostname)
    return parts.scheme == "https" and bool(parts.hostname) and port in {None, 443}


def _unsubscribe(request: HttpRequest, bot: Bot) -> Json:
    gone, _ = MaxSubscription.objects.filter(bot_id=bot.user_id, url=request.GET.get("url", "")).delete()
    if not gone:
        raise refusals.not_found("Subscription")
    return _DONE


def _poll(request: HttpRequest, bot: Bot) -> Json:
    """Long polling; off while a webhook is subscribed. Without a marker, the latest update alone."""
    marker = _integer(request.GET.get("marker"))
    asked = _integer(request.GET.get("timeout"))
    seconds = min(30 if asked is None else max(asked, 0), LONGEST_POLL)
    count = min(max(_integer(request.GET.get("limit")) or 100, 1), 1000)
    if MaxSubscription.objects.filter(bot_id=bot.user_id).exists():
        return {"updates": [], "marker": marker or 0}
    found = Pending.objects.filter(bot_id=bot.user_id)
    if types := request.GET.get("types"):
        found = found.filter(kind__in=types.split(","))
    end = time.monotonic() + seconds
    while True:
        if marker is None:
            got = list(found.order_by("-id")[:1])
        else:
            got = list(found.filter(pk__gt=marker).order_by("id")[:count])
        if got or time.monotonic() >= end:
            break
        time.sleep(_POLL_STEP)
    return {
        "updates": [json.loads(each.body) for each in got],
        "marker": got[-1].pk if got else marker or 0,
    }


# --- files and chats ------------------------------------------------------------------------------------


def _upload(request: HttpRequest, bot: Bot) -> Json:
    """Give a place for a file, on another host name than the API's, as in life."""
    kind = request.GET.get("type", "")
    if kind not in checks.UPLOADED:
        raise refusals.payload("Unknown upload type")
    behaviour = MaxBehaviour.current()
    made = Upload.objects.create(
        place=secrets.token_urlsafe(24),
        token=secrets.token_urlsafe(32),
        bot_id=bot.user_id,
        kind=kind,
        not_ready=behaviour.not_ready_sends if behaviour.fault == MaxFault.SLOW_FILES else 0,
    )
    host = re.sub(r"^127\.0\.0\.1(?=:|$)", "localhost", request.get_host())
    root = request.path.removesuffix("/bot/uploads")
    answer = {"url": f"{request.scheme}://{host}{root}/upload/{made.place}"}
    return {**answer, "token": made.token} if kind in {"video", "audio"} else answer


def _chat(_request: HttpRequest, bot: Bot, chat_id: str) -> Json:
    found = Dialog.objects.filter(bot_id=bot.user_id, pk=Dialog.key_of(_integer(chat_id) or 0))
    dialog = found.select_related("person").first()
    if dialog is None:
        raise ApiError(404, "chat.not.found", "Chat not found")
    return wire.chat(dialog)


def _act(request: HttpRequest, bot: Bot, chat_id: str) -> Json:
    _chat(request, bot, chat_id)
    kinds = {"typing_on", "sending_photo", "sending_video", "sending_audio", "sending_file", "mark_seen"}
    if _body(request).get("action") not in kinds:
        raise refusals.payload("Can't deserialize body")
    return _DONE


def _nothing(_request: HttpRequest, _bot: Bot, rest: str) -> Json:  # noqa: ARG001  the path that nobody knows
    raise refusals.not_found("Resource")


me = _endpoint(GET=_me)
commands = _endpoint(PATCH=_set_commands)
messages = _endpoint(GET=_list, POST=_send, PUT=_edit, DELETE=_delete)
message = _endpoint(GET=_one)
answers = _endpoint(POST=_answer)
subscriptions = _endpoint(GET=_webhooks, POST=_subscribe, DELETE=_unsubscribe)
updates = _endpoint(GET=_poll)
uploads = _endpoint(POST=_upload)
chat = _endpoint(GET=_chat)
actions = _endpoint(POST=_act)
nothing = _endpoint(GET=_nothing, POST=_nothing, PUT=_nothing, PATCH=_nothing, DELETE=_nothing)
