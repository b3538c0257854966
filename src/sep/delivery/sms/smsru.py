"""SMS.ru: /sms/send and /sms/status with json=1.

An answer nests three verdicts: of the request, of the number and of the message; only three OKs are an
acceptance. Messages are numbered by the gateway alone, so a lost answer leaves the message unfindable.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import ClassVar, Final
from urllib.parse import parse_qsl

import httpx2
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.sms.gateway import (
    ForgedReceiptError,
    Gateway,
    OutgoingSms,
    Receipt,
    ReceiptState,
    UnreadableReceiptError,
)
from sep.delivery.sms.segments import measure
from sep.delivery.sms.wire import BaseUrl, Money, Reply, Text, UnansweredError, Wire, moment, read

_ACCEPTED = 100
_OURS = OutcomeState.REJECTED_TEMPORARY
_THEIRS = OutcomeState.REJECTED_PERMANENT

ERRORS: Final[dict[int, tuple[OutcomeState, str]]] = {
    200: (_OURS, "SMS.ru: неверный ключ доступа."),
    201: (_OURS, "SMS.ru: на счёте кончились деньги."),
    202: (_THEIRS, "SMS.ru: неверный номер телефона."),
    203: (_OURS, "SMS.ru: нет текста сообщения."),
    204: (_OURS, "SMS.ru: имя отправителя не согласовано."),
    205: (_OURS, "SMS.ru: сообщение слишком длинное."),
    206: (_OURS, "SMS.ru: исчерпан дневной предел сообщений."),
    207: (_OURS, "SMS.ru: нет пути к оператору абонента."),
    208: (_OURS, "SMS.ru: неверное время отправки."),
    209: (_THEIRS, "SMS.ru: номер в списке отказавшихся от сообщений."),
    210: (_OURS, "SMS.ru: неверный вид запроса."),
    211: (_OURS, "SMS.ru: нет такого метода."),
    212: (_OURS, "SMS.ru: текст не в UTF-8."),
    214: (_OURS, "SMS.ru: зарубежные номера не обслуживаются."),
    215: (_THEIRS, "SMS.ru: номер в общем списке отказавшихся от сообщений."),
    216: (_OURS, "SMS.ru: в тексте запрещённое слово."),
    220: (_OURS, "SMS.ru: сервис временно не работает."),
    230: (_OURS, "SMS.ru: превышен дневной предел на этот номер."),
    231: (_OURS, "SMS.ru: превышен предел одинаковых сообщений в минуту."),
    232: (_OURS, "SMS.ru: превышен предел одинаковых сообщений в день."),
    233: (_OURS, "SMS.ru: слишком частые коды на этот номер."),
    500: (OutcomeState.UNKNOWN, "SMS.ru: ошибка на стороне шлюза; судьба сообщения неизвестна."),
}

STATUSES: Final[dict[int, tuple[ReceiptState, str]]] = {
    -1: (ReceiptState.UNKNOWN, "Шлюз не знает этого сообщения."),
    100: (ReceiptState.QUEUED, "Ожидает отправки."),
    101: (ReceiptState.SENT, "Передаётся оператору."),
    102: (ReceiptState.SENT, "Отправлено, в пути."),
    103: (ReceiptState.DELIVERED, "Доставлено."),
    104: (ReceiptState.EXPIRED, "Просрочено: телефон был недоступен."),
    105: (ReceiptState.FAILED_TEMPORARY, "Удалено оператором."),
    106: (ReceiptState.FAILED_TEMPORARY, "Сбой в телефоне абонента."),
    107: (ReceiptState.FAILED_TEMPORARY, "Не доставлено, причина неизвестна."),
    108: (ReceiptState.FAILED_TEMPORARY, "Отклонено."),
    110: (ReceiptState.DELIVERED, "Прочитано."),
    150: (ReceiptState.FAILED_TEMPORARY, "Нет пути к оператору абонента."),
    202: (ReceiptState.FAILED_PERMANENT, "Неверный номер."),
    209: (ReceiptState.FAILED_PERMANENT, "Абонент отказался от сообщений."),
    215: (ReceiptState.FAILED_PERMANENT, "Абонент отказался от сообщений."),
}

_ITEM = re.compile(r"data\[(\d{0,4})\]")


class SmsruSettings(BaseModel):
    """Account at SMS.ru. `api_id` is the key; it also signs the receipts."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    api_id: SecretStr = Field(min_length=1)
    sender: str | None = None
    base_url: BaseUrl = "https://sms.ru"


class _Item(Reply):
    status: str
    status_code: int
    sms_id: Text | None = None
    cost: Money | None = None


class _Answer(Reply):
    status: str
    status_code: int
    sms: dict[str, _Item] = Field(default_factory=dict)


class SmsruGateway(Gateway):
    """SMS.ru."""

    name: ClassVar[str] = "smsru"
    finds_by_own_id: ClassVar[bool] = False
    callback_reply: ClassVar[bytes] = b"100"

    def __init__(self, settings: SmsruSettings, client: httpx2.Client | None = None) -> None:
        self._settings = settings
        self._wire = Wire(client)

    @property
    def receipts_are_signed(self) -> bool:
        return True

    def close(self) -> None:
        self._wire.close()

    def send(self, sms: OutgoingSms) -> Outcome:
        form = {"to": sms.digits, "msg": sms.text}
        if sender := sms.sender or self._settings.sender:
            form["from"] = sender
        try:
            answer = self._ask("/sms/send", form)
        except UnansweredError as trouble:
            return trouble.outcome
        if answer.status != "OK" or answer.status_code != _ACCEPTED:
            return _refusal(answer.status_code)
        item = answer.sms.get(sms.digits)
        if item is None:
            return Outcome(OutcomeState.UNKNOWN, "unreadable", "SMS.ru: в ответе нет нашего номера.")
        if item.status != "OK" or item.status_code != _ACCEPTED:
            return _refusal(item.status_code)
        if not item.sms_id:
            return Outcome(OutcomeState.UNKNOWN, "unreadable", "SMS.ru: в ответе нет номера сообщения.")
        return Outcome(
            OutcomeState.ACCEPTED,
            "accepted",
            "Принято шлюзом.",
            item.sms_id,
            measure(sms.text).parts,
            item.cost,
        )

    def status(self, own_id: int, gateway_message_id: str | None, phone: str) -> Receipt | None:  # noqa: ARG002
        if gateway_message_id is None:
            return None
        try:
            answer = self._ask("/sms/status", {"sms_id": gateway_message_id})
        except UnansweredError:
            return None
        item = answer.sms.get(gateway_message_id)
        if answer.status != "OK" or item is None:
            return None
        return _receipt(item.status_code, gateway_message_id, None)

    def parse_receipts(self, body: bytes, headers: Mapping[str, str]) -> list[Receipt]:  # noqa: ARG002  all in the form
        items: list[tuple[int, str]] = []
        given = ""
        try:
            for name, value in parse_qsl(body.decode(), max_num_fields=200):
                if place := _ITEM.fullmatch(name):
                    items.append((int(place[1] or len(items)), value))
                elif name == "hash":
                    given = value
        except ValueError as error:
            raise UnreadableReceiptError("SMS.ru: тело не является формой.") from error
        entries = [value for _, value in sorted(items, key=lambda item: item[0])]
        signed = self._settings.api_id.get_secret_value() + "".join(entries)
        expected = hashlib.sha256(signed.encode()).hexdigest()
        if not hmac.compare_digest(expected.encode(), given.lower().encode()):
            raise ForgedReceiptError("SMS.ru: контрольная сумма уведомления не сошлась.")
        return [receipt for entry in entries if (receipt := _entry(entry))]

    def _ask(self, path: str, form: Mapping[str, str]) -> _Answer:
        data = {"api_id": self._settings.api_id.get_secret_value(), "json": "1", **form}
        return read(_Answer, self._wire.post(self._settings.base_url + path, data=data))


def _refusal(code: int) -> Outcome:
    state, detail = ERRORS.get(code, (OutcomeState.UNKNOWN, "SMS.ru: ответ с неизвестным кодом."))
    return Outcome(state, f"smsru-{code}", detail)


def _entry(entry: str) -> Receipt | None:
    """Read the lines sms_status, id, status, unix time; other kinds (test, calls) are not ours."""
    kind, *rest = entry.split("\n")
    if kind != "sms_status":
        return None
    try:
        message_id, status, *moment = rest
        return _receipt(int(status), message_id, int(moment[0]) if moment else None)
    except ValueError as error:
        raise UnreadableReceiptError("SMS.ru: уведомление не разобрано.") from error


def _receipt(status: int, message_id: str, timestamp: int | None) -> Receipt:
    state, detail = STATUSES.get(status, (ReceiptState.UNKNOWN, "Неизвестное состояние."))
    return Receipt(state, f"smsru-{status}", detail, gateway_message_id=message_id, at=moment(timestamp))
