"""The Bot API of MAX: the calls that we make, each ended in a known way.

A call has no key of its own by which MAX would know it again, so none is repeated here; the one exception is
a message whose file MAX is still processing: it is surely not taken.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from sep.delivery.max import trust
from sep.delivery.max.errors import NOT_UPLOADED, MaxError, Trouble, of_answer, of_storage
from sep.delivery.max.outgoing import NewMessage

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 15.0
ANSWER_LIMIT: Final = 1024 * 1024
"""Bytes."""
_POLL_BEYOND: Final = 10.0
_POLL_COUNT: Final = 20
"""Updates in an answer: even the longest ones stay under the limit of an answer."""
_UPLOAD_PAUSE: Final = 0.7
_READY_PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
_LONGEST_WAIT: Final = 3600.0
"""Seconds that MAX may ask us to wait."""

# Failures before the first byte of the request left us: surely not taken.
_NOT_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)


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
    updates: list[Any] = []
    marker: int | None = None


class _Upload(_Reply):
    url: str


class _Refusal(_Reply):
    code: str = ""
    message: str = ""


class _Token(_Reply):
    token: str


class _Photos(_Reply):
    photos: dict[str, _Token]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that MAX has taken; nothing ever tells whether it was read."""

    mid: str
    chat_id: int | None


ReplyT = TypeVar("ReplyT", bound=BaseModel)
_NO_HEADERS: Final[Mapping[str, str]] = {}


class BotApi:
    """One bot. Thread-safe: keeps nothing between calls but its HTTP clients.

    Every call raises `MaxError`, and nothing else.
    """

    def __init__(
        self,
        token: str,
        *,
        base_url: str = "https://platform-api2.max.ru",
        ca_file: Path | None = None,
        client: httpx2.Client | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Make the client of the bot with `token`.

        `base_url` may have a path. `ca_file`: PEM, instead of the packaged roots. `client`: for both the API
        and the upload host, and not closed here. Raises ValueError that quotes neither token nor address.
        """
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("Это не токен: в нём только латинские буквы, цифры и знаки.")
        parts = urlsplit(base_url)
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("Адрес MAX записывается без логина и параметров.")
        if not _is_safe(base_url):
            raise ValueError("Адрес MAX должен начинаться с https://.")
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": token}
        self._pause = pause
        self._owns_clients = client is None
        timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        roots = trust.context(ca_file) if parts.scheme == "https" else trust.ordinary()
        self._client = client or httpx2.Client(timeout=timeout, verify=roots)
        self._storage = client or httpx2.Client(timeout=timeout, verify=trust.ordinary())

    def close(self) -> None:
        """Close the connections that were opened here."""
        if self._owns_clients:
            self._client.close()
            self._storage.close()

    def me(self) -> BotInfo:
        """Ask who the bot is: the cheapest proof of the token and of the way to MAX."""
        return self._ask(BotInfo, "GET", "/me")

    def set_commands(self, commands: Sequence[tuple[str, str]]) -> None:
        """Replace the bot's menu by pairs of a name without a slash and a description."""
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
        """Change a message of the bot's, see `NewMessage` for what stays."""
        self._do("PUT", "/messages", params={"message_id": mid}, json=message.to_json())

    def delete(self, mid: str) -> None:
        """Delete a message of the bot's."""
        self._do("DELETE", "/messages", params={"message_id": mid})

    def answer(
        self, callback_id: str, *, notification: str | None = None, message: NewMessage | None = None
    ) -> None:
        """Answer a press: by a line that shows for a moment, by a message in place of the pressed one.

        With neither, only the spinner goes away.
        """
        body: dict[str, Any] = {}
        if notification is not None:
            body["notification"] = notification
        if message is not None:
            body["message"] = message.to_json()
        self._do("POST", "/answers", params={"callback_id": callback_id}, json=body)

    def subscriptions(self) -> list[Subscription]:
        """List the webhooks; MAX never shows their secrets."""
        return self._ask(_Subscriptions, "GET", "/subscriptions").subscriptions

    def subscribe(self, url: str, secret: str, update_types: Sequence[str]) -> None:
        """Add a webhook; those with other addresses stay, and get every update too."""
        body = {"url": url, "secret": secret, "update_types": list(update_types)}
        self._do("POST", "/subscriptions", json=body)

    def unsubscribe(self, url: str) -> None:
        """Take a webhook away."""
        self._do("DELETE", "/subscriptions", params={"url": url})

    def updates(
        self, marker: int | None, seconds: int, types: Sequence[str]
    ) -> tuple[list[bytes], int | None]:
        """Ask for updates, waiting up to `seconds`; returns each as its JSON, and the next marker."""
        params: dict[str, Any] = {"timeout": seconds, "limit": _POLL_COUNT, "types": ",".join(types)}
        if marker is not None:
            params["marker"] = marker
        timeout = httpx2.Timeout(seconds + _POLL_BEYOND, connect=CONNECT_SECONDS)
        got = self._ask(_Updates, "GET", "/updates", params=params, timeout=timeout)
        # An answer without updates has the marker 0 or none: it must not take us back.
        return [json.dumps(each, ensure_ascii=False).encode() for each in got.updates], got.marker or marker

    def upload(self, kind: Literal["file", "image"], data: bytes, filename: str) -> str:
        """Put a file into MAX, on another host that never sees our token; returns the one to attach it by.

        Nobody gets anything by this alone, so every trouble that may pass is `Trouble.RETRY`.
        """
        try:
            place = self._ask(_Upload, "POST", "/uploads", params={"type": kind}).url
            if not _is_safe(place):
                raise _unreadable()
            body = _exchange(
                self._storage, "POST", place, _refused_by_storage, files={"data": (filename, data)}
            )
            if kind == "file":
                return _read(_Token, body).token
            for photo in _read(_Photos, body).photos.values():
                return photo.token
            raise _unreadable()
        except MaxError as error:
            if error.trouble is not Trouble.UNKNOWN:
                raise
            raise MaxError(Trouble.RETRY, error.code, NOT_UPLOADED, error.retry_after) from None

    def _do(self, method: str, path: str, **content: Any) -> None:
        self._ask(_Done, method, path, **content)

    def _ask(self, model: type[ReplyT], method: str, path: str, **content: Any) -> ReplyT:
        url = self._base + path
        return _read(model, _exchange(self._client, method, url, _refused, headers=self._headers, **content))


def _is_safe(url: str) -> bool:
    """Whether nobody sees on the way what is sent there: it goes by TLS, or stays on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    on_this_machine = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return on_this_machine or (parts.scheme == "https" and bool(parts.hostname))


def _exchange(
    client: httpx2.Client,
    method: str,
    url: str,
    refused: Callable[[httpx2.Response, bytes], MaxError],
    *,
    headers: Mapping[str, str] = _NO_HEADERS,
    **content: Any,
) -> bytes:
    """Make one request, bounded in time and size, and return the body of a success."""
    try:
        with client.stream(
            method, url, headers={**headers, "Accept-Encoding": "identity"}, follow_redirects=False, **content
        ) as response:
            body = _bounded(response)
    except _NOT_SENT:
        raise MaxError(Trouble.RETRY, "connect", "Не удалось соединиться с MAX.") from None
    except httpx2.TimeoutException:
        raise MaxError(Trouble.UNKNOWN, "timeout", "MAX не ответил вовремя.") from None
    except (httpx2.HTTPError, httpx2.InvalidURL):
        raise MaxError(Trouble.UNKNOWN, "broken", "Соединение с MAX оборвалось.") from None
    if response.status_code == httpx2.codes.OK:
        return body
    raise refused(response, body)


def _bounded(response: httpx2.Response) -> bytes:
    """Read within the limits of size and time: one byte a second must not hold a worker."""
    deadline = time.monotonic() + (response.request.extensions["timeout"]["read"] or READ_SECONDS)
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise MaxError(Trouble.UNKNOWN, "too-long", "Ответ MAX слишком велик.")
        if time.monotonic() > deadline:
            raise httpx2.ReadTimeout("deadline of the whole answer")
    return bytes(body)


def _read(model: type[ReplyT], body: bytes) -> ReplyT:
    if _says_no(body):
        raise MaxError(Trouble.PERMANENT, "unsuccessful", "MAX отказал, не назвав причины.")
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise _unreadable() from None


def _says_no(body: bytes) -> bool:
    """Whether the answer is `{"success": false}`, which MAX gives with the status of a success."""
    try:
        return not _Done.model_validate_json(body).success
    except ValidationError:
        return False


def _unreadable() -> MaxError:
    return MaxError(Trouble.UNKNOWN, "unreadable", "Ответ MAX не разобран.")


def _refused(response: httpx2.Response, body: bytes) -> MaxError:
    try:
        told = _Refusal.model_validate_json(body)
    except ValidationError:
        told = _Refusal()
    return of_answer(response.status_code, told.code, told.message, _retry_after(response))


def _refused_by_storage(response: httpx2.Response, _body: bytes) -> MaxError:
    return of_storage(response.status_code)


def _retry_after(response: httpx2.Response) -> float | None:
    asked = response.headers.get("Retry-After", "")
    return min(float(asked), _LONGEST_WAIT) if asked.isdecimal() else None
