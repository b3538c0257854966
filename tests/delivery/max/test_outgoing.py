"""What goes to MAX is in its format and within its limits before it leaves."""

import pytest

from sep.delivery.max.outgoing import (
    AppButton,
    CallbackButton,
    ClipboardButton,
    ContactButton,
    LinkButton,
    MessageButton,
    NewMessage,
    keyboard_from_json,
    keyboard_to_json,
)

PRESS = CallbackButton("Подробнее", "doc:42")
ALL = (
    (PRESS, ClipboardButton("Код", "123456"), MessageButton("Помощь")),
    (LinkButton("Сайт", "https://a.ru"), ContactButton("Номер"), AppButton("Открыть", "id77_bot", "s_abc")),
)


def test_every_button_is_written_as_max_reads_it():
    assert keyboard_to_json(ALL) == [
        [
            {"type": "callback", "text": "Подробнее", "payload": "doc:42"},
            {"type": "clipboard", "text": "Код", "payload": "123456"},
            {"type": "message", "text": "Помощь"},
        ],
        [
            {"type": "link", "text": "Сайт", "url": "https://a.ru"},
            {"type": "request_contact", "text": "Номер"},
            {"type": "open_app", "text": "Открыть", "web_app": "id77_bot", "payload": "s_abc"},
        ],
    ]


def test_keyboard_that_was_kept_is_the_same_one():
    assert keyboard_from_json(keyboard_to_json(ALL)) == ALL


def test_message_is_plain_whatever_is_in_its_text():
    body = NewMessage("**Клиника** <b>«Рябина»</b>", keyboard=ALL, images=("i",), notify=False).to_json()
    assert body == {
        "text": "**Клиника** <b>«Рябина»</b>",
        "notify": False,
        "attachments": [
            {"type": "image", "payload": {"token": "i"}},
            {"type": "inline_keyboard", "payload": {"buttons": keyboard_to_json(ALL)}},
        ],
    }


def test_file_may_have_a_keyboard_beside_it():
    kinds = [each["type"] for each in NewMessage(None, ((PRESS,),), files=("f",)).to_json()["attachments"]]
    assert kinds == ["file", "inline_keyboard"]


def test_edit_leaves_the_keyboard_unless_told_to_take_it_away():
    assert "attachments" not in NewMessage("Новый текст").to_json()
    assert NewMessage("Новый текст", clears_attachments=True).to_json()["attachments"] == []
    assert NewMessage(None, clears_attachments=True).to_json() == {
        "text": None,
        "notify": True,
        "attachments": [],
    }


@pytest.mark.parametrize(
    "make",
    [
        lambda: NewMessage("ы" * 4000),
        lambda: NewMessage("т", ((PRESS,) * 7,) * 30),
        lambda: NewMessage("т", ((AppButton("т", "b"), PRESS, PRESS),)),
        lambda: CallbackButton("ы" * 128, "p" * 1024),
        lambda: LinkButton("т", "https://a.ru/".ljust(2048, "a")),
        lambda: AppButton("т", "b", "aZ09_-".ljust(512, "a")),
        lambda: NewMessage(None, images=("a", "b")),
    ],
)
def test_limit_itself_is_allowed(make):
    assert make().to_json()


TOO_MUCH = {
    "text": lambda: NewMessage("ы" * 4001),
    "nothing": lambda: NewMessage(None),
    "spaces": lambda: NewMessage(" \n\u00a0"),
    "rows": lambda: NewMessage("т", ((PRESS,),) * 31),
    "row": lambda: NewMessage("т", ((PRESS,) * 8,)),
    "empty row": lambda: NewMessage("т", ((),)),
    "links in a row": lambda: NewMessage("т", ((LinkButton("т", "https://a.ru"), PRESS, PRESS, PRESS),)),
    "contacts in a row": lambda: NewMessage("т", ((ContactButton("т"),) * 4,)),
    "two files": lambda: NewMessage(None, files=("a", "b")),
    "file and picture": lambda: NewMessage(None, files=("a",), images=("b",)),
    "no label": lambda: MessageButton(""),
    "blank label": lambda: ContactButton("  "),
    "label": lambda: ContactButton("ы" * 129),
    "payload": lambda: CallbackButton("т", "p" * 1025),
    "clipboard": lambda: ClipboardButton("т", "p" * 1025),
    "address": lambda: LinkButton("т", "https://a.ru/".ljust(2049, "a")),
    "script": lambda: LinkButton("т", "javascript:alert(1)"),
    "app payload": lambda: AppButton("т", "b", "a" * 513),
    "app payload with a space": lambda: AppButton("т", "b", "a b"),
    "app payload in Cyrillic": lambda: AppButton("т", "b", "код"),
    "app payload with a line end": lambda: AppButton("т", "b", "a\n"),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_what_max_would_refuse_is_not_made(what):
    with pytest.raises(ValueError, match=r"^[А-Я].*\.$"):
        TOO_MUCH[what]()
