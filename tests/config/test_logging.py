"""What a line of the log may tell: never the token of a link, never what an exception quotes."""

import io
import json
import logging

import pytest
import structlog

from sep.config.logging import logging_configuration

NAME, PHONE = "Канарейкина", "+79161112233"
TOKEN = "Ab3dEf6hIj9kLmN0pQrStU"


@pytest.fixture(params=["json", "console"])
def log(request):
    """The lines that the service would write to standard error."""
    root = logging.getLogger()
    before, levels = root.handlers[:], root.level
    logging_configuration(request.param)
    stream = io.StringIO()
    written = [handler for handler in root.handlers if handler not in before]
    for handler in written:
        handler.setStream(stream)
    yield stream
    logging_configuration("console")
    root.handlers[:] = before
    root.setLevel(levels)


@pytest.mark.parametrize(
    "say",
    [
        lambda: structlog.get_logger("sep.x").warning("opened", path=f"/s/{TOKEN}"),
        lambda: structlog.get_logger("sep.x").warning(f"GET /s/{TOKEN}"),
        lambda: structlog.get_logger("sep.x").warning(
            "opened", request={"path": [f"https://a.ru/s/{TOKEN}?x"]}
        ),
        lambda: logging.getLogger("django.request").error("Internal Server Error: %s", f"/s/{TOKEN}"),
        lambda: logging.getLogger("other").warning("GET /s/%s 404", TOKEN),
    ],
)
def test_token_of_a_link_is_never_written(log, say):
    say()
    assert "/s/…" in log.getvalue()
    assert TOKEN not in log.getvalue()


def look_up(phone):
    return {}[phone]


def fail(name, phone):
    try:
        look_up(phone)
    except KeyError as error:
        raise ValueError(f"Key (phone)=({phone}) of {name} already exists") from error


@pytest.mark.parametrize("exc_info", [True, "instance"])
@pytest.mark.parametrize("library", ["structlog", "logging"])
def test_exception_tells_its_kind_and_place_and_not_its_message(log, library, exc_info):
    logger = structlog.get_logger("sep.x") if library == "structlog" else logging.getLogger("sep.x")
    try:
        fail(NAME, PHONE)
    except ValueError as error:
        logger.exception("broken", exc_info=error if exc_info == "instance" else True)
    text = log.getvalue()
    assert "ValueError" in text
    assert "KeyError" in text
    assert "in look_up" in text
    assert PHONE not in text
    assert "look_up(phone)" in text, "the line of the code is told"
    assert NAME not in text


def test_line_of_json_is_json_with_a_time_a_level_and_a_logger():
    logging_configuration("json")
    stream = io.StringIO()
    handler = logging.getLogger().handlers[-1]
    handler.setStream(stream)
    structlog.get_logger("sep.x").warning("Готово", id="01J")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["logger"], line["id"]) == ("Готово", "warning", "sep.x", "01J")
    assert line["timestamp"].endswith("Z")
    logging_configuration("console")
