"""What can go wrong with a call to MAX, and what follows from it.

The table is of the platform's documented errors and of those seen in life; a body that is not MAX's own, such
as a proxy's page, never speaks of the recipient.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Trouble(StrEnum):
    RECIPIENT = "recipient"  # the person has not started the bot, or has stopped it: until `bot_started`
    BOT = "bot"  # the token: nothing works until somebody mends it
    PERMANENT = "permanent"  # our mistake, or the thing is gone
    RETRY = "retry"  # surely not taken
    UNKNOWN = "unknown"  # may have been taken


class MaxError(Exception):
    """A call that did not succeed. Carries no token, text, phone or address.

    Attributes:
        trouble: what follows.
        code: stable, for programs.
        detail: a Russian sentence for people.
        retry_after: seconds, when MAX says so.
    """

    def __init__(self, trouble: Trouble, code: str, detail: str, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.trouble = trouble
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An answer with `status`, this `code` and this part of the message; an empty one says nothing."""

    status: int
    code: str
    message: str
    trouble: Trouble
    named: str
    detail: str


_STOPPED: Final = "Пациент остановил бота, или бот ещё не опубликован."
_NOT_STARTED: Final = "Пациент ещё не начал чат с ботом."

_REFUSALS: Final = (  # the first that fits
    _Refusal(
        400,
        "attachment.not.ready",
        "",
        Trouble.RETRY,
        "attachment.not.ready",
        "Файл ещё обрабатывается в MAX.",
    ),
    _Refusal(
        400, "", "errors.maxRow", Trouble.PERMANENT, "payload.keyboard", "В сообщении слишком много кнопок."
    ),
    _Refusal(400, "", "", Trouble.PERMANENT, "payload", "MAX не принял сообщение."),
    _Refusal(401, "", "", Trouble.BOT, "token", "MAX не принимает токен бота."),
    _Refusal(403, "chat.denied", "", Trouble.RECIPIENT, "dialog.suspended", _STOPPED),
    _Refusal(403, "", "error.dialog.suspended", Trouble.RECIPIENT, "dialog.suspended", _STOPPED),
    _Refusal(403, "", "", Trouble.PERMANENT, "forbidden", "MAX запретил этот вызов."),
    _Refusal(404, "chat.not.found", "", Trouble.RECIPIENT, "dialog.not.found", _NOT_STARTED),
    _Refusal(404, "", "dialog.not.found", Trouble.RECIPIENT, "dialog.not.found", _NOT_STARTED),
    _Refusal(404, "", "", Trouble.PERMANENT, "not.found", "Этого сообщения в MAX уже нет."),
    _Refusal(405, "", "", Trouble.PERMANENT, "method", "MAX не знает такого вызова."),
    _Refusal(415, "", "", Trouble.PERMANENT, "media.type", "MAX не принимает такие файлы."),
    _Refusal(429, "", "", Trouble.RETRY, "too.many.requests", "MAX просит слать реже."),
    _Refusal(503, "", "", Trouble.RETRY, "http-503", "MAX временно не работает."),
)


def of_answer(status: int, code: str, message: str, retry_after: float | None = None) -> MaxError:
    """Classify an answer of the Bot API that is not a success.

    `code` and `message`: of its JSON, empty when it has none; `retry_after`: seconds, when it says so.
    """
    for row in _REFUSALS:
        if status == row.status and row.code in {"", code} and row.message in message:
            return MaxError(row.trouble, row.named, row.detail, retry_after)
    match status // 100:
        case 3:
            detail = "MAX отвечает переадресацией: проверьте его адрес в настройках."
            return MaxError(Trouble.RETRY, f"http-{status}", detail, retry_after)
        case 4:
            return MaxError(Trouble.PERMANENT, f"http-{status}", "MAX отказал.", retry_after)
        case _:  # 500, 502 and 504 may come after the request was taken
            detail = "MAX ответил ошибкой; принял ли он запрос, неизвестно."
            return MaxError(Trouble.UNKNOWN, f"http-{status}", detail, retry_after)


def of_storage(status: int) -> MaxError:
    """Classify a refusal of the host that files are put on: it knows neither our token nor the recipient."""
    if status in {413, 415}:
        return MaxError(Trouble.PERMANENT, "media.type", "MAX не принимает такие файлы.")
    return MaxError(Trouble.RETRY, f"upload-{status}", NOT_UPLOADED)


NOT_UPLOADED: Final = "Файл не загрузился в MAX."
