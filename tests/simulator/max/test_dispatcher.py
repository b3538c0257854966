"""Webhooks of the pretended MAX: what is brought, how often, and when it gives up."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.utils import timezone

from simulator.max import dispatcher
from simulator.models import Delivery, MaxSubscription
from tests.simulator.max.sides import BotSide, PersonSide, switch

pytestmark = [
    pytest.mark.django_db(databases=["default", "simulator"]),
    pytest.mark.urls("tests.simulator.urls"),
]


class Receiver(ThreadingHTTPServer):
    """A bot's webhook; answers `status`, and keeps what it took."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.came, self.asked, self.rang = 200, [], 0, threading.Event()

    @property
    def updates(self):
        return [json.loads(body) for body, _ in self.came]

    @property
    def kinds(self):
        return [each["update_type"] for each in self.updates]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        if self.server.status == 200:
            self.server.came.append((body, self.headers["X-Max-Bot-Api-Secret"]))
            self.server.rang.set()
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def receiver():
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
    dispatcher._client().close()
    dispatcher._client.cache_clear()


@pytest.fixture
def url(receiver):
    return f"http://127.0.0.1:{receiver.server_port}/max"


@pytest.fixture
def bot(client):
    switch(client, limits=False)
    return BotSide(client)


@pytest.fixture
def person(client):
    return PersonSide(client)


def subscribe(bot, url, **more):
    assert bot.call("POST", "subscriptions", {"url": url, **more}).status_code == 200


def test_one_update_a_request_with_the_secret_and_once(bot, person, url, receiver):
    subscribe(bot, url, secret="secret-1")
    person.act("start")
    person.act("say", text="Привет")

    assert dispatcher.send_due() == 2
    assert dispatcher.send_due(timezone.now() + timedelta(hours=9)) == 0
    assert receiver.kinds == ["bot_started", "message_created"]
    assert {secret for _, secret in receiver.came} == {"secret-1"}
    assert not Delivery.objects.exists()


def test_only_the_wanted_types_come(bot, person, url, receiver):
    subscribe(bot, url, update_types=["message_created"])
    person.act("start")
    person.act("say", text="x")

    dispatcher.send_due()
    assert receiver.kinds == ["message_created"]


def test_two_webhooks_both_hear_everything(bot, person, url, receiver):
    subscribe(bot, url)
    subscribe(bot, f"{url}/second")
    person.act("start")

    assert dispatcher.send_due() == 2


@pytest.mark.parametrize("status", [201, 204, 302, 401, 500])
def test_anything_but_200_is_repeated_later_and_later(bot, person, url, receiver, status):
    subscribe(bot, url)
    receiver.status = status
    person.act("start")
    now = timezone.now()
    dispatcher.send_due(now)
    for tries, pause in enumerate((60, 150, 375), start=1):
        dispatcher.send_due(now + timedelta(seconds=pause - 1))
        assert receiver.asked == tries, "not before its time"
        now += timedelta(seconds=pause)
        dispatcher.send_due(now)
        assert receiver.asked == tries + 1

    receiver.status = 200
    assert dispatcher.send_due(now + timedelta(hours=1)) == 1
    assert MaxSubscription.objects.get().failing_since is None


def test_a_webhook_that_is_dead_for_eight_hours_is_dropped_without_a_word(bot, person, url, receiver):
    subscribe(bot, url)
    receiver.status = 500
    person.act("start")
    now = timezone.now()
    dispatcher.send_due(now)

    dispatcher.send_due(now + timedelta(hours=7, minutes=59))
    assert len(bot.call("GET", "subscriptions").json()["subscriptions"]) == 1
    dispatcher.send_due(now + timedelta(hours=8, seconds=1))

    assert bot.call("GET", "subscriptions").json() == {"subscriptions": []}
    assert not Delivery.objects.exists()


def test_nobody_at_the_address_is_a_failure_like_any_other(bot, person):
    subscribe(bot, "http://127.0.0.1:1/max")
    person.act("start")

    assert dispatcher.send_due() == 0
    assert MaxSubscription.objects.get().failing_since is not None


def test_duplicates_come_three_times_in_the_same_words(bot, person, url, receiver, client):
    subscribe(bot, url)
    switch(client, fault="duplicates")
    person.act("start")
    dispatcher.send_due()

    assert len(receiver.came) == 3
    assert len(set(receiver.came)) == 1


def test_disorder_still_brings_everything(bot, person, url, receiver, client):
    subscribe(bot, url)
    person.act("start")
    dispatcher.send_due()
    switch(client, fault="disorder")
    for number in range(30):
        person.act("say", text=str(number))

    dispatcher.send_due(timezone.now() + timedelta(seconds=3))

    texts = [each["message"]["body"]["text"] for each in receiver.updates[1:]]
    assert sorted(texts, key=int) == [str(number) for number in range(30)]
    assert texts != sorted(texts, key=int)


def test_odd_fields_keep_what_is_promised(bot, person, url, receiver, client):
    subscribe(bot, url, update_types=["message_created"])
    person.act("start")
    switch(client, fault="odd_fields")
    for _ in range(12):
        person.act("share-contact")
    dispatcher.send_due()

    assert set(receiver.kinds) == {"message_created", "future_event"}
    messages = [each["message"] for each in receiver.updates if "message" in each]
    assert {message["sender"]["user_id"] for message in messages} == {person.id}
    assert all("mid" in message["body"] and "future_field" in message for message in messages)
    assert len({"text" in message["body"] for message in messages}) == 2
    assert len({"last_activity_time" in message["sender"] for message in messages}) == 2


@pytest.mark.django_db(transaction=True, databases=["default", "simulator"])
def test_the_background_thread_brings_updates_by_itself(bot, person, url, receiver, monkeypatch):
    monkeypatch.setattr(dispatcher, "enabled", True)
    monkeypatch.setattr(dispatcher, "_IDLE_SECONDS", 0.05)
    subscribe(bot, url)
    person.act("start")

    assert receiver.rang.wait(20)
    for thread in threading.enumerate():
        if thread.name == "simulator-max":
            thread.join(20)
    assert receiver.kinds == ["bot_started"]
    assert dispatcher._thread is None
