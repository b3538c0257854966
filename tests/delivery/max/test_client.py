"""What the client says on the wire, and how it reads the answers."""

import json
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP

import httpx2
import pytest

from sep.delivery.max.client import BotApi, BotInfo, Sent, Subscription
from sep.delivery.max.errors import MaxError, Trouble
from sep.delivery.max.outgoing import CallbackButton, NewMessage
from tests.delivery.max.conftest import TOKEN
from tests.delivery.max.platform import DONE, Platform

SENT = {
    "message": {
        "recipient": {"chat_id": 182182182, "chat_type": "dialog", "user_id": 123456789},
        "timestamp": 1775026671403,
        "body": {"mid": "mid.000000000adf429c", "seq": 116328147937082782, "text": "…", "new": 1},
        "sender": {"user_id": 229229229, "first_name": "Бот", "is_bot": True},
    }
}
NOT_READY = (400, {"code": "attachment.not.ready", "message": "Key: errors.process.attachment"})


def test_token_goes_in_its_header_as_it_is_and_never_in_the_address(platform, api):
    platform.answers = [
        (200, {"user_id": 229229229, "first_name": "Бот", "username": "id77_bot", "is_bot": True})
    ]
    assert api.me() == BotInfo(user_id=229229229, username="id77_bot", first_name="Бот")
    assert (platform.last.method, platform.last.path) == ("GET", "/phone/max/bot/me")
    assert platform.last.headers["authorization"] == TOKEN
    assert platform.last.query == {}


def test_commands_go_in_an_object(platform, api):
    platform.answers = [(200, {"commands": []})]
    api.set_commands([("help", "Помощь")])
    assert (platform.last.method, platform.last.path) == ("PATCH", "/phone/max/bot/me/commands")
    assert platform.last.json == {"commands": [{"name": "help", "description": "Помощь"}]}


def test_message_is_addressed_by_the_query_and_its_numbers_are_kept(platform, api, pauses):
    platform.answers = [(200, SENT)]
    keyboard = ((CallbackButton("Подписать", "sign:1"),),)
    assert api.send(123456789, NewMessage("Текст", keyboard)) == Sent("mid.000000000adf429c", 182182182)
    assert (platform.last.method, platform.last.path) == ("POST", "/phone/max/bot/messages")
    assert platform.last.query == {"user_id": "123456789"}
    assert platform.last.json == NewMessage("Текст", keyboard).to_json()
    assert pauses == []


def test_file_being_processed_is_waited_for(platform, api, pauses):
    platform.answers = [NOT_READY, NOT_READY, NOT_READY, (200, SENT)]
    assert api.send(1, NewMessage(None, files=("t",))).mid == "mid.000000000adf429c"
    assert pauses == [0.7, 0.5, 1, 2]
    assert len(platform.requests) == 4


def test_trouble_after_the_file_was_waited_for_is_told_at_once(platform, api, pauses):
    platform.answers = [NOT_READY, (500, b"")]
    with pytest.raises(MaxError) as caught:
        api.send(1, NewMessage(None, images=("t",)))
    assert caught.value.trouble is Trouble.UNKNOWN
    assert len(platform.requests) == 2


def test_edit_delete_and_answer_name_what_they_are_about(platform, api):
    api.edit("mid.0a", NewMessage("Подписано", clears_attachments=True))
    assert (platform.last.method, platform.last.query) == ("PUT", {"message_id": "mid.0a"})
    assert platform.last.json["attachments"] == []
    api.delete("mid.0a")
    assert (platform.last.method, platform.last.query) == ("DELETE", {"message_id": "mid.0a"})
    api.answer("call+back/1=", notification="Принято", message=NewMessage("Подписано"))
    assert (platform.last.path, platform.last.query) == (
        "/phone/max/bot/answers",
        {"callback_id": "call+back/1="},
    )
    assert platform.last.json == {"notification": "Принято", "message": NewMessage("Подписано").to_json()}
    api.answer("c")
    assert platform.last.json == {}


def test_webhooks_are_listed_added_and_taken_away(platform, api):
    url = "https://sep.example/max/hook/a?b=c&d"
    listed = {"url": url, "time": 1777106679356, "update_types": None}
    platform.answers = [(200, {"subscriptions": [listed]}), DONE]
    assert api.subscriptions() == [Subscription(url=url, time=1777106679356)]
    api.subscribe(url, "secret-1", ["bot_started"])
    assert platform.last.json == {"url": url, "secret": "secret-1", "update_types": ["bot_started"]}
    api.unsubscribe(url)
    assert (platform.last.method, platform.last.query) == ("DELETE", {"url": url})


def test_updates_come_each_as_its_own_json_with_long_numbers_whole(platform, api):
    update = {"update_type": "message_created", "message": {"body": {"mid": "m", "seq": 116327994376978687}}}
    platform.answers = [(200, {"updates": [update, "odd"], "marker": 25})]
    got, marker = api.updates(7, 30, ["message_created", "bot_started"])
    assert ([json.loads(each) for each in got], marker) == ([update, "odd"], 25)
    assert b"116327994376978687" in got[0]
    query = platform.last.query
    assert (query["marker"], query["timeout"], query["types"]) == ("7", "30", "message_created,bot_started")


@pytest.mark.parametrize(
    "empty", [{"updates": [], "marker": 0}, {"updates": []}, {"updates": [], "marker": None}]
)
def test_empty_poll_keeps_the_place(platform, api, empty):
    platform.answers = [(200, empty)]
    assert api.updates(7, 0, ["bot_started"]) == ([], 7)
    assert api.updates(None, 0, ["bot_started"]) == ([], None)
    assert "marker" not in platform.last.query


def _part(request) -> EmailMessage:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    (part,) = BytesParser(policy=HTTP).parsebytes(head + request.body).iter_parts()
    return part


REPLIES = {
    "file": ({"fileId": 123, "token": "f9LHod"}, "f9LHod"),
    "image": ({"photos": {"a1b2": {"token": "photo"}}}, "photo"),
}


@pytest.mark.parametrize("kind", REPLIES)
def test_file_goes_to_another_host_that_never_sees_the_token(platform, api, kind):
    reply, token = REPLIES[kind]
    with Platform(host="localhost", answers=[(200, reply)]) as storage:
        platform.answers = [(200, {"url": f"{storage.url}/upload.do?sig=1"})]
        assert api.upload(kind, b"%PDF-1.7\x00\r\n", "согласие.pdf") == token
        (request,) = storage.requests
    assert platform.last.query == {"type": kind}
    assert "authorization" not in request.headers
    assert TOKEN.encode() not in request.body
    assert (request.path, request.query) == ("/upload.do", {"sig": "1"})
    part = _part(request)
    assert part.get_param("name", header="content-disposition") == "data"
    assert part.get_payload(decode=True) == b"%PDF-1.7\x00\r\n"


def test_name_in_cyrillic_goes_as_browsers_write_it_and_cannot_break_out_of_its_header(platform, api):
    with Platform(host="localhost", answers=[(200, {"token": "t"})]) as storage:
        platform.answers = [(200, {"url": storage.url})]
        api.upload("file", b"x", 'Согласие "на операцию"\r\nX-Evil: 1.pdf')
        (request,) = storage.requests
    head = request.body.split(b"\r\n\r\n")[0].decode()
    assert 'filename="Согласие %22на операцию%22%0D%0AX-Evil: 1.pdf"' in head
    assert "\nX-Evil" not in head


@pytest.mark.parametrize(
    "row",
    [
        (200, b"<retval>1</retval>", Trouble.RETRY, "unreadable"),
        (200, {"photos": {}}, Trouble.RETRY, "unreadable"),
        (401, {"code": "verify.token"}, Trouble.RETRY, "upload-401"),
        (404, {"code": "chat.not.found"}, Trouble.RETRY, "upload-404"),
        (413, b"", Trouble.PERMANENT, "media.type"),
        (415, b"", Trouble.PERMANENT, "media.type"),
        (500, b"", Trouble.RETRY, "upload-500"),
    ],
    ids=lambda row: f"{row[0]}-{row[3]}",
)
def test_refusal_of_the_upload_host_says_nothing_of_the_bot_or_the_person(platform, api, row):
    status, body, trouble, code = row
    with Platform(host="localhost", answers=[(status, body)]) as storage:
        platform.answers = [(200, {"url": storage.url})]
        with pytest.raises(MaxError) as caught:
            api.upload("image", b"x", "1.jpg")
    assert (caught.value.trouble, caught.value.code) == (trouble, code)


@pytest.mark.parametrize(
    "place", ["http://fu.oneme.example/1", "file:///etc/passwd", "//localhost", "http://[", ""]
)
def test_document_is_put_nowhere_but_over_tls(platform, api, place):
    platform.answers = [(200, {"url": place})]
    with pytest.raises(MaxError) as caught:
        api.upload("file", b"x", "1.pdf")
    assert caught.value.trouble is Trouble.RETRY
    assert len(platform.requests) == 1


def test_upload_whose_place_was_not_given_may_be_made_again(platform, api):
    platform.answers = [(500, b"")]
    with pytest.raises(MaxError) as caught:
        api.upload("file", b"x", "1.pdf")
    assert (caught.value.trouble, caught.value.code) == (Trouble.RETRY, "http-500")


def test_token_that_max_refuses_is_told_by_an_upload_too(platform, api):
    platform.answers = [(401, {"code": "verify.token", "message": "Invalid access_token"})]
    with pytest.raises(MaxError) as caught:
        api.upload("file", b"x", "1.pdf")
    assert caught.value.trouble is Trouble.BOT


@pytest.mark.parametrize(
    "url",
    [
        "http://platform-api2.max.ru",
        "http://127.0.0.1.example.ru",
        "ftp://localhost",
        "https://user:word@max.ru",
        "https://max.ru?token=1",
        "max.ru",
        "",
    ],
)
def test_address_without_tls_or_with_secrets_is_refused(url):
    with pytest.raises(ValueError, match="Адрес MAX"):
        BotApi(TOKEN, base_url=url)


@pytest.mark.parametrize("token", ["", "секрет", "two words", "line\r\nX-Evil: 1"])
def test_what_is_no_token_is_refused_without_quoting_it(token):
    with pytest.raises(ValueError, match="Это не токен") as caught:
        BotApi(token)
    assert not token or token not in f"{caught.value!r}"


def test_client_that_was_lent_stays_open(platform):
    platform.answers = [(200, {"user_id": 1, "username": "b"})]
    with httpx2.Client(trust_env=False) as client:
        BotApi(TOKEN, base_url=platform.url, client=client).close()
        assert BotApi(TOKEN, base_url=platform.url, client=client).me().user_id == 1
