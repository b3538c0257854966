"""What we send into MAX: a text, buttons, files. The platform's limits are checked when a thing is made.

Every ValueError is a Russian sentence that quotes nothing of the message.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

LONGEST_TEXT: Final = 4000
_MOST_ROWS, _MOST_IN_ROW, _MOST_SPECIAL_IN_ROW = 30, 7, 3
_LONGEST_LABEL, _LONGEST_PAYLOAD, _LONGEST_APP_PAYLOAD, _LONGEST_URL = 128, 1024, 512, 2048
_APP_PAYLOAD = re.compile(r"[\w-]*", re.ASCII)


def _label(text: str) -> None:
    if len(text) > _LONGEST_LABEL or not text.strip():
        raise ValueError("Надпись кнопки: от 1 до 128 знаков.")


def _payload(payload: str) -> None:
    if len(payload) > _LONGEST_PAYLOAD:
        raise ValueError("Данные кнопки длиннее 1024 знаков.")


@dataclass(frozen=True, slots=True)
class CallbackButton:
    """Tells us that it was pressed; `payload` comes back."""

    text: str
    payload: str

    def __post_init__(self) -> None:
        _label(self.text)
        _payload(self.payload)

    def to_json(self) -> dict[str, Any]:
        return {"type": "callback", "text": self.text, "payload": self.payload}


@dataclass(frozen=True, slots=True)
class LinkButton:
    """Opens an external browser, which knows nothing of MAX."""

    text: str
    url: str

    def __post_init__(self) -> None:
        _label(self.text)
        if len(self.url) > _LONGEST_URL:
            raise ValueError("Адрес кнопки длиннее 2048 знаков.")
        if not self.url.startswith(("https://", "http://")):
            raise ValueError("Адрес кнопки должен начинаться с https://.")

    def to_json(self) -> dict[str, Any]:
        return {"type": "link", "text": self.text, "url": self.url}


@dataclass(frozen=True, slots=True)
class ContactButton:
    """Sends the person's own contact, after MAX has asked the person."""

    text: str

    def __post_init__(self) -> None:
        _label(self.text)

    def to_json(self) -> dict[str, Any]:
        return {"type": "request_contact", "text": self.text}


@dataclass(frozen=True, slots=True)
class AppButton:
    """Opens the mini-app of the bot `web_app` (its user name); `payload` comes back as `start_param`."""

    text: str
    web_app: str
    payload: str = ""

    def __post_init__(self) -> None:
        _label(self.text)
        if len(self.payload) > _LONGEST_APP_PAYLOAD or not _APP_PAYLOAD.fullmatch(self.payload):
            raise ValueError("Параметр запуска: до 512 знаков A–Z, a–z, 0–9, «_», «-».")

    def to_json(self) -> dict[str, Any]:
        return {"type": "open_app", "text": self.text, "web_app": self.web_app, "payload": self.payload}


@dataclass(frozen=True, slots=True)
class ClipboardButton:
    """Copies `payload`."""

    text: str
    payload: str

    def __post_init__(self) -> None:
        _label(self.text)
        _payload(self.payload)

    def to_json(self) -> dict[str, Any]:
        return {"type": "clipboard", "text": self.text, "payload": self.payload}


@dataclass(frozen=True, slots=True)
class MessageButton:
    """Sends its own label as the person's message."""

    text: str

    def __post_init__(self) -> None:
        _label(self.text)

    def to_json(self) -> dict[str, Any]:
        return {"type": "message", "text": self.text}


Button = CallbackButton | LinkButton | ContactButton | AppButton | ClipboardButton | MessageButton
Keyboard = tuple[tuple[Button, ...], ...]

_BUTTONS: Final[dict[str, type[Any]]] = {
    "callback": CallbackButton,
    "link": LinkButton,
    "request_contact": ContactButton,
    "open_app": AppButton,
    "clipboard": ClipboardButton,
    "message": MessageButton,
}
_SPECIAL: Final = (LinkButton, ContactButton, AppButton)


def keyboard_to_json(keyboard: Keyboard) -> list[list[dict[str, Any]]]:
    """Return the rows of a keyboard, as MAX takes them and as we keep them."""
    return [[button.to_json() for button in row] for row in keyboard]


def keyboard_from_json(rows: Sequence[Sequence[Mapping[str, Any]]]) -> Keyboard:
    """Return the keyboard that `keyboard_to_json` has written down."""
    return tuple(
        tuple(_BUTTONS[each["type"]](**{k: v for k, v in each.items() if k != "type"}) for each in row)
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class NewMessage:
    """One message. Plain text always: nothing of a clinic's or a person's words is markup.

    `files`, `images`: tokens of what was uploaded. `notify`: whether the phone makes a sound.
    In an edit, a text of `None` stays as it is, and so do the attachments, the keyboard among them, unless
    there are new ones; `clears_attachments` takes them away.
    """

    text: str | None
    keyboard: Keyboard = ()
    files: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    notify: bool = True
    clears_attachments: bool = False

    def __post_init__(self) -> None:
        if self.text is not None and len(self.text) > LONGEST_TEXT:
            raise ValueError("Сообщение длиннее 4000 знаков.")
        if not (self.text or "").strip() and not (self._has_attachments or self.clears_attachments):
            raise ValueError("Пустое сообщение.")
        if self.files and len(self.files) + len(self.images) > 1:
            raise ValueError("Файл отправляется один, отдельным сообщением.")
        if len(self.keyboard) > _MOST_ROWS:
            raise ValueError("Больше 30 рядов кнопок.")
        for row in self.keyboard:
            special = any(isinstance(button, _SPECIAL) for button in row)
            if not row or len(row) > (_MOST_SPECIAL_IN_ROW if special else _MOST_IN_ROW):
                raise ValueError("В ряду от 1 до 7 кнопок, а особых — до 3.")

    @property
    def _has_attachments(self) -> bool:
        return bool(self.keyboard or self.files or self.images)

    def to_json(self) -> dict[str, Any]:
        """Return the body of a message, of an edit, or of the message in an answer to a press."""
        attachments: list[dict[str, Any]] = [
            *({"type": "file", "payload": {"token": token}} for token in self.files),
            *({"type": "image", "payload": {"token": token}} for token in self.images),
        ]
        if self.keyboard:
            buttons = keyboard_to_json(self.keyboard)
            attachments.append({"type": "inline_keyboard", "payload": {"buttons": buttons}})
        body: dict[str, Any] = {"text": self.text, "notify": self.notify}
        if attachments or self.clears_attachments:
            body["attachments"] = attachments
        return body
