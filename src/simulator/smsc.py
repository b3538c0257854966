"""SMSC.ru's side of the wire: /sys/send.php and /sys/status.php.

Errors come with HTTP 200; fmt=3 is JSON, anything else the plain text form.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from urllib.parse import parse_qsl

from django.db import transaction
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from simulator import receipts
from simulator.account import Account, silence_seconds
from simulator.models import Behaviour, Channel, GatewayFault, HandsetFault, Message
from simulator.routers import ALIAS

ERRORS: Final[dict[int, str]] = {
    1: "parameters error",
    2: "authorise error",
    3: "Insufficient funds",
    7: "invalid number",
    9: "duplicate request, wait a minute",
}

DELIVERED: Final = 1
AT_OPERATOR: Final = 0
NOT_FOUND: Final = -3


@dataclass(frozen=True, slots=True)
class Fate:
    """What will be reported of a message: status, field err, seconds until then, whether it arrives."""

    status: int
    reason: int
    seconds: float
    arrives: bool


FATES: Final[dict[str, Fate]] = {
    HandsetFault.NONE: Fate(DELIVERED, 0, 1, arrives=True),
    HandsetFault.LATE_RECEIPT: Fate(DELIVERED, 0, 20, arrives=True),
    HandsetFault.UNDELIVERABLE: Fate(20, 1, 1, arrives=False),
    HandsetFault.OPTED_OUT: Fate(23, 244, 1, arrives=False),
}

PRICE: Final = Decimal("4.10")
FIRST_BALANCE: Final = Decimal(100_000)
MAX_NUMBER: Final = 2_147_483_647
CHARSETS: Final = frozenset({"utf-8", "windows-1251", "koi8-r"})
_PHONE = re.compile(r"[1-9]\d{9,14}")


class RefusedError(Exception):
    """The gateway refuses a request with a code of `ERRORS`."""

    def __init__(self, code: int, number: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.number = number


def _form(request: HttpRequest) -> dict[str, str]:
    """Fields of the request in the charset that it names; the gateway's own default is windows-1251.

    Read by hand: Django accepts urlencoded forms in UTF-8 only.
    """
    if request.content_type == "multipart/form-data":
        return {name: str(value) for name, value in {**request.GET.dict(), **request.POST.dict()}.items()}
    written = f"{request.META.get('QUERY_STRING', '')}&{request.body.decode('ascii', 'replace')}"
    charset = dict(parse_qsl(written)).get("charset", "windows-1251").lower()
    return dict(parse_qsl(written, encoding=charset if charset in CHARSETS else "utf-8"))


def _admit(form: dict[str, str]) -> None:
    if not Account.current().admits(form):
        raise RefusedError(2)
    if form.get("charset", "windows-1251").lower() not in CHARSETS:
        raise RefusedError(1)


def _answering(handle: Callable[[dict[str, str]], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Turn refusals into the gateway's answers, in JSON or in plain text."""

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponseBase:
        form: dict[str, str] = {}
        try:
            form = _form(request)
            _admit(form)
            return handle(form)
        except RefusedError as refused:
            text = ERRORS[refused.code]
            if form.get("fmt") != "3":
                return HttpResponse(f"ERROR = {refused.code} ({text})", content_type="text/plain")
            known = {} if refused.number is None else {"id": refused.number}
            return JsonResponse({"error": text, "error_code": refused.code, **known})

    return view


def _number(form: Mapping[str, str]) -> int | None:
    if not form.get("id"):
        return None
    try:
        number = int(form["id"])
    except ValueError:
        raise RefusedError(1) from None
    if not 1 <= number <= MAX_NUMBER:
        raise RefusedError(1)
    return number


def phone_of(written: str) -> str:
    """Bring a number to E.164. Raises RefusedError."""
    digits = re.sub(r"[\s()+-]", "", written)
    if len(digits) == 11 and digits.startswith("8"):  # noqa: PLR2004  the domestic form of a Russian number
        digits = "7" + digits[1:]
    if not _PHONE.fullmatch(digits):
        raise RefusedError(7)
    return f"+{digits}"


def parts_of(text: str) -> int:
    """Parts of an SMS as the gateway bills them."""
    single, joined = (160, 153) if text.isascii() else (70, 67)
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= single else -(-units // joined)


def _send(form: dict[str, str]) -> HttpResponseBase:
    behaviour = Behaviour.current()
    match behaviour.gateway:
        case GatewayFault.NO_ANSWER:
            time.sleep(silence_seconds())
            return broken_answer()
        case GatewayFault.ERROR_500:
            return HttpResponse("<html><body><h1>500</h1></body></html>", status=500)
        case GatewayFault.NO_MONEY:
            raise RefusedError(3)
    phones = [phone_of(each) for each in re.split(r"[,;\n]", form.get("phones", "")) if each.strip()]
    text = form.get("mes", "")
    if not phones or not text.strip():
        raise RefusedError(1)
    cost = PRICE * parts_of(text)
    answer: dict[str, object] = {"cnt": parts_of(text) * len(phones)}
    if form.get("cost") in {"1", "2", "3"}:
        answer["cost"] = str(cost * len(phones))
    if form.get("cost") != "1":  # 1 asks for the price alone
        number = _accept(_number(form), phones, text, form.get("sender", ""), FATES[behaviour.handset])
        answer = {"id": number, **answer}
        receipts.wake()
    if form.get("cost") == "3":
        spent = Message.objects.aggregate(total=Sum("cost"))["total"] or Decimal()
        answer["balance"] = str((FIRST_BALANCE - spent).quantize(PRICE))
    if behaviour.gateway == GatewayFault.ANSWER_LOST:
        return broken_answer()
    if form.get("fmt") != "3":
        return HttpResponse(f"OK - {answer['cnt']} SMS, ID - {answer.get('id')}", content_type="text/plain")
    return JsonResponse(answer)


def _accept(number: int | None, phones: list[str], text: str, sender: str, fate: Fate) -> int:
    """Store one message a phone. Raises RefusedError: 9 for the same message again, 1 for another one."""
    now = timezone.now()
    due = now + timedelta(seconds=fate.seconds)
    with transaction.atomic(using=ALIAS):
        sent = Message.objects.filter(channel=Channel.SMS)
        if number is None:
            number = (sent.aggregate(last=Max("number"))["last"] or 0) + 1
        elif (earlier := sent.filter(number=number).first()) is not None:
            raise RefusedError(9 if (earlier.to, earlier.text) == (phones[0], text) else 1, number)
        for phone in dict.fromkeys(phones):
            Message.objects.create(
                channel=Channel.SMS,
                number=number,
                to=phone,
                sender=sender[:40],
                text=text,
                parts=parts_of(text),
                cost=PRICE * parts_of(text),
                at=now,
                arrived=fate.arrives,
                outcome=fate.status,
                reason=fate.reason,
                due_at=due,
                receipt_at=due if Account.current().callback_url else None,
            )
    return number


def _status(form: dict[str, str]) -> HttpResponseBase:
    number = _number(form)
    if number is None or not form.get("phone"):
        raise RefusedError(1)
    found = Message.objects.filter(channel=Channel.SMS, number=number, to=phone_of(form["phone"])).first()
    if found is None:
        answer: dict[str, object] = {"status": NOT_FOUND}
    else:
        when = found.due_at if found.settled else found.at
        answer = {
            "status": found.outcome if found.settled else AT_OPERATOR,
            "last_date": timezone.localtime(when).strftime("%d.%m.%Y %H:%M:%S"),
            "last_timestamp": int(when.timestamp()),
        }
        if found.settled and found.reason:
            answer["err"] = found.reason
    if form.get("fmt") != "3":
        return HttpResponse(f"Status = {answer['status']}", content_type="text/plain")
    return JsonResponse(answer)


def broken_answer() -> StreamingHttpResponse:
    """Promise more bytes than are sent: the client sees the connection die in the middle of the answer."""

    def some() -> Iterator[bytes]:
        yield b'{"id":'

    return StreamingHttpResponse(some(), content_type="application/json", headers={"Content-Length": "64"})


send = _answering(_send)
status = _answering(_status)
