"""Whether a bot's message keeps the rules of MAX; it looks at the body alone, as MAX does first."""

import re
from typing import Any, Final

from simulator.max.refusals import payload

LONGEST_TEXT: Final = 4000
MOST_ROWS: Final = 30
MOST_IN_ROW: Final = 7
MOST_SPECIAL_IN_ROW: Final = 3
LONGEST_LABEL: Final = 128
SPECIAL: Final = frozenset({"link", "open_app", "request_contact", "request_geo_location"})
BUTTON_FIELDS: Final[dict[str, dict[str, int]]] = {
    "callback": {"payload": 1024},
    "clipboard": {"payload": 1024},
    "link": {"url": 2048},
    "open_app": {},
    "request_contact": {},
    "request_geo_location": {},
    "message": {},
}
"""Required fields of each button and the most characters in them."""

UPLOADED: Final = frozenset({"image", "video", "audio", "file"})
OTHERS: Final = frozenset({"contact", "sticker", "share", "location"})
ALONE: Final = frozenset({"file", "audio", "contact", "sticker"})
_APP_PAYLOAD = re.compile(r"[\w-]{0,512}", re.ASCII)
_MARKUP = re.compile(r"<[^>]*>|[*_~+`^#]")


def check(body: Any, *, editing: bool = False) -> None:
    """Raise ApiError when MAX would not take the body of a message; an edit may leave everything out."""
    if not isinstance(body, dict):
        raise payload("Can't deserialize body")
    if {"user_id", "chat_id", "recipient"} & body.keys():
        raise payload("Unknown recipient")
    text, attachments, form = body.get("text"), body.get("attachments"), body.get("format")
    if not isinstance(text, str | None) or not isinstance(attachments, list | None):
        raise payload("Can't deserialize body")
    if form not in {None, "markdown", "html"} or not isinstance(body.get("notify", True), bool):
        raise payload("Can't deserialize body")
    if len(text or "") > LONGEST_TEXT:
        raise payload(f"text: size must be between 0 and {LONGEST_TEXT}")
    _check_link(body.get("link"))
    _check_attachments(attachments or [])
    shown = [each for each in attachments or [] if each["type"] != "inline_keyboard"]
    visible = _MARKUP.sub("", text or "") if form else text or ""
    if not editing and not visible.strip() and not shown and body.get("link") is None:
        raise payload("Message has no visible content")


def _check_link(link: Any) -> None:
    if link is None:
        return
    if not isinstance(link, dict) or link.get("type") not in {"reply", "forward"}:
        raise payload("Can't deserialize body")
    if not isinstance(link.get("mid"), str):
        raise payload("Can't deserialize body")


def _check_attachments(attachments: list[Any]) -> None:
    kinds = []
    for each in attachments:
        if not isinstance(each, dict) or not isinstance(each.get("payload"), dict | None):
            raise payload("Can't deserialize body")
        kind = each.get("type")
        content = each.get("payload")
        if kind == "inline_keyboard":
            _check_keyboard(content)
        elif kind in UPLOADED:
            if not isinstance(content, dict) or not {"token", "url", "photos"} & content.keys():
                raise payload("Can't deserialize body")
        elif kind not in OTHERS:
            raise payload("Can't deserialize body")
        kinds.append(kind)
    shown = [kind for kind in kinds if kind != "inline_keyboard"]
    if len(kinds) - len(shown) > 1 or (len(shown) > 1 and ALONE.intersection(shown)):
        raise payload("errors.attachments.must.be.only.one")


def _check_keyboard(content: Any) -> None:
    rows = content.get("buttons") if isinstance(content, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        raise payload("Can't deserialize body")
    if len(rows) > MOST_ROWS:
        raise payload("errors.maxRows")
    for row in rows:
        for button in row:
            _check_button(button)
        special = any(button["type"] in SPECIAL for button in row)
        if not 1 <= len(row) <= (MOST_SPECIAL_IN_ROW if special else MOST_IN_ROW):
            raise payload("errors.maxRowSize")


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or button.get("type") not in BUTTON_FIELDS:
        raise payload("Can't deserialize body")
    text = button.get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= LONGEST_LABEL:
        raise payload(f"text: size must be between 1 and {LONGEST_LABEL}")
    for field, longest in BUTTON_FIELDS[button["type"]].items():
        value = button.get(field)
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise payload(f"{field}: size must be between 1 and {longest}")
    if button["type"] == "open_app":
        given = button.get("payload") or ""
        if not isinstance(given, str) or not _APP_PAYLOAD.fullmatch(given):
            raise payload("payload: must match ^[\\w-]*$")
        if not button.get("web_app") and not button.get("contact_id"):
            raise payload("Can't deserialize body")
