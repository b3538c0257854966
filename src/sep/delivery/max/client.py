"""The Bot API of MAX: the calls that we make, each ended in a known way (max.md §1–4)."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from sep.delivery.max import trust
from sep.delivery.max.errors import MaxError, Trouble, of_answer
from sep.delivery.max.outgoing import NewMessage

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 15.0
ANSWER_LIMIT: Final = 1024 * 1024
_UPLOAD_PAUSE: Final = 0.7
_READY_PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


class _Reply(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class BotInfo(_Reply):
    user_id: int
    username: str
    first_name: str = ""


class Subscription(_Reply):
    url: str
    update_types: list[str] | None = None
    time: int | None = None


class _Subscriptions(_Reply):
    subscriptions: list[Subscription] = []


class _Done(_Reply):
    success: bool
    message: str = ""


class _SentBody(_Reply):
    mid: str


class _SentRecipient(_Reply):
    chat_id: int | None = None


class _SentMessage(_Reply):
    body: _SentBody
    recipient: _SentRecipient = _SentRecipient()


class _SentReply(_Reply):
    message: _SentMessage


class _Updates(_Reply):
    updates: list[dict[str, Any]] = []
    marker: int | None = None


class _Upload(_Reply):
    url: str
    token: str | None = None


class _Token(_Reply):
    token: str


class _Photos(_Reply):
    photos: dict[str, _Token]


@dataclass(frozen=True, slots=True)
class Sent:
    mid: str
    chat_id: int | None


ReplyT = TypeVar("ReplyT", bound=BaseModel)


class BotApi:
    """One bot. Thread-safe: keeps nothing between calls but its HTTP clients."""

    def __init__(
        self,
        token: str,
        *,
        base_url: str = "https://platform-api2.max.ru",
        ca_file: Path | None = None,
        client: httpx2.Client | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise ValueError("адрес MAX должен начинаться с https://")
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": token}
        timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        verify: Any = trust.context(ca_file) if parts.scheme == "https" else True
        self._client = client or httpx2.Client(timeout=timeout, verify=verify, follow_redirects=False)
        self._storage = client or httpx2.Client(timeout=timeout, follow_redirects=False)
        self._pause = pause

    def close(self) -> None:
        self._client.close()
        self._storage.close()

    def me(self) -> BotInfo:
        return self._ask(BotInfo, "GET", "/me")

    def set_commands(self, commands: Sequence[tuple[str, str]]) -> None:
        listed = [{"name": name, "description": description} for name, description in commands]
        self._ask(_Reply, "PATCH", "/me/commands", json={"commands": listed})

    def send(self, user_id: int, message: NewMessage) -> Sent:
        """Send a message; a file that is still being processed is waited for, a minute at the most."""
        if message.files or message.images:
            self._pause(_UPLOAD_PAUSE)
        for pause in (*_READY_PAUSES, None):
            try:
                sent = self._ask(
                    _SentReply, "POST", "/messages", params={"user_id": user_id}, json=message.to_json()
                ).message
            except MaxError as error:
                if error.code != "attachment.not.ready" or pause is None:
                    raise
                self._pause(pause)
            else:
                return Sent(sent.body.mid, sent.recipient.chat_id)
        raise AssertionError("the last round returns or raises")

    def edit(self, mid: str, message: NewMessage) -> None:
        self._do("PUT", "/messages", params={"message_id": mid}, json=message.to_json())

    def delete(self, mid: str) -> None:
        self._do("DELETE", "/messages", params={"message_id": mid})

    def answer(
        self, callback_id: str, *, notification: str | None = None, message: NewMessage | None = None
    ) -> None:
        body: dict[str, Any] = {}
        if notification is not None:
            body["notification"] = notification
        if message is not None:
            body["message"] = message.to_json()
        self._do("POST", "/answers", params={"callback_id": callback_id}, json=body)

    def subscriptions(self) -> list[Subscription]:
        return self._ask(_Subscriptions, "GET", "/subscriptions").subscriptions

    def subscribe(self, url: str, secret: str, update_types: Sequence[str]) -> None:
        body = {"url": url, "secret": secret, "update_types": list(update_types)}
        self._do("POST", "/subscriptions", json=body)

    def unsubscribe(self, url: str) -> None:
        self._do("DELETE", "/subscriptions", params={"url": url})

    def updates(
        self, marker: int | None, seconds: int, types: Sequence[str]
    ) -> tuple[list[bytes], int | None]:
        """Ask for updates, waiting up to `seconds`; returns each as its JSON, and the next marker."""
        params: dict[str, Any] = {"timeout": seconds, "types": ",".join(types)}
        if marker is not None:
            params["marker"] = marker
        timeout = httpx2.Timeout(seconds + 10.0, connect=CONNECT_SECONDS)
        got = self._ask(_Updates, "GET", "/updates", params=params, timeout=timeout)
        return [json.dumps(each, ensure_ascii=False).encode() for each in got.updates], got.marker or marker

    def upload(self, kind: Literal["file", "image"], data: bytes, filename: str) -> str:
        """Put a file into MAX, on another host that never sees our token; returns the one to attach it by."""
        place = self._ask(_Upload, "POST", "/uploads", params={"type": kind})
        answer = self._exchange(self._storage, "POST", place.url, {}, files={"data": (filename, data)})
        if kind == "file":
            return self._read(_Token, answer).token
        photos = self._read(_Photos, answer).photos
        if not photos:
            raise _unreadable()
        return next(iter(photos.values())).token

    def _do(self, method: str, path: str, **content: Any) -> None:
        if not self._ask(_Done, method, path, **content).success:
            raise MaxError(Trouble.PERMANENT, "unsuccessful", "MAX отказал, не назвав причины.")

    def _ask(self, model: type[ReplyT], method: str, path: str, **content: Any) -> ReplyT:
        return self._read(
            model, self._exchange(self._client, method, self._base + path, self._headers, **content)
        )

    @staticmethod
    def _read(model: type[ReplyT], body: bytes) -> ReplyT:
        try:
            return model.model_validate_json(body)
        except ValidationError:
            try:
                done = _Done.model_validate_json(body)
            except ValidationError:
                raise _unreadable() from None
            if done.success:
                raise _unreadable() from None
            raise MaxError(Trouble.PERMANENT, "unsuccessful", "MAX отказал, не назвав причины.") from None

    @staticmethod
    def _exchange(
        client: httpx2.Client, method: str, url: str, headers: dict[str, str], **content: Any
    ) -> bytes:
        body = b""
        try:
            with client.stream(method, url, headers=headers, **content) as response:
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > ANSWER_LIMIT:
                        raise _unreadable()
        except _NOT_SENT:
            raise MaxError(Trouble.RETRY, "connect", "Не удалось соединиться с MAX.") from None
        except httpx2.TimeoutException:
            raise MaxError(Trouble.UNKNOWN, "timeout", "MAX не ответил вовремя.") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise MaxError(Trouble.UNKNOWN, "broken", "Соединение с MAX оборвалось.") from None
        if response.status_code == httpx2.codes.OK:
            return body
        raise _refusal(response, body)


def _refusal(response: httpx2.Response, body: bytes) -> MaxError:
    try:
        told = json.loads(body)
        code, message = str(told.get("code", "")), str(told.get("message", ""))
    except (ValueError, AttributeError):
        code = message = ""
    after = response.headers.get("Retry-After", "")
    return of_answer(response.status_code, code, message, float(after) if after.isdecimal() else None)


def _unreadable() -> MaxError:
    return MaxError(Trouble.UNKNOWN, "unreadable", "Ответ MAX не разобран.")
