"""The Bot API of the pretended MAX, as bots see it."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from simulator.max import limits
from simulator.models import ChatMessage
from tests.simulator.max.sides import OTHER, PHONE, BotSide, PersonSide, button, keyboard, switch

pytestmark = [
    pytest.mark.django_db(databases=["default", "simulator"]),
    pytest.mark.urls("tests.simulator.urls"),
]


@pytest.fixture
def bot(client):
    switch(client, limits=False)
    return BotSide(client)


@pytest.fixture
def person(client):
    person = PersonSide(client)
    person.act("start")
    return person


def refusal(answer):
    return answer.status_code, answer.json()["code"], answer.json()["message"]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "Empty access_token"),
        ("Bearer test-bot-token", "Malformed access token"),
        ("x", "Invalid access_token"),
    ],
)
def test_a_bot_without_its_token_is_refused(client, header, message):
    headers = {} if header is None else {"Authorization": header}
    answer = client.get("/phone/max/bot/me?access_token=test-bot-token", headers=headers)

    assert refusal(answer) == (401, "verify.token", message)


def test_a_bot_learns_who_it_is_and_keeps_its_commands(bot):
    commands = [{"name": "start", "description": "Начать"}]
    assert bot.call("PATCH", "me/commands", {"commands": commands}).json() == {"commands": commands}

    me = bot.call("GET", "me").json()

    assert (me["user_id"], me["username"], me["is_bot"]) == (229_229_229, "id2600000000_bot", True)
    assert me["commands"] == commands
    assert bot.call("PATCH", "me/commands", commands).status_code == 400


def test_a_message_is_answered_as_max_answers_and_stands_on_the_phone(bot, person, client):
    sent = bot.send(person.id, {"text": "Подпишите", "attachments": [keyboard([button()])]}).json()["message"]

    body = sent["body"]
    assert sent["recipient"] == {
        "chat_id": sent["recipient"]["chat_id"],
        "chat_type": "dialog",
        "user_id": person.id,
    }
    assert body["mid"] == f"mid.{sent['recipient']['chat_id']:016x}{body['seq']:016x}"
    assert body["seq"] > 2**53
    assert body["attachments"][0]["payload"]["buttons"] == [[{**button(), "intent": "default"}]]
    [shown] = person.messages
    assert (shown["mid"], shown["from"], shown["text"]) == (body["mid"], "bot", "Подпишите")
    [listed] = client.get("/phone/api/messages", {"to": PHONE}).json()
    assert (listed["channel"], listed["to"], listed["text"]) == ("max", PHONE, "Подпишите")
    assert client.get("/phone/feed").json()["numbers"] == [{"to": PHONE, "count": 0}]


def test_a_person_who_has_not_started_the_bot_cannot_be_written_to(bot, client):
    answer = bot.send(PersonSide(client, "+79990000001").id, {"text": "Здравствуйте"})

    assert refusal(answer) == (404, "chat.not.found", "dialog.not.found")


@pytest.mark.parametrize("leave", ["stop", "remove"])
def test_a_person_who_has_left_cannot_be_written_to_until_the_next_start(bot, person, leave):
    person.act(leave)
    assert refusal(bot.send(person.id, {"text": "x"})) == (403, "chat.denied", "error.dialog.suspended")

    person.act("start")
    assert bot.send(person.id, {"text": "x"}).status_code == 200


def test_a_dialog_belongs_to_one_bot_alone(client, person):
    switch(client, limits=False)
    assert BotSide(client, OTHER["token"]).send(person.id, {"text": "x"}).status_code == 404


LABEL = {"type": "request_contact", "text": "Номер"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        {},
        {"text": " "},
        {"text": "я" * 4001},
        {"text": 1},
        {"text": "<b></b>", "format": "html"},
        {"text": "x", "format": "rtf"},
        {"text": "x", "user_id": 1},
        {"text": "x", "attachments": {}},
        {"text": "x", "attachments": [{"type": "keyboard"}]},
        {"text": "x", "attachments": [{"type": "file", "payload": {}}]},
        {"text": "x", "attachments": [{"type": "inline_keyboard"}]},
        {"text": "x", "attachments": [{"type": "inline_keyboard", "payload": {"buttons": [button()]}}]},
        {"text": "x", "attachments": [keyboard([])]},
        {"text": "x", "attachments": [keyboard([button()]), keyboard([button()])]},
        {"text": "x", "attachments": [keyboard(*[[button()]] * 31)]},
        {"text": "x", "attachments": [keyboard([button()] * 8)]},
        {"text": "x", "attachments": [keyboard([button()] * 3 + [LABEL])]},
        {"text": "x", "attachments": [keyboard([button(text="")])]},
        {"text": "x", "attachments": [keyboard([button(text="я" * 129)])]},
        {"text": "x", "attachments": [keyboard([button(payload="я" * 1025)])]},
        {"text": "x", "attachments": [keyboard([{"type": "callback", "text": "x"}])]},
        {"text": "x", "attachments": [keyboard([{"type": "chat", "text": "x"}])]},
        {"text": "x", "attachments": [keyboard([{"type": "link", "text": "x", "url": "h" * 2049}])]},
        {"text": "x", "attachments": [keyboard([{"type": "open_app", "text": "x"}])]},
        {
            "text": "x",
            "attachments": [keyboard([{"type": "open_app", "text": "x", "web_app": "b", "payload": "a b"}])],
        },
        {"text": "x", "attachments": [{"type": "file", "payload": {"token": "unknown"}}]},
    ],
    ids=lambda body: str(body)[:60],
)
def test_a_message_that_breaks_the_rules_is_refused(bot, person, body):
    answer = bot.send(person.id, body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "proto.payload"
    assert person.messages == []


def test_the_body_is_looked_at_before_the_recipient(bot):
    assert refusal(bot.send(1, {"text": ""}))[:2] == (400, "proto.payload")
    assert refusal(bot.call("POST", "messages", {"text": "x"})) == (400, "proto.payload", "Unknown recipient")
    assert bot.call("POST", "messages", {"text": "x"}, user_id=1, chat_id=1).status_code == 400
    assert bot.call("POST", "messages", {"text": "x"}, chat_id=1).status_code == 404


def test_the_longest_message_and_the_widest_keyboard_pass(bot, person):
    rows = [[button()] * 7] * 30
    assert bot.send(person.id, {"text": "я" * 4000, "attachments": [keyboard(*rows)]}).status_code == 200


def test_an_edit_changes_only_what_it_names(bot, person):
    body = {"text": "Было", "attachments": [keyboard([button()])]}
    mid = bot.send(person.id, body).json()["message"]["body"]["mid"]

    assert bot.call("PUT", "messages", {"text": "Стало"}, message_id=mid).json() == {"success": True}
    [shown] = person.messages
    assert (shown["text"], shown["edited"], len(shown["keyboard"])) == ("Стало", True, 1)

    bot.call("PUT", "messages", {"attachments": []}, message_id=mid)
    [shown] = person.messages
    assert (shown["text"], shown["keyboard"]) == ("Стало", [])


def test_an_old_message_is_edited_only_while_it_has_buttons(bot, person):
    plain = bot.send(person.id, {"text": "x"}).json()["message"]["body"]["mid"]
    lively = bot.send(person.id, {"text": "x", "attachments": [keyboard([button()])]}).json()["message"]
    ChatMessage.objects.update(at=timezone.now() - timedelta(days=8))

    assert bot.call("PUT", "messages", {"text": "y"}, message_id=plain).status_code == 400
    assert bot.call("PUT", "messages", {"text": "y"}, message_id=lively["body"]["mid"]).status_code == 200


def test_a_bot_deletes_and_edits_its_own_messages_only(bot, person):
    said = person.act("say", text="Здравствуйте").json()["mid"]
    mid = bot.send(person.id, {"text": "x"}).json()["message"]["body"]["mid"]

    assert bot.call("DELETE", "messages", message_id=said).status_code == 403
    assert bot.call("DELETE", "messages", message_id=mid).json() == {"success": True}
    assert bot.call("DELETE", "messages", message_id=mid).status_code == 404
    assert [each["mid"] for each in person.messages] == [said]


def test_messages_are_read_back_newest_first(bot, person):
    sent = [bot.send(person.id, {"text": text}).json()["message"] for text in ("1", "2")]
    chat_id = sent[0]["recipient"]["chat_id"]

    listed = bot.call("GET", "messages", chat_id=chat_id).json()["messages"]
    one = bot.call("GET", f"messages/{sent[0]['body']['mid']}").json()

    assert [each["body"]["text"] for each in listed] == ["2", "1"]
    assert one["body"] == sent[0]["body"]
    assert bot.call("GET", "messages/mid.0").status_code == 404


def test_an_answer_replaces_the_message_and_shows_a_note(bot, person):
    sent = bot.send(person.id, {"text": "Код?", "attachments": [keyboard([button()])]}).json()["message"]
    callback = person.act("press", mid=sent["body"]["mid"], row=0, column=0).json()["callbackId"]

    answer = {"notification": "Принято", "message": {"text": "Подписано", "attachments": []}}
    assert bot.call("POST", "answers", answer, callback_id=callback).json() == {"success": True}

    seen = person.sees()
    assert (seen["toast"]["bot"], seen["toast"]["text"]) == ("id2600000000_bot", "Принято")
    assert [(each["text"], each["keyboard"]) for each in person.messages] == [("Подписано", [])]
    assert bot.call("POST", "answers", {}, callback_id="unknown").status_code == 404
    assert bot.call("POST", "answers", {}, callback_id=callback).json() == {"success": True}


def test_a_file_is_uploaded_once_sent_and_opened_on_the_phone(bot, person, client):
    place = bot.call("POST", "uploads", type="file").json()["url"]
    assert "/phone/max/upload/" in place
    answer = bot.upload()
    token = answer.json()["token"]

    body = {"text": "Ваш договор", "attachments": [{"type": "file", "payload": {"token": token}}]}
    sent = bot.send(person.id, body).json()["message"]["body"]["attachments"][0]

    assert (sent["filename"], sent["size"]) == ("Договор.pdf", 8)
    [shown] = person.messages[0]["files"]
    assert (shown["name"], shown["size"]) == ("Договор.pdf", 8)
    opened = client.get(shown["url"])
    assert opened.getvalue() == b"%PDF-1.7"
    assert opened["Content-Type"] == "application/pdf"
    assert "%D0%94%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80.pdf" in opened["Content-Disposition"]


def test_an_image_is_answered_in_its_own_way(bot, person):
    [photo] = bot.upload(b"\x89PNG", "page.png", "image").json()["photos"].values()

    body = {"attachments": [{"type": "image", "payload": photo}]}
    assert bot.send(person.id, body).status_code == 200
    assert person.messages[0]["images"] == [{"url": f"/phone/max/files/{photo['token']}"}]


def test_the_storage_takes_one_file_in_the_right_field_and_no_token(bot, client):
    url = bot.call("POST", "uploads", type="file").json()["url"].removeprefix("http://testserver")

    def put(field="data", **headers):
        return client.post(url, {field: SimpleUploadedFile("a.pdf", b"1")}, headers=headers)

    assert put("file").status_code == 400
    assert put(Authorization="test-bot-token").status_code == 400
    assert client.post(url, b"1", content_type="application/pdf").status_code == 415
    assert put().status_code == 200
    assert put().status_code == 404


def test_the_storage_is_another_host(client):
    answer = BotSide(client).client.post(
        "/phone/max/bot/uploads?type=file",
        headers={"Authorization": "test-bot-token", "Host": "127.0.0.1:8000"},
    )
    assert answer.json()["url"].startswith("http://localhost:8000/phone/max/upload/")


def test_a_file_that_is_not_processed_yet_is_refused_so_many_times(bot, person, client):
    switch(client, fault="slow_files", notReadySends=2)
    body = {"attachments": [{"type": "file", "payload": {"token": bot.upload().json()["token"]}}]}

    answers = [bot.send(person.id, body) for _ in range(3)]

    assert [each.status_code for each in answers] == [400, 400, 200]
    assert answers[0].json()["code"] == "attachment.not.ready"
    assert len(person.messages) == 1


def test_a_webhook_is_checked_listed_and_removed(bot, bots):
    webhook = {"url": "https://clinic.example/max", "update_types": ["bot_started"], "secret": "secret-1"}
    assert bot.call("POST", "subscriptions", webhook).json() == {"success": True}

    [listed] = bot.call("GET", "subscriptions").json()["subscriptions"]
    assert (listed["url"], listed["update_types"]) == (webhook["url"], ["bot_started"])
    assert "secret" not in listed

    for change in ({"secret": "1234"}, {"secret": "секрет"}, {"url": "https://clinic.example:8443/max"}):
        assert bot.call("POST", "subscriptions", {**webhook, **change}).status_code == 400
    bots.SIMULATOR_MAX_ALLOW_HTTP = False
    assert bot.call("POST", "subscriptions", {"url": "http://127.0.0.1/max"}).status_code == 400
    assert bot.call("DELETE", "subscriptions", url=webhook["url"]).json() == {"success": True}
    assert bot.call("GET", "subscriptions").json() == {"subscriptions": []}


def test_long_polling_goes_on_from_its_marker_and_is_off_under_a_webhook(bot, person):
    first = bot.call("GET", "updates", timeout=0).json()
    assert [each["update_type"] for each in first["updates"]] == ["bot_started"]
    person.act("say", text="раз")
    person.act("say", text="два")

    then = bot.call("GET", "updates", marker=first["marker"], timeout=0).json()
    assert [each["message"]["body"]["text"] for each in then["updates"]] == ["раз", "два"]
    last = bot.call("GET", "updates", marker=then["marker"], timeout=0).json()
    assert last == {"updates": [], "marker": then["marker"]}
    assert bot.updates(types="bot_started") == first["updates"]

    bot.call("POST", "subscriptions", {"url": "http://127.0.0.1/max"})
    assert bot.updates() == []


def test_a_chat_is_told_and_takes_signs_of_work(bot, person):
    chat_id = bot.send(person.id, {"text": "x"}).json()["message"]["recipient"]["chat_id"]

    assert bot.call("GET", f"chats/{chat_id}").json()["dialog_with_user"]["user_id"] == person.id
    assert bot.call("POST", f"chats/{chat_id}/actions", {"action": "typing_on"}).json() == {"success": True}
    assert bot.call("GET", "chats/1").status_code == 404


def test_unknown_addresses_and_methods_are_refused_in_json(bot):
    assert bot.call("GET", "chats").json()["code"] == "not.found"
    assert bot.call("PATCH", "messages").status_code == 405


def test_a_third_act_in_a_dialog_and_a_31st_call_within_a_second_are_too_many(client, person, monkeypatch):
    now = [10_000_000_000]
    monkeypatch.setattr(limits.time, "monotonic_ns", lambda: now[0])
    bot = BotSide(client)

    assert [bot.send(person.id, {"text": "x"}).status_code for _ in range(3)] == [200, 200, 429]
    assert bot.send(person.id, {"text": "x"})["Retry-After"] == "1"
    now[0] += 1_000_000_000
    assert bot.send(person.id, {"text": "x"}).status_code == 200
    statuses = [bot.call("GET", "me").status_code for _ in range(30)]
    assert statuses == [200] * 29 + [429]


@pytest.mark.parametrize(
    ("fault", "status", "stored"),
    [
        ("error_500", 500, 0),
        ("html_502", 502, 0),
        ("unavailable", 503, 0),
        ("unsuccessful", 200, 0),
        ("malformed", 200, 1),
        ("answer_lost", 200, 1),
    ],
)
def test_a_fault_befalls_as_many_calls_as_it_was_told(bot, person, fault, status, stored):
    switch(bot.client, fault=fault, left=1)

    answer = bot.send(person.id, {"text": "первое"})

    assert answer.status_code == status
    assert len(person.messages) == stored
    if stored:
        with pytest.raises(ValueError):
            json.loads(answer.getvalue())
    elif fault == "unsuccessful":
        assert answer.json()["success"] is False
    assert "message" in bot.send(person.id, {"text": "второе"}).json()
    assert bot.client.get("/phone/api/max/faults").json()["fault"] == "none"


@pytest.mark.parametrize("body", [{"fault": "fire"}, {"left": -1}, {"limits": 1}, {"x": 1}, [], None])
def test_an_unknown_switch_is_refused(client, body):
    before = client.get("/phone/api/max/faults").json()
    answer = client.put("/phone/api/max/faults", json.dumps(body), content_type="application/json")

    assert answer.status_code == 400
    assert client.get("/phone/api/max/faults").json() == before
