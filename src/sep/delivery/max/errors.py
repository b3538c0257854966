"""What can go wrong with a call to MAX, and what follows from it (max.md §2)."""

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
class _Row:
    trouble: Trouble
    code: str
    detail: str


_TABLE: Final[tuple[tuple[int, str, str, _Row], ...]] = (
    (
        400,
        "attachment.not.ready",
        "",
        _Row(Trouble.RETRY, "attachment.not.ready", "Файл ещё обрабатывается в MAX."),
    ),
    (400, "", "", _Row(Trouble.PERMANENT, "payload", "MAX не принял сообщение.")),
    (401, "", "", _Row(Trouble.BOT, "token", "MAX не принимает токен бота.")),
    (
        403,
        "",
        "",
        _Row(Trouble.RECIPIENT, "dialog.suspended", "Пациент остановил бота, или бот ещё не опубликован."),
    ),
    (
        404,
        "chat.not.found",
        "",
        _Row(Trouble.RECIPIENT, "dialog.not.found", "Пациент ещё не начал чат с ботом."),
    ),
    (404, "", "", _Row(Trouble.PERMANENT, "not.found", "Этого сообщения в MAX уже нет.")),
    (405, "", "", _Row(Trouble.PERMANENT, "method", "MAX не знает такого вызова.")),
    (415, "", "", _Row(Trouble.PERMANENT, "media.type", "MAX не принимает такие файлы.")),
    (429, "", "", _Row(Trouble.RETRY, "too.many.requests", "MAX просит слать реже.")),
    (503, "", "", _Row(Trouble.RETRY, "http-503", "MAX временно не работает.")),
)


def of_answer(status: int, code: str, message: str, retry_after: float | None = None) -> MaxError:
    """Classify an answer that is an error."""
    for known, known_code, known_message, row in _TABLE:
        if status == known and known_code in {"", code} and known_message in message:
            return MaxError(row.trouble, row.code, row.detail, retry_after)
    if 400 <= status < 500:  # noqa: PLR2004
        return MaxError(Trouble.PERMANENT, f"http-{status}", "MAX отказал.")
    return MaxError(Trouble.UNKNOWN, f"http-{status}", "MAX ответил ошибкой; судьба сообщения неизвестна.")
