"""One HTTP exchange with a gateway, ended in a known way whatever the other side does."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from sep.delivery.answers import Outcome, OutcomeState

CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 10.0
ANSWER_LIMIT: Final = 64 * 1024
"""Bytes. The longest honest answer is under two kilobytes."""

_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)


class UnansweredError(Exception):
    """No usable answer; `outcome` says what is known. Carries no address, key, phone or text."""

    def __init__(self, state: OutcomeState, code: str, detail: str) -> None:
        super().__init__(code)
        self.outcome = Outcome(state, code, detail)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. Undecodable bytes are replaced: the codes around them still count."""

    status: int
    text: str

    def unusable(self) -> UnansweredError:
        """Classify an answer that is not in the provider's format."""
        if self.status in _REFUSALS:
            return UnansweredError(
                OutcomeState.REJECTED_TEMPORARY, f"http-{self.status}", _REFUSALS[self.status]
            )
        if not 200 <= self.status < 300:  # noqa: PLR2004
            return UnansweredError(
                OutcomeState.UNKNOWN,
                f"http-{self.status}",
                "Шлюз ответил ошибкой; судьба сообщения неизвестна.",
            )
        code = "html" if _HTML.match(self.text) else "unreadable"
        return UnansweredError(
            OutcomeState.UNKNOWN, code, "Ответ шлюза не разобран; судьба сообщения неизвестна."
        )


# Statuses with which a server says that it did not take the request. Other errors, 500, 502 and 504
# among them, may come after it was taken.
_REFUSALS: Final[dict[int, str]] = {
    **dict.fromkeys((301, 302, 303, 307, 308), "Шлюз отвечает переадресацией: проверьте адрес шлюза."),
    400: "Шлюз не понял запрос.",
    401: "Шлюз не принял ключ доступа.",
    402: "На счёте шлюза кончились деньги.",
    403: "Шлюз запретил доступ.",
    404: "По адресу шлюза нет нужной страницы: проверьте адрес.",
    405: "Шлюз не принимает такой запрос.",
    413: "Шлюз счёл запрос слишком большим.",
    429: "Шлюз просит слать реже.",
    503: "Шлюз временно не работает.",
}

# Failures before the first byte of the request left us: surely not taken.
_NOT_SENT: Final[dict[type[httpx2.TransportError], tuple[str, str]]] = {
    httpx2.ConnectTimeout: ("connect-timeout", "Шлюз не отвечает на соединение."),
    httpx2.ConnectError: ("connect", "Не удалось соединиться со шлюзом."),
    httpx2.PoolTimeout: ("busy", "Все соединения со шлюзом заняты."),
    httpx2.ProxyError: ("proxy", "Прокси-сервер не пропустил запрос к шлюзу."),
    httpx2.UnsupportedProtocol: ("address", "Адрес шлюза записан неверно."),
}


class Wire:
    """The adapter's HTTP client: bounded in time and size, follows no redirects.

    Keys travel in bodies and headers only, never in addresses: addresses get logged on the way.
    """

    def __init__(self, client: httpx2.Client | None = None) -> None:
        self._own = client is None
        self._client = client or httpx2.Client(
            timeout=httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS), follow_redirects=False
        )

    def close(self) -> None:
        if self._own:
            self._client.close()

    def post(self, url: str, **content: Any) -> Answer:
        """POST and read the whole answer. `content`: data=, json= and auth= of httpx2.

        Raises UnansweredError.
        """
        try:
            with self._client.stream(
                "POST", url, headers={"Accept-Encoding": "identity"}, follow_redirects=False, **content
            ) as response:
                return Answer(response.status_code, _bounded(response).decode("utf-8", "replace"))
        except httpx2.TransportError as error:
            for kind, (code, detail) in _NOT_SENT.items():
                if isinstance(error, kind):
                    raise UnansweredError(OutcomeState.REJECTED_TEMPORARY, code, detail) from None
            code = "timeout" if isinstance(error, httpx2.TimeoutException) else "broken"
        except (httpx2.HTTPError, httpx2.InvalidURL):
            code = "broken"
        raise UnansweredError(
            OutcomeState.UNKNOWN, code, "Ответ шлюза не дошёл; судьба сообщения неизвестна."
        )


def _bounded(response: httpx2.Response) -> bytes:
    """Read at most ANSWER_LIMIT bytes within the read timeout: one byte a second must not hold a worker."""
    deadline = time.monotonic() + (response.request.extensions["timeout"]["read"] or READ_SECONDS)
    body = b""
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise UnansweredError(OutcomeState.UNKNOWN, "too-long", "Ответ шлюза слишком велик.")
        if time.monotonic() > deadline:
            raise httpx2.ReadTimeout("deadline of the whole answer")
    return body


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _positive(value: Decimal) -> Decimal | None:
    return value if value.is_finite() and value >= 0 else None


Text = Annotated[str, BeforeValidator(_text)]
"""A string that providers sometimes write as a number."""

Money = Annotated[Decimal, BeforeValidator(_text), AfterValidator(_positive)]
"""Roubles, as a number or a string."""


class Reply(BaseModel):
    """A provider's answer: unknown fields are ignored, numbers may come as strings."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


ReplyT = TypeVar("ReplyT", bound=BaseModel)


def read(model: type[ReplyT], answer: Answer) -> ReplyT:
    """Parse a success, or raise UnansweredError with what the HTTP status tells."""
    if not 200 <= answer.status < 300:  # noqa: PLR2004
        raise answer.unusable()
    try:
        return model.model_validate_json(answer.text)
    except ValidationError:
        raise answer.unusable() from None


def moment(timestamp: int | None) -> datetime | None:
    """Unix seconds as an aware time; None when absent or senseless."""
    try:
        return datetime.fromtimestamp(timestamp, UTC) if timestamp else None
    except (OverflowError, OSError, ValueError):
        return None


def header(headers: Mapping[str, str], name: str) -> str:
    """A header by its name in any case; empty when absent."""
    return next((value for key, value in headers.items() if key.lower() == name.lower()), "")


def safe_base(url: str) -> str:
    """Check a gateway's address: TLS, or this very machine (tests and the simulator)."""
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("адрес шлюза записывается без логина и параметров")
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError("адрес шлюза должен начинаться с https://")
    return url.rstrip("/")


BaseUrl = Annotated[str, AfterValidator(safe_base)]
