"""Everything that can go wrong, as a tree.

    SepError
    ├── ConnectionFailed        no answer: the network, the address, a proxy
    │   ├── Timeout             no answer in time
    │   └── CertificateFailed   the server's certificate is not trusted
    ├── Unauthorized            401: the token
    ├── Forbidden               403: the МО identifier or a right
    ├── NotFound                404
    ├── Conflict                409: the id names another document, or the document's status does not allow it
    ├── Invalid                 400, 413, 415, 422: `errors` tells which field and why
    ├── RateLimited             429: `retry_after` seconds
    └── ServerError             5xx or an unreadable answer: `request_id` finds it in the service's log

`ConnectionFailed`, `RateLimited` and `ServerError` may pass: the same call, repeated later, is safe. The
others will not change until somebody corrects something.
"""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

import httpx2
from pydantic import BaseModel, ValidationError


@dataclass(frozen=True)
class FieldError:
    """One field of the request: where it is (`signer.phone`), a stable code, a Russian sentence."""

    path: str
    code: str
    message: str


class SepError(Exception):
    """The call did not succeed.

    Attributes:
        code: stable, for programs; the service's `errorCode` when it told one.
        message: a Russian sentence that may stand on a registrar's screen as it is.
        problem: the service's whole RFC 9457 answer; empty when there was none.
        retry_after: seconds the service asks to wait; `None` when it did not tell.
    """

    default_code: ClassVar[str] = "error"
    default_message: ClassVar[str] = "Сервис подписания не выполнил запрос."

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        problem: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.retry_after = retry_after
        self.code = code or self.default_code
        self.message = message or self.default_message
        self.problem = dict(problem or {})
        super().__init__(self.message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r})"


class ConnectionFailed(SepError):
    """There was no answer."""

    default_code = "connection_failed"
    default_message = (
        "Нет связи с сервисом подписания. Проверьте адрес сервиса и сеть; документ можно отправить ещё раз."
    )


class Timeout(ConnectionFailed):
    """There was no answer in time; whether the service did the work is unknown, repeating is safe."""

    default_code = "timeout"
    default_message = "Сервис подписания не ответил вовремя. Повторите запрос: второй документ не появится."


class CertificateFailed(ConnectionFailed):
    """The TLS certificate is not trusted; nothing was sent."""

    default_code = "certificate_failed"
    default_message = (
        "Сертификат сервиса подписания не прошёл проверку, данные не отправлены. Обратитесь к администратору."
    )


class Unauthorized(SepError):
    """The token is missing, unknown or revoked."""

    default_code = "unauthorized"
    default_message = "Сервис подписания не принял авторизационный токен. Проверьте его в настройках МИС."


class Forbidden(SepError):
    """The token has no right to this МО or this call."""

    default_code = "forbidden"
    default_message = "Токен не даёт права на это действие. Проверьте идентификатор МО в настройках МИС."


class NotFound(SepError):
    """The service does not know such a document."""

    default_code = "not_found"
    default_message = "Такого документа в сервисе подписания нет."


class Conflict(SepError):
    """The id already names another document, or the document's status does not allow the action."""

    default_code = "conflict"
    default_message = "Документ с таким номером уже есть или его состояние не позволяет это действие."


class Invalid(SepError):
    """The service read the request and refused it.

    Attributes:
        errors: which fields and why; empty when the reason is not about a field.
    """

    default_code = "invalid"
    default_message = "Сервис подписания не принял данные. Исправьте их и отправьте снова."

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        problem: Mapping[str, Any] | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(message, code=code, problem=problem)
        self.errors = list(errors)


class RateLimited(SepError):
    """Too many requests, or too many messages to one phone; `retry_after` tells when to come back."""

    default_code = "rate_limited"
    default_message = "Слишком много запросов к сервису подписания. Повторите позже."


class ServerError(SepError):
    """The service failed, or something between answered instead of it.

    Attributes:
        request_id: finds the failure in the service's log; `None` when the service did not answer itself.
    """

    default_code = "server_error"
    default_message = "Сервис подписания временно не работает. Повторите позже: второй документ не появится."

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        problem: Mapping[str, Any] | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, problem=problem, retry_after=retry_after)
        self.request_id = request_id


_BY_STATUS: Mapping[int, type[SepError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}


class _ProblemField(BaseModel):
    path: str = ""
    code: str = ""
    message: str = ""


class _Problem(BaseModel):
    """RFC 9457 with our two members."""

    title: str = ""
    detail: str = ""
    errorCode: str = ""  # noqa: N815  the wire's own name
    requestId: str | None = None  # noqa: N815
    errors: list[_ProblemField] = []


def from_response(response: httpx2.Response) -> SepError:
    """Return the error that an answer other than 2xx means; never raises, whatever the body is."""
    raw = _json_object(response)
    try:
        problem = _Problem.model_validate(raw)
    except ValidationError:
        problem = _Problem()
    message = problem.detail or problem.title
    status = response.status_code
    if status in _BY_STATUS:
        return _BY_STATUS[status](
            message, code=problem.errorCode, problem=raw, retry_after=_seconds_to_wait(response)
        )
    if httpx2.codes.BAD_REQUEST <= status < httpx2.codes.INTERNAL_SERVER_ERROR:
        errors = [FieldError(error.path, error.code, error.message) for error in problem.errors]
        return Invalid(message, code=problem.errorCode, problem=raw, errors=errors)
    return ServerError(
        message,
        code=problem.errorCode,
        problem=raw,
        request_id=problem.requestId or response.headers.get("X-Request-ID"),
        retry_after=_seconds_to_wait(response),
    )


def from_transport(error: httpx2.RequestError) -> ConnectionFailed:
    """Return the error that a failure without an answer means."""
    if isinstance(error, httpx2.TimeoutException):
        return Timeout()
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CertificateFailed()
        cause = cause.__cause__ or cause.__context__
    return ConnectionFailed()


def unreadable(response: httpx2.Response) -> ServerError:
    """Return the error of a 2xx answer that is not what the contract promises, e.g. a proxy's login page."""
    return ServerError(
        "По адресу сервиса отвечает не сервис подписания. Проверьте «Адрес сервиса» в настройках МИС.",
        code="unreadable_answer",
        request_id=response.headers.get("X-Request-ID"),
    )


def _json_object(response: httpx2.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _seconds_to_wait(response: httpx2.Response) -> float | None:
    """Read `Retry-After`: seconds or an HTTP date (RFC 9110 §10.2.3)."""
    text = response.headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
