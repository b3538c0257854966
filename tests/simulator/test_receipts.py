"""Receipts of the simulator, read by the service's own adapter."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from sep.delivery.sms.gateway import ReceiptState
from sep.delivery.sms.registry import build_gateway
from simulator import receipts
from simulator.models import Behaviour, HandsetFault, Message

pytestmark = [
    pytest.mark.django_db(databases=["default", "simulator"]),
    pytest.mark.urls("tests.simulator.urls"),
]

SMS = {
    "apikey": "demo",
    "charset": "utf-8",
    "fmt": "3",
    "phones": "79990000065",
    "mes": "Код 482913",
    "id": "14",
}


class Receiver(HTTPServer):
    """The service's address for receipts; refuses the first `failures` of them."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.bodies = []
        self.failures = 0
        self.came = threading.Event()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        refused = self.server.failures > 0
        self.server.failures -= refused
        if not refused:
            self.server.bodies.append(body)
        self.send_response(503 if refused else 200)
        self.end_headers()
        if not refused:
            self.server.came.set()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def receiver(account):
    with Receiver() as server:
        account.SIMULATOR_CALLBACK_URL = f"http://127.0.0.1:{server.server_port}/receipts"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def asleep(monkeypatch):
    """No background thread: the test sends receipts by its own hand."""
    monkeypatch.setattr(receipts, "wake", lambda: None)


def send(client, **change):
    body = urlencode({**SMS, **change})
    return client.post("/phone/smsc/sys/send.php", body, content_type="application/x-www-form-urlencoded")


def later(seconds):
    """Bring everything that waits nearer by so many seconds."""
    for message in Message.objects.exclude(receipt_at=None):
        message.receipt_at -= timedelta(seconds=seconds)
        message.save()


@pytest.mark.usefixtures("asleep")
def test_a_receipt_comes_after_the_delivery_and_once(client, receiver):
    send(client)

    assert receipts.send_due() == 0
    later(2)
    assert receipts.send_due() == 1
    later(60)
    assert receipts.send_due() == 0
    assert len(receiver.bodies) == 1


@pytest.mark.usefixtures("asleep")
@pytest.mark.parametrize(
    ("handset", "state", "code"),
    [
        (HandsetFault.NONE, ReceiptState.DELIVERED, "smsc-1"),
        (HandsetFault.UNDELIVERABLE, ReceiptState.FAILED_PERMANENT, "smsc-20-1"),
        (HandsetFault.OPTED_OUT, ReceiptState.FAILED_PERMANENT, "smsc-23-244"),
    ],
)
def test_the_services_adapter_reads_the_receipt_and_believes_its_sum(client, receiver, handset, state, code):
    Behaviour(pk=1, handset=handset).save()
    send(client)
    later(2)
    receipts.send_due()

    gateway = build_gateway("smsc", {"apikey": "demo", "callback_secret": "word"})
    [receipt] = gateway.parse_receipts(receiver.bodies[0], {})

    assert (receipt.state, receipt.code, receipt.own_id) == (state, code, 14)
    assert abs(receipt.at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.usefixtures("asleep")
def test_a_late_receipt_waits_for_twenty_seconds(client, receiver):
    Behaviour(pk=1, handset=HandsetFault.LATE_RECEIPT).save()
    send(client)

    later(18)
    assert receipts.send_due() == 0
    later(3)
    assert receipts.send_due() == 1


@pytest.mark.usefixtures("asleep")
def test_a_refused_receipt_is_repeated_and_given_up_in_the_end(client, receiver):
    receiver.failures = 100
    send(client)

    for _ in range(20):
        later(120)
        receipts.send_due()

    assert 100 - receiver.failures == 1 + len(receipts.PAUSES)
    assert Message.objects.get().receipt_at is None


@pytest.mark.usefixtures("asleep")
def test_a_repeated_receipt_is_taken_when_the_service_is_back(client, receiver):
    receiver.failures = 2
    send(client)

    taken = 0
    for _ in range(5):
        later(120)
        taken += receipts.send_due()

    assert taken == 1
    assert len(receiver.bodies) == 1


@pytest.mark.usefixtures("asleep")
def test_nothing_waits_when_receipts_have_nowhere_to_go(client):
    send(client)

    assert Message.objects.get().receipt_at is None


@pytest.mark.django_db(transaction=True, databases=["default", "simulator"])
def test_the_background_thread_sends_receipts_by_itself(client, receiver, monkeypatch):
    monkeypatch.setattr(receipts, "_IDLE_SECONDS", 0.05)
    send(client)

    assert receiver.came.wait(20)
    for thread in threading.enumerate():
        if thread.name == "simulator-receipts":
            thread.join(20)
    assert len(receiver.bodies) == 1
    assert receipts._thread is None
