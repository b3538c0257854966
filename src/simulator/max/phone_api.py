"""What the phone's page calls: the MAX of one number under /phone/api/max. No sign-in, as all the phone."""

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from simulator.max import bots, dispatcher, person, signing, wire
from simulator.max.bots import Bot
from simulator.max.models import ChatMessage, Delivery, Dialog, MaxBehaviour, MaxFault, Person
from simulator.max.person import Impossible
from simulator.smsc import RefusedError, phone_of

Json = dict[str, Any]
SHOWN: Final = 200
"""Messages of a dialog that the phone shows at the most: the newest."""
TOAST_MS: Final = 15_000
NumberT = TypeVar("NumberT", int, float)


@require_GET
def state(request: HttpRequest) -> JsonResponse:
    """GET /phone/api/max?to=+79…&after=<version>: everything, or the version alone when it is the same."""
    try:
        who = person.person_of(phone_of(request.GET.get("to", "")))
    except RefusedError:
        return _impossible("Номер не распознан")
    if request.GET.get("after") == str(who.version):
        if Delivery.objects.exists():  # whatever another process has left, while somebody looks
            dispatcher.wake()
        return JsonResponse({"version": who.version})
    known = {bot.user_id: bot for bot in bots.known()}
    dialogs = [each for each in who.dialogs.order_by("id") if each.bot_id in known]
    return JsonResponse(
        {
            "version": who.version,
            "user": {"id": who.user_id, "phone": who.phone, "name": who.name},
            "bots": [{"username": bot.username, "name": bot.first_name} for bot in known.values()],
            "dialogs": [_dialog(each, known[each.bot_id]) for each in dialogs],
            "toast": _toast(who),
        }
    )


def _toast(who: Person) -> Json | None:
    toast = who.toast
    if toast is None or wire.now_ms() - toast["at"] > TOAST_MS:
        return None
    return {name: toast[name] for name in ("bot", "text", "id")}


def _dialog(dialog: Dialog, bot: Bot) -> Json:
    newest = dialog.messages.filter(pk__gt=dialog.cleared_upto).order_by("-id")[:SHOWN]
    return {
        "bot": {"username": bot.username, "name": bot.first_name, "user_id": bot.user_id},
        "state": dialog.state,
        "muted": dialog.muted,
        "unread": dialog.unread,
        "messages": [_message(each) for each in reversed(newest)],
    }


def _message(found: ChatMessage) -> Json:
    files, images, contact = [], [], None
    for each in found.attachments:
        content = each.get("payload") or {}
        if each["type"] == "image":
            images.append({"url": content["url"]})
        elif each["type"] in {"file", "audio", "video"}:
            files.append({"name": each["filename"], "size": each["size"], "url": content["url"]})
        elif each["type"] == "contact":
            contact = _contact(content)
    return {
        "mid": found.mid,
        "from": "bot" if found.by_bot else "person",
        "at": timezone.localtime(found.at).isoformat(timespec="milliseconds"),
        "edited": found.edited_at is not None,
        "text": found.text or "",
        "files": files,
        "images": images,
        "contact": contact,
        "keyboard": [[_button(button) for button in row] for row in found.keyboard],
    }


def _contact(content: Json) -> Json:
    card = content.get("vcf_info") or content.get("vcfInfo") or ""
    lines = dict(line.split(":", 1) for line in reversed(card.splitlines()) if ":" in line)
    return {"name": lines.get("FN", ""), "phone": f"+{lines.get('TEL;TYPE=cell', '')}"}


def _button(button: Json) -> Json:
    return {name: button[name] for name in ("type", "text", "url") if name in button}


# --- acts -----------------------------------------------------------------------------------------------


def _impossible(reason: str, status: int = 400) -> JsonResponse:
    return JsonResponse({"error": reason}, status=status)


def _act(do: Callable[[HttpRequest, Person, Bot, Json], Json]) -> Callable[..., JsonResponse]:
    """Make a view of an act: {"to": phone, "bot": user name, …} in, JSON out."""

    @csrf_exempt
    @require_POST
    def view(request: HttpRequest) -> JsonResponse:
        try:
            body = json.loads(request.body)
            bot = bots.of_name(body["bot"])
            if bot is None:
                return _impossible("Такого бота нет", 404)
            return JsonResponse(do(request, person.person_of(phone_of(body["to"])), bot, body))
        except Impossible as impossible:
            return _impossible(str(impossible), 409)
        except RefusedError:
            return _impossible("Номер не распознан")
        except (ValueError, TypeError, KeyError, AttributeError):
            return _impossible("Запрос не разобран")

    return view


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _ip(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "127.0.0.1")


def _text(body: Json, name: str) -> str | None:
    value = body.get(name)
    if not isinstance(value, str | None):
        raise TypeError(name)
    return value


def _start(_request: HttpRequest, who: Person, bot: Bot, body: Json) -> Json:
    person.start(who, bot, _text(body, "payload"))
    return {"ok": True}


def _stop(_request: HttpRequest, who: Person, bot: Bot, _body: Json) -> Json:
    person.stop(who, bot)
    return {"ok": True}


def _remove(_request: HttpRequest, who: Person, bot: Bot, _body: Json) -> Json:
    person.remove(who, bot)
    return {"ok": True}


def _clear(_request: HttpRequest, who: Person, bot: Bot, _body: Json) -> Json:
    person.clear(who, bot)
    return {"ok": True}


def _read(_request: HttpRequest, who: Person, bot: Bot, _body: Json) -> Json:
    person.read(who, bot)
    return {"ok": True}


def _mute(_request: HttpRequest, who: Person, bot: Bot, body: Json) -> Json:
    muted = body.get("muted")
    if not isinstance(muted, bool | None):
        raise TypeError("muted")
    return {"muted": person.mute(who, bot, muted)}


def _say(request: HttpRequest, who: Person, bot: Bot, body: Json) -> Json:
    return {"mid": person.say(who, bot, _text(body, "text") or "", _origin(request)).mid}


def _press(request: HttpRequest, who: Person, bot: Bot, body: Json) -> Json:
    place = int(body["row"]), int(body["column"])
    return person.press(who, bot, str(body["mid"]), place, origin=_origin(request), ip=_ip(request))


def _share(request: HttpRequest, who: Person, bot: Bot, body: Json) -> Json:
    return {"mid": person.share_contact(who, bot, str(body.get("how", "own")), _origin(request)).mid}


def _open_app(request: HttpRequest, who: Person, bot: Bot, body: Json) -> Json:
    return {"url": person.open_app(who, bot, _text(body, "startParam"), _ip(request))}


def _request_contact(_request: HttpRequest, who: Person, bot: Bot, _body: Json) -> Json:
    return signing.requested_contact(bot, who)


start = _act(_start)
stop = _act(_stop)
remove = _act(_remove)
clear = _act(_clear)
mute = _act(_mute)
read = _act(_read)
say = _act(_say)
press = _act(_press)
share_contact = _act(_share)
open_app = _act(_open_app)
request_contact = _act(_request_contact)


# --- switches -------------------------------------------------------------------------------------------

FLAGS: Final = {"limits": "limits", "startAgain": "start_again", "strictStorage": "strict_storage"}


@csrf_exempt
@require_http_methods(["GET", "PUT"])
def faults(request: HttpRequest) -> JsonResponse:
    """GET and PUT /phone/api/max/faults: the switches; what is left out stays as it was."""
    now = MaxBehaviour.current()
    if request.method == "PUT":
        try:
            _switch(now, json.loads(request.body))
        except (ValueError, TypeError, AttributeError):
            return _impossible("Таких переключателей нет")
        now.save()
    return JsonResponse(
        {
            "fault": now.fault,
            "left": now.left,
            "slowSeconds": now.slow_seconds,
            "notReadySends": now.not_ready_sends,
            **{name: getattr(now, field) for name, field in FLAGS.items()},
        }
    )


def _switch(now: MaxBehaviour, wanted: Json) -> None:
    if wanted.keys() - {"fault", "left", "slowSeconds", "notReadySends", *FLAGS}:
        raise ValueError("unknown switch")
    now.fault = MaxFault(wanted.get("fault", now.fault))
    left = wanted.get("left", None if "fault" in wanted else now.left)
    now.left = None if left is None else _within(int(left), 1_000_000)
    now.slow_seconds = _within(float(wanted.get("slowSeconds", now.slow_seconds)), 120.0)
    now.not_ready_sends = _within(int(wanted.get("notReadySends", now.not_ready_sends)), 100)
    for name, field in FLAGS.items():
        value = wanted.get(name, getattr(now, field))
        if not isinstance(value, bool):
            raise TypeError(name)
        setattr(now, field, value)


def _within(value: NumberT, most: NumberT) -> NumberT:
    if not 0 <= value <= most:
        raise ValueError("out of range")
    return value
