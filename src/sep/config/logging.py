"""Structured logs to standard error. What may appear in a line is an allow-list by habit: ids and hashes."""

import logging.config
import re
import sys
import traceback

import structlog

_LINK = re.compile(r"/(s|max/webhook|sign/files|external-cabinet/open)/[0-9A-Za-z_:.-]{8,}")


def without_messages(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Tell the kinds and the places of an exception and of what caused it: a message may quote a person."""
    told = event.pop("exc_info", None)
    error = told[1] if isinstance(told, tuple) else sys.exc_info()[1] if told is True else told
    lines: list[str] = []
    while isinstance(error, BaseException):
        lines += [*traceback.format_tb(error.__traceback__), type(error).__qualname__, "\n"]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if lines:
        event["exception"] = "".join(lines).rstrip()
    return event


def without_tokens(_logger: object, _method: str, line: str) -> str:
    """Take the secret out of a link's path, wherever in a line it stands."""
    return _LINK.sub(r"/\1/…", line)


def logging_configuration(log_format: str) -> None:
    """Set up structlog and the standard library's logging alike; `log_format` is `json` or `console`."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        without_messages,
                        renderer,
                        without_tokens,
                    ],
                    "foreign_pre_chain": shared,
                },
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": "WARNING"},
            "loggers": {
                "sep": {"level": "INFO"},
                "clinic": {"level": "INFO"},
                "axes": {"level": "ERROR"},  # its lines repeat those of clinic.staff
                "django_structlog": {"level": "ERROR"},
                "django.request": {"level": "ERROR"},
            },
        },
    )
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
