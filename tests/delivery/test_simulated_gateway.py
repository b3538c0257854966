"""The adapter of SMSC.ru against the simulator over HTTP: the whole way, and each fault of its page."""

import re
import threading
import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.utils import timezone

from sep.ceremony.confirm import Answer, confirm
from sep.delivery.gateways import gateways
from sep.delivery.models import Channel, Purpose
from sep.delivery.routing import ROUNDS
from sep.delivery.sms import wire
from sep.delivery.tasks import ask_for_receipts
from sep.documents.models import Document
from sep.jobs.testing import drain
from simulator import receipts
from simulator.models import Behaviour, GatewayFault, HandsetFault, Message
from tests import builders
from tests.api.mis import Mis
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "simulator"])


@pytest.fixture(autouse=True)
def _installation(live_server, settings, monkeypatch):
    """The service and the simulator in one server, as `sep demo` runs them."""
    monkeypatch.setattr(wire, "READ_SECONDS", 2.0)  # this server does not hang up where granian does
    account = {"apikey": "key", "callback_secret": "word", "base_url": f"{live_server.url}/phone/smsc"}
    changes = {"sms_gateways": ["smsc"], "smsc": account, "address": live_server.url}
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update=changes)
    settings.SIMULATOR_APIKEY, settings.SIMULATOR_CALLBACK_SECRET = "key", "word"
    settings.SIMULATOR_CALLBACK_URL = None  # receipts come when a test says so
    gateways.cache_clear()
    built = gateways()
    yield
    for client in (*built.values(), receipts._client()):
        client.close()
    receipts._client.cache_clear()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(10)  # the server's threads hold the database as long as a client holds them
    gateways.cache_clear()


@pytest.fixture
def mis():
    return Mis()


def faulty(gateway=GatewayFault.NONE, handset=HandsetFault.NONE):
    Behaviour.objects.update_or_create(pk=1, defaults={"gateway": gateway, "handset": handset})


def phone_of(created):
    return Document.objects.get(pk=created["idDocument"]).package.signer.person.phone


def received(created):
    """What the signer's phone shows."""
    return list(Message.objects.filter(to=phone_of(created), arrived=True).values_list("text", flat=True))


def shown(mis, created):
    """The status and the state of the message, as a МИС sees them."""
    body = mis.get(f"/documents/{created['idDocument']}").json()
    return body["status"]["code"], body["delivery"]["state"]


def reason(mis, created):
    return mis.get(f"/documents/{created['idDocument']}").json()["status"]["reason"]


def ask_later(seconds=30):
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
        ask_for_receipts()


def rounds(purpose=Purpose.INVITATION):
    drain()
    for _ in ROUNDS[Channel.SMS, purpose][1:]:
        drain(delayed=True)


def test_invitation_reaches_the_phone_and_its_receipt_the_mis(mis, settings, live_server):
    settings.SIMULATOR_CALLBACK_URL = f"{live_server.url}/sms/receipts/smsc"
    created = mis.create()
    assert shown(mis, created) == ("created", "pending")
    drain()
    assert [re.sub(r"/s/\w{22}$", "/s/…", text) for text in received(created)] == [
        f"Подпишите документ клиники «Рябина»: {live_server.url}/s/…"
    ]
    deadline = time.monotonic() + 30
    while shown(mis, created) != ("sent", "delivered"):
        assert time.monotonic() < deadline, "the receipt never came"
        time.sleep(0.05)


def test_code_reaches_the_phone_and_signs(mis):
    created = mis.create()
    document = Document.objects.get(pk=created["idDocument"])
    visit = walk.opened_visit(document.package)
    drain()
    walk.codes.issue(document.id, visit, now=timezone.now())
    drain()
    code = re.search(r"Код (\d{6})", received(created)[-1]).group(1)
    assert confirm(document.id, visit, code, now=timezone.now()) is Answer.SIGNED
    assert shown(mis, created)[0] == "signed"


def test_answer_that_is_lost_after_the_gateway_took_the_message_sends_it_once(mis):
    faulty(GatewayFault.ANSWER_LOST)
    created = mis.create()
    rounds()
    assert shown(mis, created)[0] == "sent"
    assert len(received(created)) == 1


@pytest.mark.parametrize("fault", [GatewayFault.NO_ANSWER, GatewayFault.ERROR_500, GatewayFault.NO_MONEY])
def test_gateway_that_recovers_delivers_the_message_once(mis, fault):
    faulty(fault)
    created = mis.create()
    drain()
    assert shown(mis, created) == ("created", "pending")
    assert received(created) == []
    faulty()
    drain(delayed=True)
    assert shown(mis, created)[0] == "sent"
    assert len(received(created)) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (GatewayFault.ERROR_500, "Шлюз не получил сообщение."),
        (GatewayFault.NO_MONEY, "SMSC: на счёте кончились деньги."),
    ],
)
def test_gateway_that_never_recovers_leaves_the_document_undelivered(mis, fault, told):
    faulty(fault)
    created = mis.create()
    rounds()
    assert shown(mis, created) == ("undelivered", "failed")
    assert reason(mis, created) == told
    assert received(created) == []


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (HandsetFault.UNDELIVERABLE, "Абонент не существует."),
        (HandsetFault.OPTED_OUT, "Абонент отказался от массовых рассылок."),
    ],
)
def test_handset_that_cannot_be_reached_makes_the_document_undelivered(mis, fault, told):
    faulty(handset=fault)
    created = mis.create()
    drain()
    assert shown(mis, created) == ("sent", "accepted")
    ask_later()
    assert shown(mis, created) == ("undelivered", "failed")
    assert reason(mis, created) == told
    assert received(created) == []


def test_late_receipt_changes_nothing_until_it_comes(mis, settings, live_server):
    faulty(handset=HandsetFault.LATE_RECEIPT)
    created = mis.create()
    drain()
    ask_for_receipts()
    assert shown(mis, created) == ("sent", "accepted")
    Message.objects.update(receipt_at=timezone.now() + timedelta(seconds=20))
    settings.SIMULATOR_CALLBACK_URL = f"{live_server.url}/sms/receipts/smsc"
    assert receipts.send_due() == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=21)):
        assert receipts.send_due() == 1
    assert shown(mis, created) == ("sent", "delivered")


def test_wrong_key_of_the_gateway_is_a_reason_that_names_the_key(mis, settings):
    settings.SIMULATOR_APIKEY = "another"
    created = mis.create()
    rounds()
    assert shown(mis, created) == ("undelivered", "failed")
    assert reason(mis, created) == "SMSC: неверный логин, пароль или ключ."


def test_receipt_without_the_secret_word_is_refused(mis, client):
    created = mis.create()
    drain()
    number = Message.objects.get().number
    form = {"id": str(number), "phone": builders.phone(), "status": "20", "err": "1", "md5": "0" * 32}
    body = urlencode(form)
    answer = client.post("/sms/receipts/smsc", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert shown(mis, created) == ("sent", "accepted")
