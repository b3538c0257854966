"""Errors as RFC 9457 problem details, with a stable `errorCode` and Russian messages."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from sep.delivery.limits import TooManyMessages
from sep.documents.intake import DocumentConflict
from sep.parties.errors import Refusal

logger = structlog.get_logger(__name__)

_BY_STATUS = {
    400: ("malformed_request", "Запрос не разобран: нужен JSON в UTF-8 или multipart/form-data."),
    401: ("unauthorized", "Токен не принят. Проверьте «Авторизационный токен МИС КЭП»."),
    403: ("forbidden", "Этот токен не даёт права на указанную организацию."),
    404: ("not_found", "Такого документа нет."),
    405: ("method_not_allowed", "Этот адрес не поддерживает такой метод."),
    413: ("too_large", "Запрос больше допустимого размера."),
    415: ("unsupported_media_type", "Нужен application/json или multipart/form-data."),
    429: ("too_many_requests", "Слишком много запросов. Повторите позже."),
    500: ("internal_error", "Ошибка сервиса. Сообщите в поддержку номер запроса."),
}

_FIELD_MESSAGES = {
    "missing": ("required", "Обязательное поле."),
    "extra_forbidden": ("unknown_field", "Неизвестное поле."),
    "string_too_short": ("too_short", "Не короче {min_length} знаков."),
    "string_too_long": ("too_long", "Не длиннее {max_length} знаков."),
    "too_short": ("too_few", "Нужно не меньше {min_length}."),
    "too_long": ("too_many", "Не больше {max_length}."),
    "string_type": ("not_a_string", "Нужна строка."),
    "int_type": ("not_an_integer", "Нужно целое число."),
    "int_parsing": ("not_an_integer", "Нужно целое число."),
    "bool_type": ("not_a_boolean", "Нужно true или false."),
    "greater_than_equal": ("too_small", "Не меньше {ge}."),
    "less_than_equal": ("too_big", "Не больше {le}."),
    "enum": ("not_in_list", "Допустимо: {expected}."),
    "literal_error": ("not_in_list", "Допустимо: {expected}."),
    "date_type": ("not_a_date", "Нужна дата в виде ГГГГ-ММ-ДД."),
    "date_parsing": ("not_a_date", "Нужна дата в виде ГГГГ-ММ-ДД."),
    "date_from_datetime_parsing": ("not_a_date", "Нужна дата в виде ГГГГ-ММ-ДД."),
    "datetime_type": ("not_a_time", "Нужно время в виде ISO 8601 с часовым поясом."),
    "datetime_parsing": ("not_a_time", "Нужно время в виде ISO 8601 с часовым поясом."),
    "datetime_from_date_parsing": ("not_a_time", "Нужно время в виде ISO 8601 с часовым поясом."),
    "timezone_aware": ("not_a_time", "Во времени нет часового пояса."),
    "uuid_parsing": ("not_a_guid", "Нужен GUID."),
    "uuid_type": ("not_a_guid", "Нужен GUID."),
    "string_pattern_mismatch": ("bad_format", "Неверный формат."),
    "model_attributes_type": ("not_an_object", "Нужен объект JSON."),
    "model_type": ("not_an_object", "Нужен объект JSON."),
    "list_type": ("not_an_array", "Нужен массив."),
}


def problem(
    status: int,
    code: str,
    detail: str,
    errors: Sequence[dict[str, str]] = (),
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Return an `application/problem+json` answer."""
    body: dict[str, Any] = {
        "type": f"urn:sep:error:{code}",
        "title": detail,
        "status": status,
        "errorCode": code,
        "errors": list(errors),
    }
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        body["requestId"] = request_id
    return JsonResponse(
        body,
        status=status,
        content_type="application/problem+json",
        headers=headers,
        json_dumps_params={"ensure_ascii": False},
    )


def for_status(status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    """Return the common problem of an HTTP status."""
    code, detail = _BY_STATUS.get(status, ("error", "Запрос не выполнен."))
    return problem(status, code, detail, headers=headers)


def install(api: NinjaAPI) -> None:
    """Give every exception that a route may raise its shape."""

    @api.exception_handler(ValidationError)
    def invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        return problem(422, "invalid", "Запрос не принят: есть ошибки в полях.", _field_errors(error))

    @api.exception_handler(AuthenticationError)
    def unauthorized(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
        return for_status(401, {"WWW-Authenticate": 'N3 realm="sep"'})

    @api.exception_handler(HttpError)
    def other(_request: HttpRequest, error: HttpError) -> HttpResponse:
        return for_status(error.status_code)

    api.add_exception_handler(RequestDataTooBig, lambda _request, _error: for_status(413))

    @api.exception_handler(Refusal)
    def refused(_request: HttpRequest, error: Refusal) -> HttpResponse:
        one = {"path": error.path, "code": error.code, "message": error.message}
        status, headers = (503, {"Retry-After": "1"}) if error.temporary else (422, None)
        return problem(status, error.code, error.message, [one] if error.path else [], headers)

    @api.exception_handler(DocumentConflict)
    def conflict(_request: HttpRequest, _error: DocumentConflict) -> HttpResponse:
        return problem(
            409,
            "document_exists",
            "Под этим номером уже есть другой документ. Номер idDocumentMis называет документ навсегда.",
            [{"path": "idDocumentMis", "code": "document_exists", "message": "Номер уже занят."}],
        )

    @api.exception_handler(TooManyMessages)
    def too_many_messages(_request: HttpRequest, error: TooManyMessages) -> HttpResponse:
        wait = str(int(error.retry_after.total_seconds()) + 1)
        if error.of_organization:
            code, detail = "too_many_messages_a_day", "Суточный предел сообщений организации исчерпан."
        else:
            code, detail = (
                "too_many_messages",
                "На этот телефон уже отправлено много сообщений. Повторите позже.",
            )
        return problem(
            429,
            code,
            detail,
            headers={"Retry-After": wait},
        )

    @api.exception_handler(Exception)
    def failed(_request: HttpRequest, error: Exception) -> HttpResponse:
        frame = error.__traceback__
        while frame is not None and frame.tb_next is not None:
            frame = frame.tb_next
        # The message of an exception may quote a person's data; its kind and place do not.
        logger.error(
            "api.failed",
            error=type(error).__name__,
            place=f"{frame.tb_frame.f_globals.get('__name__')}:{frame.tb_lineno}" if frame else "",
        )
        return for_status(500)


def _field_errors(error: ValidationError) -> list[dict[str, str]]:
    return [_field_error(one) for one in error.errors]


def _field_error(one: dict[str, Any]) -> dict[str, str]:
    # A location begins with where the value came from and the name of our argument.
    location = [str(part) for part in one["loc"] if part not in {"body", "payload", "query", "path"}]
    context = {name: str(value) for name, value in (one.get("ctx") or {}).items()}
    code, template = _FIELD_MESSAGES.get(one["type"], ("invalid", "Недопустимое значение."))
    if one["type"] == "value_error":
        # Raised by our own validators, whose messages are Russian already.
        template = str(one.get("ctx", {}).get("error", template)).replace("{", "{{").replace("}", "}}")
    try:
        message = template.format(**context)
    except KeyError:
        message = "Недопустимое значение."
    return {"path": ".".join(location), "code": code, "message": message}
