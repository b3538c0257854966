"""SMSC.ru over HTTP: /sys/send.php and /sys/status.php with fmt=3.

Errors come with HTTP 200, in JSON or as plain `ERROR = N (…)`. The message carries our own number, so its
fate can be asked even when the answer was lost.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import ClassVar, Final, Self
from urllib.parse import parse_qs

import httpx2
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, model_validator

from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.sms.gateway import (
    ForgedReceiptError,
    Gateway,
    OutgoingSms,
    Receipt,
    ReceiptState,
    UnreadableReceiptError,
)
from sep.delivery.sms.wire import Answer, BaseUrl, Money, Reply, Text, UnansweredError, Wire, moment, read

HOME: Final = "https://smsc.ru"
RESERVE: Final = "https://www2.smsc.ru"

ERRORS: Final[dict[int, tuple[OutcomeState, str]]] = {
    1: (OutcomeState.REJECTED_TEMPORARY, "SMSC: ошибка в параметрах запроса."),
    2: (OutcomeState.REJECTED_TEMPORARY, "SMSC: неверный логин, пароль или ключ."),
    3: (OutcomeState.REJECTED_TEMPORARY, "SMSC: на счёте кончились деньги."),
    4: (OutcomeState.REJECTED_TEMPORARY, "SMSC: адрес сервера временно заблокирован."),
    5: (OutcomeState.REJECTED_TEMPORARY, "SMSC: неверный формат даты."),
    6: (OutcomeState.REJECTED_TEMPORARY, "SMSC: текст или имя отправителя запрещены."),
    7: (OutcomeState.REJECTED_PERMANENT, "SMSC: неверный номер телефона."),
    8: (OutcomeState.REJECTED_PERMANENT, "SMSC: на этот номер сообщение доставить нельзя."),
    9: (OutcomeState.REJECTED_TEMPORARY, "SMSC: повтор того же запроса или слишком много запросов сразу."),
}

STATUSES: Final[dict[int, tuple[ReceiptState, str]]] = {
    -3: (ReceiptState.UNKNOWN, "Шлюз не знает этого сообщения."),
    -2: (ReceiptState.FAILED_TEMPORARY, "Отправка остановлена в шлюзе."),
    -1: (ReceiptState.QUEUED, "Ожидает отправки."),
    0: (ReceiptState.SENT, "Передано оператору."),
    1: (ReceiptState.DELIVERED, "Доставлено."),
    2: (ReceiptState.DELIVERED, "Прочитано."),
    3: (ReceiptState.EXPIRED, "Просрочено: телефон был недоступен."),
    4: (ReceiptState.DELIVERED, "Доставлено, ссылка открыта."),
    20: (ReceiptState.FAILED_PERMANENT, "Доставить невозможно."),
    22: (ReceiptState.FAILED_PERMANENT, "Неверный номер."),
    23: (ReceiptState.FAILED_PERMANENT, "Отправка на этот номер запрещена."),
    24: (ReceiptState.FAILED_TEMPORARY, "На счёте шлюза кончились деньги."),
    25: (ReceiptState.FAILED_TEMPORARY, "Номер недоступен: нет пути к оператору."),
}

# Why a message failed (field `err`), where it says more than the status does.
REASONS: Final[dict[int, str]] = {
    1: "Абонент не существует.",
    6: "Абонент не в сети.",
    11: "У абонента нет услуги SMS.",
    12: "Ошибка в телефоне абонента.",
    13: "Абонент заблокирован.",
    21: "Телефон не принимает SMS.",
    237: "Абонент не отвечает.",
    244: "Абонент отказался от массовых рассылок.",
    246: "Доставка ограничена по времени.",
    247: "Превышен суточный предел сообщений.",
    248: "Нет пути к оператору абонента.",
    249: "Неверный формат номера.",
    250: "Номер запрещён настройками шлюза.",
    251: "Превышен предел сообщений на один номер.",
    252: "Номер запрещён.",
    253: "Запрещено фильтром нежелательных сообщений.",
    254: "Имя отправителя не зарегистрировано.",
    255: "Отклонено оператором.",
}

_OWN_ID = re.compile(r"[1-9][0-9]{0,9}")
_PLAIN_ERROR = re.compile(r"\s*ERROR\s*=\s*(\d{1,3})\b")


class SmscSettings(BaseModel):
    """Account at SMSC.ru: an API key, or a login with a password.

    `callback_secret`: the secret word from the account's receipt settings; without it receipts are unsigned.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    login: str = ""
    password: SecretStr = SecretStr("")
    apikey: SecretStr = SecretStr("")
    sender: str | None = None
    callback_secret: SecretStr = SecretStr("")
    base_url: BaseUrl = HOME
    reserve_url: BaseUrl | None = None

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if not self.apikey.get_secret_value() and not (self.login and self.password.get_secret_value()):
            raise ValueError("нужен apikey или login с password")
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where to send, in order. The public reserve serves the public address only."""
        reserve = self.reserve_url or (RESERVE if self.base_url == HOME else None)
        return (self.base_url, reserve) if reserve else (self.base_url,)

    def credentials(self) -> dict[str, str]:
        if key := self.apikey.get_secret_value():
            return {"apikey": key}
        return {"login": self.login, "psw": self.password.get_secret_value()}


class _Sent(Reply):
    id: Text
    cnt: int | None = None
    cost: Money | None = None


class _Failed(Reply):
    error_code: int


class _Status(Reply):
    status: int
    last_timestamp: int | None = None
    err: int | None = None


class SmscGateway(Gateway):
    """SMSC.ru."""

    name: ClassVar[str] = "smsc"
    finds_by_own_id: ClassVar[bool] = True

    def __init__(self, settings: SmscSettings, client: httpx2.Client | None = None) -> None:
        self._settings = settings
        self._wire = Wire(client)

    @property
    def receipts_are_signed(self) -> bool:
        return bool(self._settings.callback_secret.get_secret_value())

    def close(self) -> None:
        self._wire.close()

    def send(self, sms: OutgoingSms) -> Outcome:
        form = {"phones": sms.digits, "mes": sms.text, "id": str(sms.own_id), "cost": "3"}
        if sender := sms.sender or self._settings.sender:
            form["sender"] = sender
        try:
            answer = self._ask("/sys/send.php", form)
            if (code := _error_code(answer)) is not None:
                state, detail = ERRORS.get(
                    code, (OutcomeState.REJECTED_TEMPORARY, "SMSC: отказ с неизвестным кодом.")
                )
                return Outcome(state, f"smsc-{code}", detail)
            sent = read(_Sent, answer)
        except UnansweredError as trouble:
            return trouble.outcome
        return Outcome(
            OutcomeState.ACCEPTED, "accepted", "Принято шлюзом.", sent.id or None, sent.cnt, sent.cost
        )

    def status(self, own_id: int, gateway_message_id: str | None, phone: str) -> Receipt | None:
        """Ask by our own number; the gateway's is the same one."""
        form = {"phone": phone.removeprefix("+"), "id": gateway_message_id or str(own_id)}
        try:
            answer = self._ask("/sys/status.php", form)
            if _error_code(answer) is not None:
                return None
            found = read(_Status, answer)
        except UnansweredError:
            return None
        return _receipt(found.status, found.err, form["id"], found.last_timestamp)

    def parse_receipts(self, body: bytes, headers: Mapping[str, str]) -> list[Receipt]:  # noqa: ARG002  all in the form
        try:
            form = {name: values[-1] for name, values in parse_qs(body.decode(), max_num_fields=100).items()}
        except ValueError as error:
            raise UnreadableReceiptError("SMSC: тело не является формой.") from error
        if "status" not in form:  # the same address is told of incoming SMS and of balance
            return []
        self._check(form)
        try:
            return [
                _receipt(
                    int(form["status"]),
                    int(form["err"]) if form.get("err") else None,
                    form["id"],
                    int(form["ts"]) if form.get("ts") else None,
                )
            ]
        except (KeyError, ValueError) as error:
            raise UnreadableReceiptError("SMSC: в уведомлении нет номера или состояния.") from error

    def _check(self, form: Mapping[str, str]) -> None:
        """Compare the check sum over `id:phone:status:secret`. CRC-32 is not one: it proves nothing."""
        secret = self._settings.callback_secret.get_secret_value()
        if not secret:
            return
        signed = f"{form.get('id', '')}:{form.get('phone', '')}:{form.get('status', '')}:{secret}".encode()
        kind = "sha1" if form.get("sha1") else "md5"
        expected = hashlib.new(kind, signed, usedforsecurity=False).hexdigest()  # the provider's choice
        if not hmac.compare_digest(expected.encode(), form.get(kind, "").lower().encode()):
            raise ForgedReceiptError("SMSC: контрольная сумма уведомления не сошлась.")

    def _ask(self, path: str, form: Mapping[str, str]) -> Answer:
        """POST to the first address that can be reached."""
        data = {**self._settings.credentials(), "charset": "utf-8", "fmt": "3", **form}
        first, *reserves = self._settings.addresses
        for reserve in reserves:
            try:
                return self._wire.post(first + path, data=data)
            except UnansweredError as trouble:
                if trouble.outcome.code not in {"connect", "connect-timeout"}:
                    raise
                first = reserve
        return self._wire.post(first + path, data=data)


def _error_code(answer: Answer) -> int | None:
    if plain := _PLAIN_ERROR.match(answer.text):
        return int(plain[1])
    try:
        return _Failed.model_validate_json(answer.text).error_code
    except ValidationError:
        return None


def _receipt(status: int, err: int | None, message_id: str, timestamp: int | None) -> Receipt:
    state, detail = STATUSES.get(status, (ReceiptState.UNKNOWN, "Неизвестное состояние."))
    failed = state in {ReceiptState.FAILED_PERMANENT, ReceiptState.FAILED_TEMPORARY, ReceiptState.EXPIRED}
    return Receipt(
        state=state,
        code=f"smsc-{status}" + (f"-{err}" if failed and err else ""),
        detail=REASONS.get(err or 0, detail) if failed else detail,
        gateway_message_id=message_id,
        own_id=int(message_id) if _OWN_ID.fullmatch(message_id) else None,
        at=moment(timestamp),
    )
