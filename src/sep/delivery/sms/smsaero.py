"""SMS Aero, Gate API v2: sms/send and sms/status, Basic authentication, JSON.

`cost` is a number in one answer and a string in another. Refusals come as `success: false` with HTTP 400,
401, 402 or 200, or in the older `result` form. Receipts are not signed: the address they go to
must be secret, and they are hints to ask `status`.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl

import httpx2
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.sms.gateway import Gateway, OutgoingSms, Receipt, ReceiptState, UnreadableReceiptError
from sep.delivery.sms.segments import measure
from sep.delivery.sms.wire import (
    Answer,
    BaseUrl,
    Money,
    Reply,
    Text,
    UnansweredError,
    Wire,
    header,
    moment,
    read,
)

# The gateway writes reasons in words only; the first line that matches decides.
REFUSALS: Final[tuple[tuple[re.Pattern[str], OutcomeState, str, str], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), state, code, detail)
    for pattern, state, code, detail in (
        (
            r"no credits|not enough|payment required|balance",
            OutcomeState.REJECTED_TEMPORARY,
            "money",
            "SMS Aero: на счёте кончились деньги.",
        ),
        (
            r"credential|unauthori[sz]ed|invalid.*(?:key|login)|access denied",
            OutcomeState.REJECTED_TEMPORARY,
            "auth",
            "SMS Aero: неверный логин или ключ.",
        ),
        (
            r"black ?list|stop ?list|unsubscribed",
            OutcomeState.REJECTED_PERMANENT,
            "blacklist",
            "SMS Aero: номер в списке отказавшихся от сообщений.",
        ),
        (
            r"\bnumber\b|\bphone\b|incorrect destination",
            OutcomeState.REJECTED_PERMANENT,
            "number",
            "SMS Aero: неверный номер телефона.",
        ),
        (
            r"\bsign\b|\bsender\b",
            OutcomeState.REJECTED_TEMPORARY,
            "sender",
            "SMS Aero: имя отправителя не согласовано.",
        ),
        (
            r"too many|limit|flood",
            OutcomeState.REJECTED_TEMPORARY,
            "limit",
            "SMS Aero: превышен предел сообщений.",
        ),
    )
)
_REFUSED = (OutcomeState.REJECTED_TEMPORARY, "refused", "SMS Aero: отказ без известной причины.")

STATUSES: Final[dict[int, tuple[ReceiptState, str]]] = {
    0: (ReceiptState.QUEUED, "Ожидает отправки."),
    1: (ReceiptState.DELIVERED, "Доставлено."),
    2: (ReceiptState.FAILED_PERMANENT, "Доставить невозможно."),
    3: (ReceiptState.SENT, "Передано оператору."),
    4: (ReceiptState.SENT, "Ожидается ответ оператора."),
    6: (ReceiptState.FAILED_PERMANENT, "Отклонено."),
    8: (ReceiptState.QUEUED, "На проверке в шлюзе."),
}


class SmsaeroSettings(BaseModel):
    """Account at SMS Aero. `sender` must be one of the account's signs."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    email: str = Field(min_length=3)
    api_key: SecretStr = Field(min_length=1)
    sender: str = "SMS Aero"
    base_url: BaseUrl = "https://gate.smsaero.ru/v2"


class _Message(Reply):
    id: Text
    status: int
    cost: Money | None = None
    date_answer: int | None = Field(None, alias="dateAnswer")


class _Answer(Reply):
    success: bool
    data: _Message | None = None


class _Refusal(Reply):
    success: bool | None = None
    result: str | None = None
    reason: Any = None
    message: Any = None
    data: Any = None


class _Callback(Reply):
    id: Text
    status: int
    date: int | None = None


class SmsaeroGateway(Gateway):
    """SMS Aero."""

    name: ClassVar[str] = "smsaero"
    finds_by_own_id: ClassVar[bool] = False

    def __init__(self, settings: SmsaeroSettings, client: httpx2.Client | None = None) -> None:
        self._settings = settings
        self._wire = Wire(client)

    @property
    def receipts_are_signed(self) -> bool:
        return False

    def close(self) -> None:
        self._wire.close()

    def send(self, sms: OutgoingSms) -> Outcome:
        body: dict[str, object] = {
            "number": int(sms.digits),
            "text": sms.text,
            "sign": sms.sender or self._settings.sender,
        }
        if sms.callback_url:
            body["callbackUrl"] = sms.callback_url
        try:
            answer = self._ask("/sms/send", body)
            if refusal := _refusal(answer):
                return refusal
            message = read(_Answer, answer).data
        except UnansweredError as trouble:
            return trouble.outcome
        if message is None or not message.id:
            return Outcome(OutcomeState.UNKNOWN, "unreadable", "SMS Aero: в ответе нет номера сообщения.")
        if (state := STATUSES.get(message.status)) and state[0] is ReceiptState.FAILED_PERMANENT:
            return Outcome(OutcomeState.REJECTED_PERMANENT, f"smsaero-{message.status}", state[1], message.id)
        return Outcome(
            OutcomeState.ACCEPTED,
            "accepted",
            "Принято шлюзом.",
            message.id,
            measure(sms.text).parts,
            message.cost,
        )

    def status(self, own_id: int, gateway_message_id: str | None, phone: str) -> Receipt | None:  # noqa: ARG002
        if gateway_message_id is None or not gateway_message_id.isdecimal():
            return None
        try:
            message = read(_Answer, self._ask("/sms/status", {"id": int(gateway_message_id)})).data
        except UnansweredError:
            return None
        return _receipt(message.status, message.id, message.date_answer) if message else None

    def parse_receipts(self, body: bytes, headers: Mapping[str, str]) -> list[Receipt]:
        try:
            if "json" in header(headers, "content-type"):
                fields = json.loads(body)
            else:
                fields = dict(parse_qsl(body.decode(), max_num_fields=100))
            callback = _Callback.model_validate(fields)
        except ValueError as error:  # pydantic's and JSON's errors are ValueErrors
            raise UnreadableReceiptError("SMS Aero: уведомление не разобрано.") from error
        return [_receipt(callback.status, callback.id, callback.date)]

    def _ask(self, path: str, body: Mapping[str, object]) -> Answer:
        auth = (self._settings.email, self._settings.api_key.get_secret_value())
        return self._wire.post(self._settings.base_url + path, json=body, auth=auth)


def _refusal(answer: Answer) -> Outcome | None:
    if answer.status >= 500:  # noqa: PLR2004  words of a broken server prove nothing
        return None
    try:
        reply = _Refusal.model_validate_json(answer.text)
    except ValidationError:
        return None
    if reply.success is True or (reply.success is None and reply.result is None):
        return None
    if reply.success is None and reply.result == "accepted":  # the older form of consent carries no number
        return None
    words = " ".join(str(part) for part in (reply.result, reply.reason, reply.message, reply.data) if part)
    for pattern, state, code, detail in REFUSALS:
        if pattern.search(words):
            return Outcome(state, f"smsaero-{code}", detail)
    state, code, detail = _REFUSED
    return Outcome(state, f"smsaero-{code}", detail)


def _receipt(status: int, message_id: str, timestamp: int | None) -> Receipt:
    state, detail = STATUSES.get(status, (ReceiptState.UNKNOWN, "Неизвестное состояние."))
    return Receipt(state, f"smsaero-{status}", detail, gateway_message_id=message_id, at=moment(timestamp))
