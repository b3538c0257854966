"""The webhook takes everything that MAX brings, once, and answers 200 whatever it is."""

import json

import pytest
from django.db import connection

from sep.jobs.status import table
from sep.maxbot.models import IncomingUpdate
from tests import builders
from tests.maxbot.bots import bot as connected

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bot():
    return connected()


@pytest.fixture
def bring(client, bot):
    def bring(update, secret=None, key=None):
        body = update if isinstance(update, bytes) else json.dumps(update).encode()
        headers = {"X-Max-Bot-Api-Secret": bot.secret if secret is None else secret}
        address = f"/max/webhook/{key or bot.webhook_key}"
        return client.post(address, body, content_type="application/json", headers=headers)

    return bring


def message(mid="mid.1", text="Привет"):
    return {
        "update_type": "message_created",
        "timestamp": 1_775_025_604_499,
        "message": {
            "recipient": {"chat_id": 1, "chat_type": "dialog", "user_id": 2},
            "body": {"mid": mid, "seq": 116_327_994_376_978_687, "text": text},
            "sender": {"user_id": 123_456_789, "first_name": "Мария", "is_bot": False},
        },
    }


def test_update_is_kept_encrypted_and_queued_once(bring, bot):
    assert bring(message(text="531207")).status_code == 200
    kept = IncomingUpdate.objects.get()
    assert (kept.bot, kept.kind, kept.processed_at) == (bot, "message_created", None)
    assert b"531207" not in bytes(kept.body)
    assert json.loads(kept.raw)["message"]["body"]["text"] == "531207"
    assert jobs() == 1


def test_repetition_of_an_update_is_taken_and_changes_nothing(bring):
    for _ in range(3):
        assert bring(message()).status_code == 200
    assert IncomingUpdate.objects.count() == jobs() == 1


@pytest.mark.parametrize("secret", ["", "wrong", "секрет"])
def test_wrong_secret_is_not_let_in(bring, secret):
    assert bring(message(), secret=secret.encode().decode("latin-1")).status_code == 404
    assert not IncomingUpdate.objects.exists()


def test_unknown_address_answers_as_a_wrong_secret_does(bring):
    assert bring(message(), key="x" * 43).status_code == 404


def test_secret_of_another_bot_opens_nothing(bring, bot):
    assert bring(message(), secret=connected(builders.organization()).secret).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'{"update_type": 5}',
        b'{"update_type": "message_created", "timestamp": 1}',
        b'{"update_type": "comment_created", "timestamp": 1775025604499, "comment": {"x": [1]}}',
        b'{"update_type": "a_thing_of_2027", "timestamp": 1775025604499}',
        b'\xff\xfe\x00 {"update_type"',
    ],
)
def test_whatever_comes_is_kept_and_answered_well(bring, body):
    """Anything but 200 would bring it again for eight hours, and then cost the subscription."""
    assert bring(body).status_code == 200
    assert IncomingUpdate.objects.get().raw == body


def test_huge_body_is_refused_before_it_is_read(bring):
    assert bring(b"x" * (1024 * 1024 + 1)).status_code == 413
    assert not IncomingUpdate.objects.exists()


def test_last_update_is_noted_on_the_bot(bring, bot):
    bring(message())
    bot.refresh_from_db()
    assert bot.last_update_at is not None


def jobs():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table('workflow_status')} WHERE queue_name = 'chat'")
        return cursor.fetchone()[0]
