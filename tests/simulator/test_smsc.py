"""The simulator's gateway as a client of SMSC.ru sees it."""

from urllib.parse import urlencode

import pytest

from simulator.models import Behaviour, GatewayFault, HandsetFault, Message

pytestmark = [
    pytest.mark.django_db(databases=["default", "simulator"]),
    pytest.mark.urls("tests.simulator.urls"),
]

SEND = "/phone/smsc/sys/send.php"
STATUS = "/phone/smsc/sys/status.php"
KEY = {"apikey": "demo", "charset": "utf-8", "fmt": "3"}
SMS = {**KEY, "phones": "79990000065", "mes": "Код 482913", "id": "14", "cost": "3"}


@pytest.fixture
def client(client):
    """Django's client that posts urlencoded forms, as gateways' clients do."""
    post = client.post
    client.post = lambda path, form: post(
        path,
        form if isinstance(form, bytes) else urlencode(form),
        content_type="application/x-www-form-urlencoded",
    )
    return client


def behave(gateway=GatewayFault.NONE, handset=HandsetFault.NONE):
    Behaviour(pk=1, gateway=gateway, handset=handset).save()


def texts(client, to="+79990000065"):
    return [message["text"] for message in client.get("/phone/api/messages", {"to": to}).json()]


def status(client, number="14"):
    return client.get(STATUS, {**KEY, "phone": "79990000065", "id": number}).json()


def test_a_sent_message_arrives_at_the_phone(client):
    answer = client.post(SEND, SMS).json()

    assert answer == {"id": 14, "cnt": 1, "cost": "4.10", "balance": "99995.90"}
    [message] = client.get("/phone/api/messages", {"to": "+79990000065"}).json()
    assert set(message) == {"id", "at", "channel", "to", "text"}
    assert (message["channel"], message["to"], message["text"]) == ("sms", "+79990000065", "Код 482913")


def test_messages_come_newest_last_and_only_to_their_number(client):
    for number, phone, text in (
        ("1", "79990000065", "первое"),
        ("2", "79990000066", "чужое"),
        ("3", "89990000065", "второе"),
    ):
        client.post(SEND, {**SMS, "id": number, "phones": phone, "mes": text})

    assert texts(client) == ["первое", "второе"]
    assert texts(client, to="79990000066") == ["чужое"]
    assert texts(client, to="") == ["первое", "чужое", "второе"]


def test_a_number_with_a_plus_is_found_even_when_the_plus_was_not_escaped(client):
    client.post(SEND, SMS)

    assert len(client.get("/phone/api/messages?to=+79990000065").json()) == 1


def test_the_phone_can_be_cleared(client):
    client.post(SEND, SMS)
    client.post(SEND, {**SMS, "id": "15", "phones": "79990000066"})

    assert client.delete("/phone/api/messages?to=%2B79990000065").status_code == 204

    assert texts(client) == []
    assert len(texts(client, to="+79990000066")) == 1


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"apikey": "wrong"},
        {"login": "demo", "psw": "wrong"},
        {"apikey": "wrong", "login": "demo", "psw": "demo"},
    ],
)
def test_a_stranger_is_refused(client, credentials):
    form = {**SMS, **credentials}
    if "apikey" not in credentials:
        del form["apikey"]

    response = client.post(SEND, form)

    assert response.status_code == 200
    assert response.json()["error_code"] == 2
    assert texts(client) == []


def test_login_with_password_is_enough(client):
    form = {**SMS, "login": "demo", "psw": "demo"}
    del form["apikey"]

    assert client.get(SEND, form).json()["id"] == 14


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"phones": "123"}, 7),
        ({"phones": ""}, 1),
        ({"mes": " "}, 1),
        ({"id": "0"}, 1),
        ({"id": "2147483648"}, 1),
        ({"id": "x"}, 1),
        ({"charset": "utf-16"}, 1),
    ],
)
def test_a_bad_request_is_refused_with_its_code(client, change, code):
    answer = client.post(SEND, {**SMS, **change}).json()

    assert answer["error_code"] == code
    assert not Message.objects.exists()


def test_without_fmt_3_the_error_is_plain_text(client):
    response = client.post(SEND, {**SMS, "fmt": "0", "apikey": "wrong"})

    assert response.content == b"ERROR = 2 (authorise error)"


def test_the_same_message_under_the_same_id_is_delivered_once(client):
    client.post(SEND, SMS)
    again = client.post(SEND, SMS).json()
    other = client.post(SEND, {**SMS, "mes": "Код 000000"}).json()

    assert (again["error_code"], again["id"]) == (9, 14)
    assert other["error_code"] == 1
    assert texts(client) == ["Код 482913"]


def test_a_message_without_charset_is_read_as_windows_1251(client):
    form = "&".join(f"{name}={value}" for name, value in SMS.items() if name not in {"charset", "mes"})
    body = form.encode() + b"&mes=" + "".join(f"%{byte:02X}" for byte in "Привет".encode("cp1251")).encode()

    client.post(SEND, body)

    assert texts(client) == ["Привет"]


def test_asking_for_the_price_sends_nothing(client):
    answer = client.post(SEND, {**SMS, "cost": "1", "mes": "я" * 71}).json()

    assert answer == {"cnt": 2, "cost": "8.20"}
    assert texts(client) == []


def test_an_id_of_its_own_is_given_when_none_is_asked(client):
    first = client.post(SEND, {**SMS, "id": ""}).json()["id"]
    second = client.post(SEND, {**SMS, "id": ""}).json()["id"]

    assert second == first + 1


def test_status_is_at_the_operator_and_then_delivered(client, time_machine):
    time_machine.move_to("2026-06-25T10:31:00+03:00")
    client.post(SEND, SMS)

    assert status(client)["status"] == 0
    time_machine.shift(2)
    answer = status(client)
    assert answer["status"] == 1
    assert answer["last_date"] == "25.06.2026 10:31:01"
    assert answer["last_timestamp"] == 1782372661


def test_status_of_an_unknown_message_is_not_found(client):
    assert status(client, "77") == {"status": -3}


@pytest.mark.parametrize(
    ("handset", "code", "reason"), [(HandsetFault.UNDELIVERABLE, 20, 1), (HandsetFault.OPTED_OUT, 23, 244)]
)
def test_a_message_that_cannot_be_delivered_is_accepted_and_then_reported(
    client, time_machine, handset, code, reason
):
    time_machine.move_to("2026-06-25T10:31:00+03:00")
    behave(handset=handset)

    assert client.post(SEND, SMS).json()["id"] == 14
    time_machine.shift(2)
    answer = status(client)
    assert (answer["status"], answer["err"]) == (code, reason)
    assert texts(client) == []


def test_without_money_nothing_is_taken(client):
    behave(GatewayFault.NO_MONEY)

    response = client.post(SEND, SMS)

    assert response.status_code == 200
    assert response.json()["error_code"] == 3
    assert texts(client) == []


def test_a_broken_gateway_answers_500_with_a_page(client):
    behave(GatewayFault.ERROR_500)

    response = client.post(SEND, SMS)

    assert response.status_code == 500
    assert b"<html>" in response.content
    assert texts(client) == []


@pytest.mark.parametrize(
    ("fault", "arrived"), [(GatewayFault.NO_ANSWER, []), (GatewayFault.ANSWER_LOST, ["Код 482913"])]
)
def test_a_lost_answer_is_shorter_than_promised(client, fault, arrived):
    behave(fault)

    response = client.post(SEND, SMS)

    assert len(b"".join(response.streaming_content)) < int(response["Content-Length"])
    assert texts(client) == arrived
    assert status(client)["status"] == (0 if arrived else -3)
