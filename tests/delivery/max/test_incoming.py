"""Whatever MAX sends is taken: read if it can be, and known again when it comes again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sep.delivery.max.incoming import UnreadableUpdate, dedupe_key, parse
from tests.maxbot.signatures import contact

USER = {
    "user_id": 123456789,
    "first_name": "Мария",
    "last_name": "",
    "is_bot": False,
    "name": "Мария",
    "new": [1],
}
BOT = {"user_id": 229229229, "first_name": "Бот", "username": "unit_bot", "is_bot": True}
EVENT = {"timestamp": 1775025604499, "chat_id": 182182182, "user": USER, "user_locale": "ru"}
MESSAGE = {
    "recipient": {"chat_id": 182182182, "chat_type": "dialog", "user_id": 229229229},
    "timestamp": 1775025603399,
    "body": {"mid": "mid.000000000adf429c019d47b1ce4600ff", "seq": 116327994376978687, "text": "Привет"},
    "sender": USER,
}
CALLBACK = {"timestamp": 1775026702210, "callback_id": "f9LHodD0cOJf4", "payload": "doc:42", "user": USER}

UPDATES = {
    "bot_started": EVENT | {"payload": "inv_Q7f3", "user_id": 123456789},
    "bot_stopped": EVENT,
    "dialog_removed": EVENT,
    "dialog_cleared": EVENT,
    "dialog_muted": EVENT | {"muted_until": 1775027479470},
    "dialog_unmuted": EVENT,
    "message_created": {"timestamp": 1775025604499, "message": MESSAGE, "post_id": "x"},
    "message_edited": {"timestamp": 1775025604499, "message": MESSAGE},
    "message_callback": {
        "timestamp": 1775025604499,
        "callback": CALLBACK,
        "message": MESSAGE
        | {"sender": BOT, "body": {"mid": "mid.1", "attachments": [{"type": "inline_keyboard"}]}},
    },
    "message_removed": {"timestamp": 1, "message_id": "mid.1", "chat_id": 182182182, "user_id": 123456789},
    "of_a_day_to_come": {"timestamp": 1, "whatever": {"a": [None]}},
}
NEEDED = [
    "bot_started",
    "bot_stopped",
    "dialog_removed",
    "dialog_cleared",
    "dialog_muted",
    "dialog_unmuted",
    "message_created",
    "message_callback",
]


def raw(kind, **changes):
    return json.dumps({"update_type": kind, **UPDATES[kind], **changes}, ensure_ascii=False).encode()


def message(**body):
    return parse(raw("message_created", message=MESSAGE | {"body": {"mid": "mid.1", **body}})).message


@pytest.mark.parametrize("kind", UPDATES)
def test_update_is_read(kind):
    assert parse(raw(kind)).update_type == kind


def test_start_says_who_came_by_what_link():
    update = parse(raw("bot_started"))
    assert (update.user.user_id, update.chat_id, update.payload) == (123456789, 182182182, "inv_Q7f3")
    assert parse(raw("bot_started", payload=None)).payload is None


def test_long_numbers_stay_whole():
    assert parse(raw("message_created")).message.body.seq == 116327994376978687
    largest = parse(raw("bot_started", chat_id=2**63 - 1, user=USER | {"user_id": 2**63 - 1}))
    assert (largest.chat_id, largest.user.user_id) == (2**63 - 1, 2**63 - 1)
    assert parse(raw("bot_started", chat_id=-70801090403050)).chat_id == -70801090403050


def test_press_on_a_message_that_is_gone_is_a_press():
    update = parse(raw("message_callback", message=None))
    assert (update.callback.user.user_id, update.callback.payload) == (123456789, "doc:42")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": None},
        {"text": ""},
        {"attachments": None},
        {"attachments": [{"type": "share", "payload": [1]}]},
    ],
)
def test_message_without_a_text_or_attachments_is_a_message(body):
    assert not message(**body).body.text
    assert message(**body).contacts == []


def test_person_of_whom_hardly_anything_is_told_is_a_person():
    update = parse(raw("bot_started", user={"user_id": 5, "first_name": None, "username": None}))
    assert update.user.user_id == 5


def test_zero_bytes_that_the_database_would_refuse_are_dropped():
    assert message(text="При\0вет").body.text == "Привет"
    assert parse(raw("bot_started", payload="a\0b")).payload == "ab"


# ── contacts ──


@pytest.mark.parametrize("owner", ["max_info", "maxInfo", "tam_info", "tamInfo"])
@pytest.mark.parametrize("card", ["vcf_info", "vcfInfo"])
def test_contact_is_read_under_old_and_new_names(card, owner):
    made = contact("token", 123456789, "+79991234567")
    payload = {card: made["vcf_info"], "hash": made["hash"], owner: made["max_info"]}
    (found,) = message(attachments=[{"type": "contact", "payload": payload}]).contacts
    assert (found.vcf_info, found.hash, found.user_id) == (made["vcf_info"], made["hash"], 123456789)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        {},
        [],
        "card",
        {"vcf_info": 1},
        {"vcf_info": "BEGIN:VCARD", "hash": "0", "max_info": {"user_id": None}},
        {"vcf_info": "BEGIN:VCARD", "hash": "0", "max_info": {"user_id": 2**63}},
    ],
)
def test_contact_that_cannot_be_read_is_counted_and_proves_nothing(payload):
    own = {"type": "contact", "payload": contact("token", 5, "+79991234567")}
    first, second = message(attachments=[{"type": "contact", "payload": payload}, own]).contacts
    assert not (first.vcf_info and first.hash and first.user_id)
    assert second.user_id == 5


def test_forwarded_message_says_so():
    linked = {"type": "forward", "chat_id": -695, "sender": USER, "message": {"mid": "mid.x", "seq": 1}}
    assert parse(raw("message_created", message=MESSAGE | {"link": linked})).message.link is not None
    assert parse(raw("message_created")).message.link is None


# ── what cannot be read ──

UNREADABLE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"{}",
    b'{"update_type": "bot_started"}',
    b'\xff{"update_type": "bot_started", "timestamp": 1}',
    b'{"update_type": null, "timestamp": 1}',
    b"[" * 100_000,
    raw("bot_started", timestamp=10**18),
    raw("bot_started", timestamp="soon"),
    raw("bot_started", chat_id=2**63),
    raw("message_created", message={"body": {}}),
    raw("message_callback", callback={"callback_id": "x"}),
]


@pytest.mark.parametrize("body", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_is_no_update_is_refused_without_quoting_it_and_known_again(body):
    with pytest.raises(UnreadableUpdate) as caught:
        parse(body)
    assert "Мария" not in f"{caught.value!r}"
    assert caught.value.__suppress_context__
    assert dedupe_key(body) == dedupe_key(body)
    assert dedupe_key(body) != dedupe_key(body + b" ")


@given(st.binary())
def test_no_bytes_at_all_break_the_inbox(body):
    assert len(dedupe_key(body)) == 64


# ── the same update again ──


@pytest.mark.parametrize("kind", set(UPDATES) - {"of_a_day_to_come"})
def test_update_that_comes_again_in_other_words_is_the_same(kind):
    reordered = dict(reversed(json.loads(raw(kind)).items()))
    again = json.dumps(reordered | {"user_locale": "en", "new": 1}).encode()
    assert again != raw(kind)
    assert dedupe_key(again) == dedupe_key(raw(kind))


def test_no_two_types_are_the_same_update():
    assert len({dedupe_key(raw(kind)) for kind in UPDATES}) == len(UPDATES)


@pytest.mark.parametrize(
    "kind", [each for each in NEEDED if each not in {"message_created", "message_callback"}]
)
def test_event_of_another_moment_person_or_chat_is_another(kind):
    changes = [{}, {"timestamp": 1775025604500}, {"user": USER | {"user_id": 5}}, {"chat_id": 5}]
    assert len({dedupe_key(raw(kind, **each)) for each in changes}) == len(changes)


def test_press_of_another_button_moment_or_person_is_another():
    changes = [
        {},
        {"timestamp": 1},
        {"payload": "doc:43"},
        {"callback_id": "x"},
        {"user": USER | {"user_id": 5}},
    ]
    keys = {dedupe_key(raw("message_callback", callback=CALLBACK | each)) for each in changes}
    assert len(keys) == len(changes)


def test_message_is_known_by_its_number_whatever_is_told_of_it():
    later = raw("message_created", timestamp=2, message=MESSAGE | {"link": None, "timestamp": 3})
    assert dedupe_key(later) == dedupe_key(raw("message_created"))
    another = raw("message_created", message=MESSAGE | {"body": MESSAGE["body"] | {"mid": "mid.2"}})
    assert dedupe_key(another) != dedupe_key(raw("message_created"))


def test_each_edit_of_a_message_is_another():
    assert dedupe_key(raw("message_edited", timestamp=2)) != dedupe_key(raw("message_edited"))


def test_update_of_an_unknown_type_is_known_by_its_bytes():
    assert dedupe_key(raw("of_a_day_to_come")) == dedupe_key(raw("of_a_day_to_come"))
    assert dedupe_key(raw("of_a_day_to_come", whatever=1)) != dedupe_key(raw("of_a_day_to_come"))
