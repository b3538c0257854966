"""The phone's API: switches, feed, and a database of its own."""

import json
import re

import pytest
from django.conf import settings as project
from django.contrib.staticfiles import finders
from django.db import connections

from simulator.models import Behaviour, Channel, GatewayFault, HandsetFault, Message
from simulator.routers import SimulatorRouter

pytestmark = [
    pytest.mark.django_db(databases=["default", "simulator"]),
    pytest.mark.urls("tests.simulator.urls"),
]


def put(client, body):
    return client.put("/phone/api/behaviour", body, content_type="application/json")


def arrive(number, text="текст", to="+79990000065", **change):
    return Message.objects.create(
        **{"number": number, "to": to, "text": text, "outcome": 1, "due_at": "2026-06-25T10:00:00Z", **change}
    )


def test_a_switch_stays_where_it_was_put(client):
    assert client.get("/phone/api/behaviour").json() == {"gateway": "none", "handset": "none"}

    put(client, {"gateway": GatewayFault.NO_MONEY})
    put(client, {"handset": HandsetFault.OPTED_OUT})

    assert client.get("/phone/api/behaviour").json() == {"gateway": "no_money", "handset": "opted_out"}
    assert Behaviour.objects.count() == 1


@pytest.mark.parametrize("body", ["", "[]", "null", '{"gateway": "fire"}', '{"handset": 1}'])
def test_an_unknown_switch_is_refused(client, body):
    assert put(client, body).status_code == 400
    assert client.get("/phone/api/behaviour").json() == {"gateway": "none", "handset": "none"}


def test_the_feed_tells_only_what_is_new(client):
    first = arrive(1, "первое")
    arrive(2, "второе", sender="KLINIKA")
    arrive(3, "чужое", to="+79990000066")
    arrive(4, "не дошло", arrived=False)

    news = client.get("/phone/feed", {"to": "+79990000065", "after": first.pk}).json()

    assert [(message["text"], message["from"]) for message in news["messages"]] == [("второе", "KLINIKA")]
    assert news["numbers"] == [{"to": "+79990000066", "count": 1}, {"to": "+79990000065", "count": 2}]
    assert news["behaviour"] == {"gateway": "none", "handset": "none"}


@pytest.mark.parametrize(
    "query", ["", "?to=", "?to=x", "?after=x", "?to=%2B79990000065&after=-1", "?after=" + "9" * 40]
)
def test_the_feed_answers_whatever_it_is_asked(client, query):
    arrive(1)

    assert client.get(f"/phone/feed{query}").status_code == 200


def test_messages_of_max_stand_in_the_same_list(client):
    arrive(1, "из SMS")
    arrive(1, "из MAX", channel=Channel.MAX)

    listed = client.get("/phone/api/messages", {"to": "+79990000065"}).json()

    assert [(message["channel"], message["text"]) for message in listed] == [
        ("sms", "из SMS"),
        ("max", "из MAX"),
    ]


def test_the_page_explains_every_switch_and_loads_its_own_files_only(client):
    page = client.get("/phone/").content.decode()

    for fault in [*GatewayFault, *HandsetFault]:
        assert f'value="{fault.value}"' in page
        assert fault.explanation in page
    assert page.count(" checked>") == 2
    for address in re.findall(r'(?:src|href)="([^"#][^"]*)"', page):
        assert finders.find(address.removeprefix(project.STATIC_URL)), address
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page), (
        "the policy forbids inline code"
    )


def test_the_simulators_tables_are_in_its_own_database():
    def tables(alias):
        return {
            name for name in connections[alias].introspection.table_names() if name.startswith("simulator_")
        }

    assert {"simulator_message", "simulator_behaviour", "simulator_max_dialog"} <= tables("simulator")
    assert tables("default") == set()
    assert SimulatorRouter().allow_migrate("default", "documents") is None


def test_the_api_speaks_json(client):
    arrive(1)

    response = client.get("/phone/api/messages")

    assert json.loads(response.content)[0]["to"] == "+79990000065"
