"""Every error of the platform leads to the step that fits it, and none of them gives anything away."""

import httpx2
import pytest

from sep.delivery.max.client import BotApi
from sep.delivery.max.errors import MaxError, Trouble
from sep.delivery.max.outgoing import NewMessage
from tests.delivery.max.conftest import TOKEN
from tests.delivery.sms.provider import Answer, Provider, closed_port

HTML = b"<!DOCTYPE html><html><body><h1>Bad Gateway</h1>chat.denied dialog.not.found</body></html>"
NOT_READY = {
    "code": "attachment.not.ready",
    "message": "Key: errors.process.attachment.file.not.processed",
}

# (status, body, what follows, our code)
REFUSALS = [
    (400, {"code": "proto.payload", "message": "Can't deserialize body"}, Trouble.PERMANENT, "payload"),
    (400, {"code": "proto.payload", "message": "Unknown recipient"}, Trouble.PERMANENT, "payload"),
    (400, {"code": "proto.payload", "message": "errors.maxRowSize"}, Trouble.PERMANENT, "payload.keyboard"),
    (400, {"code": "proto.payload", "message": "errors.maxRows"}, Trouble.PERMANENT, "payload.keyboard"),
    (400, {"code": "errors.send-message.channel-notify"}, Trouble.PERMANENT, "payload"),
    (401, {"code": "verify.token", "message": "Invalid access_token"}, Trouble.BOT, "token"),
    (401, {"code": "verify.token", "message": "Malformed access token"}, Trouble.BOT, "token"),
    (401, {"code": "verify.token", "message": "Empty access_token"}, Trouble.BOT, "token"),
    (
        403,
        {"code": "chat.denied", "message": "error.dialog.suspended"},
        Trouble.RECIPIENT,
        "dialog.suspended",
    ),
    (404, {"code": "chat.not.found", "message": "dialog.not.found"}, Trouble.RECIPIENT, "dialog.not.found"),
    (
        404,
        {"code": "chat.not.found", "message": "Chat 1 not found"},
        Trouble.RECIPIENT,
        "dialog.not.found",
    ),
    (404, {"code": "not.found", "message": "Message mid.1 not found"}, Trouble.PERMANENT, "not.found"),
    (405, {"code": "method.not.allowed", "message": "…"}, Trouble.PERMANENT, "method"),
    (415, {"code": "unsupported", "message": "…"}, Trouble.PERMANENT, "media.type"),
    (429, {"code": "too.many.requests", "message": "Slow down"}, Trouble.RETRY, "too.many.requests"),
    (500, {"code": "internal.error", "message": "…"}, Trouble.UNKNOWN, "http-500"),
    (502, HTML, Trouble.UNKNOWN, "http-502"),
    (503, {"code": "service.unavailable", "message": "…"}, Trouble.RETRY, "http-503"),
    (503, HTML, Trouble.RETRY, "http-503"),
    (504, HTML, Trouble.UNKNOWN, "http-504"),
    (302, b"", Trouble.RETRY, "http-302"),
    (403, HTML, Trouble.PERMANENT, "forbidden"),
    (404, HTML, Trouble.PERMANENT, "not.found"),
    (409, [], Trouble.PERMANENT, "http-409"),
    (400, {"code": None, "message": {}}, Trouble.PERMANENT, "payload"),
    (200, {"success": False, "message": "no"}, Trouble.PERMANENT, "unsuccessful"),
    (200, HTML, Trouble.UNKNOWN, "unreadable"),
    (200, b'{"message": {"body"', Trouble.UNKNOWN, "unreadable"),
    (200, {"message": {"body": {}}}, Trouble.UNKNOWN, "unreadable"),
    (200, b" " * (1024 * 1024 + 1), Trouble.UNKNOWN, "too-long"),
    (201, {"message": {"body": {"mid": "mid.1"}}}, Trouble.UNKNOWN, "http-201"),
]


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: f"{row[0]}-{row[3]}")
def test_every_error_leads_to_the_step_that_fits_it(platform, api, row):
    status, body, trouble, code = row
    platform.answers = [(status, body)]
    with pytest.raises(MaxError) as caught:
        api.send(123, NewMessage("Подпишите согласие"))
    assert (caught.value.trouble, caught.value.code) == (trouble, code)
    assert caught.value.detail.endswith(".")
    assert len(platform.requests) == 1


def test_file_that_is_not_ready_for_a_minute_may_be_sent_later(platform, api, pauses):
    platform.answers = [(400, NOT_READY)]
    with pytest.raises(MaxError) as caught:
        api.send(123, NewMessage(None, files=("file-token",)))
    assert (caught.value.trouble, caught.value.code) == (Trouble.RETRY, "attachment.not.ready")
    assert pauses == [0.7, 0.5, 1, 2, 4, 8, 16, 30]


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("9" * 30, 3600.0), ("soon", None), ("-1", None), ("", None)]
)
def test_wait_that_max_asks_for_is_told_and_bounded(platform, api, header, seconds):
    platform.answers = [(429, {"code": "too.many.requests"}, {"Retry-After": header})]
    with pytest.raises(MaxError) as caught:
        api.me()
    assert caught.value.retry_after == seconds


def test_success_false_is_an_error_whatever_was_asked(platform, api):
    platform.answers = [(200, {"success": False, "message": "…"})]
    for call in (
        api.me,
        api.subscriptions,
        lambda: api.set_commands([("help", "Помощь")]),
        lambda: api.delete("mid.1"),
        lambda: api.answer("callback"),
        lambda: api.updates(None, 0, ["bot_started"]),
    ):
        with pytest.raises(MaxError) as caught:
            call()
        assert (caught.value.trouble, caught.value.code) == (Trouble.PERMANENT, "unsuccessful")


def test_redirect_is_not_followed_with_the_token(platform, api):
    platform.answers = [(307, b"", {"Location": f"{platform.url}/elsewhere"})]
    with pytest.raises(MaxError):
        api.send(1, NewMessage("Текст"))
    assert [each.path for each in platform.requests] == ["/phone/max/bot/messages"]


FAULTS = {
    "silence": (Answer(silent=True, hang=True), "timeout"),
    "half of the answer and silence": (Answer(b'{"mess', promised=200, hang=True), "timeout"),
    "one byte at a time": (Answer(b'{"message": {"body": {"mid": "mid.1"}}}', drip=True), "timeout"),
    "reset without an answer": (Answer(silent=True, reset=True), "broken"),
    "closed without an answer": (Answer(silent=True), "broken"),
    "closed in the middle": (Answer(b'{"mess', promised=200), "broken"),
    "not HTTP at all": (Answer(status="\r\nSSH-2.0-OpenSSH"), "broken"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_message_whose_answer_was_lost_may_have_been_taken_and_is_not_repeated(fault):
    answer, code = FAULTS[fault]
    with (
        httpx2.Client(timeout=httpx2.Timeout(0.25, connect=0.25), trust_env=False) as client,
        Provider(answer) as provider,
    ):
        with pytest.raises(MaxError) as caught:
            BotApi(TOKEN, base_url=provider.url, client=client).send(1, NewMessage("Текст"))
        assert len(provider.requests) == 1
    assert (caught.value.trouble, caught.value.code) == (Trouble.UNKNOWN, code)


def test_message_that_never_left_may_be_sent_again():
    api = BotApi(TOKEN, base_url=f"http://127.0.0.1:{closed_port()}")
    with pytest.raises(MaxError) as caught:
        api.send(1, NewMessage("Текст"))
    api.close()
    assert (caught.value.trouble, caught.value.code) == (Trouble.RETRY, "connect")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 200])
def test_error_gives_nothing_away(platform, api, status):
    text, user_id = "Согласие на операцию, +79161234567", 987654321
    platform.answers = [(status, {"code": TOKEN, "message": f"{TOKEN} {text} {user_id} {platform.url}"})]
    with pytest.raises(MaxError) as caught:
        api.send(user_id, NewMessage(text))
    error = caught.value
    told = f"{error!r} {error} {error.code} {error.detail} {error.args} {error.__cause__!r}"
    for secret in (TOKEN, text, "79161234567", str(user_id), platform.url):
        assert secret not in told
    assert error.__suppress_context__ or error.__context__ is None
