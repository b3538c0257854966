"""What a receipt changes, whenever it comes and whoever sends it."""

import json
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from sep.ceremony import invitation
from sep.delivery.models import Attempt, Delivery, DeliveryState
from sep.delivery.outcomes import FIRST_ASK
from sep.delivery.sms.gateway import ReceiptState
from sep.delivery.tasks import ask_for_receipts
from sep.documents.statuses import Status
from sep.jobs.testing import drain
from sep.ledger import log
from tests import builders
from tests.ceremony import walk
from tests.delivery.scripted import ACCEPTED, BUSY, LOST, ScriptedGateway

pytestmark = pytest.mark.django_db(transaction=True)

FAILED, SENT, DELIVERED = ReceiptState.FAILED_PERMANENT, ReceiptState.SENT, ReceiptState.DELIVERED


def report(gateway, state, sms=None):
    """The gateway tells the service what became of a message, by default of the last one."""
    own_id = (sms or gateway.taken[-1]).own_id
    return post(gateway, json.dumps([{"own_id": own_id, "state": state}]))


def post(gateway, body):
    return Client(enforce_csrf_checks=True).post(
        f"/sms/receipts/{gateway.name}", body, content_type="application/json"
    )


def status_of(package):
    document = package.documents.get()
    return document.status, document.status_reason


def message_states():
    return list(Delivery.objects.order_by("created_at").values_list("state", flat=True))


def told_of(package):
    return [event["kind"] for event in log.history(package.id) if event["kind"].startswith("message:")]


def everything():
    """All that a receipt could change."""
    return [list(model.objects.order_by("pk").values()) for model in (Attempt, Delivery)]


def test_delivered_message_is_delivered(installed):
    gateway = installed(ScriptedGateway("first"))
    package = builders.package()
    drain()
    answer = report(gateway, DELIVERED)
    assert (answer.status_code, answer.content) == (200, b"OK")
    assert status_of(package) == (Status.SENT, "")
    assert message_states() == [DeliveryState.DELIVERED]
    assert told_of(package) == ["message:accepted", "message:delivered"]


@pytest.mark.parametrize("state", [FAILED, ReceiptState.FAILED_TEMPORARY, ReceiptState.EXPIRED])
def test_message_that_was_taken_and_did_not_arrive_is_undelivered_with_the_reason(installed, state):
    gateway = installed(ScriptedGateway("first"))
    package = builders.package()
    drain()
    report(gateway, state)
    assert status_of(package) == (Status.UNDELIVERED, "Абонент недоступен.")
    assert told_of(package) == ["message:accepted", "message:failed"]


@pytest.mark.parametrize(
    ("state", "status", "message"),
    [
        (SENT, Status.SENT, DeliveryState.ACCEPTED),
        (DELIVERED, Status.SENT, DeliveryState.DELIVERED),
        (FAILED, Status.UNDELIVERED, DeliveryState.FAILED),
    ],
)
def test_receipt_that_overtakes_the_answer_counts(installed, state, status, message):
    def answer(sms):
        report(gateway, state, sms)
        return ACCEPTED

    gateway = installed(ScriptedGateway("first", answer))
    package = builders.package()
    drain()
    assert status_of(package)[0] == status
    assert message_states() == [message]
    assert len(gateway.taken) == 1
    assert told_of(package).count("message:accepted") == 1


def test_receipt_told_twice_is_one_event(installed):
    gateway = installed(ScriptedGateway("first"))
    package = builders.package()
    drain()
    report(gateway, DELIVERED)
    report(gateway, DELIVERED)
    assert told_of(package) == ["message:accepted", "message:delivered"]


def test_final_receipt_stands_whatever_comes_after(installed):
    gateway = installed(ScriptedGateway("first"))
    package = builders.package()
    drain()
    report(gateway, DELIVERED)
    report(gateway, FAILED)
    report(gateway, SENT)
    assert status_of(package) == (Status.SENT, "")
    assert message_states() == [DeliveryState.DELIVERED]


def test_receipt_after_the_signature_changes_the_message_alone(installed):
    gateway = installed(ScriptedGateway("first"))
    package = builders.package()
    visit = walk.opened_visit(package)
    drain()
    invited = gateway.taken[0]
    walk.sign(package.documents.get(), visit)
    report(gateway, FAILED, invited)
    assert status_of(package) == (Status.SIGNED, "")
    assert message_states()[0] == DeliveryState.FAILED


def test_message_believed_lost_that_arrives_after_all_is_sent(installed, impatient):
    first = ScriptedGateway("first", LOST, BUSY)
    installed(first)
    package = builders.package()
    drain()
    for _ in range(4):
        drain(delayed=True)
    assert status_of(package)[0] == Status.UNDELIVERED
    report(first, DELIVERED, first.taken[0])
    assert status_of(package) == (Status.SENT, "")
    assert message_states() == [DeliveryState.DELIVERED]


def test_failure_of_one_attempt_is_no_failure_while_another_may_arrive(installed, impatient):
    first, second = installed(ScriptedGateway("first", LOST), ScriptedGateway("second"))
    package = builders.package()
    drain()
    report(first, FAILED)
    assert status_of(package) == (Status.SENT, "")
    report(second, FAILED)
    assert status_of(package)[0] == Status.UNDELIVERED


def test_failure_of_an_old_invitation_says_nothing_of_the_new_one(installed):
    gateway = installed(ScriptedGateway("first"))
    package = builders.package()
    drain()
    invitation.resend(package.documents.get().id, timezone.now())
    drain()
    report(gateway, FAILED, gateway.taken[0])
    assert status_of(package) == (Status.SENT, "")
    report(gateway, FAILED, gateway.taken[1])
    assert status_of(package)[0] == Status.UNDELIVERED


def test_receipt_of_a_message_that_is_not_ours_changes_nothing(installed):
    gateway, other = installed(ScriptedGateway("first"), ScriptedGateway("second"))
    builders.package()
    drain()
    before = everything()
    own_id = gateway.taken[0].own_id
    assert (
        report(gateway, FAILED, type(gateway.taken[0])(own_id + 999, "+79990000000", "…")).status_code == 200
    )
    assert report(other, FAILED, gateway.taken[0]).status_code == 200
    assert everything() == before


@pytest.mark.parametrize("body", ["forged", "rubbish", b"\xff\xfe"])
def test_forged_or_unreadable_receipt_is_refused_and_changes_nothing(installed, body):
    gateway = installed(ScriptedGateway("first"))
    builders.package()
    drain()
    before = everything()
    answer = post(gateway, body)
    assert (answer.status_code, answer.content) == (400, b"")
    assert everything() == before


def test_receipts_of_an_unknown_gateway_have_no_address(installed):
    installed(ScriptedGateway("first"))
    assert Client().post("/sms/receipts/other", b"[]", content_type="application/json").status_code == 404
    assert Client().get("/sms/receipts/first").status_code == 405


def test_unsigned_receipt_is_only_a_hint_to_ask_the_gateway_itself(installed):
    gateway = ScriptedGateway("first", fates=[DELIVERED], signed=False)
    installed(gateway)
    package = builders.package()
    drain()
    report(gateway, FAILED)
    assert status_of(package) == (Status.SENT, "")
    assert message_states() == [DeliveryState.ACCEPTED]
    assert gateway.asked == []
    ask_for_receipts()
    assert gateway.asked == [gateway.taken[0].own_id]
    assert message_states() == [DeliveryState.DELIVERED]


def test_hints_about_a_settled_message_are_not_followed(installed):
    gateway = ScriptedGateway("first", fates=[DELIVERED], signed=False)
    installed(gateway)
    builders.package()
    drain()
    for _ in range(3):
        report(gateway, FAILED)
        ask_for_receipts()
    assert len(gateway.asked) == 1


def test_receipt_that_does_not_come_is_asked_for_ever_more_rarely_for_a_day(installed):
    gateway = ScriptedGateway("first", fates=[None])
    installed(gateway)
    builders.package()
    drain()
    start = timezone.now()
    asked_at = []
    for minute in range(0, 60 * 49, 4):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False):
            before = len(gateway.asked)
            ask_for_receipts()
            if len(gateway.asked) > before:
                asked_at.append(minute)
    gaps = [later - earlier for earlier, later in pairwise(asked_at)]
    assert asked_at[0] <= 4
    assert gaps == sorted(gaps)
    assert 8 <= len(asked_at) <= 16
    assert 24 * 60 <= asked_at[-1] <= 48 * 60


def test_lost_answer_is_asked_for_later_too(installed, impatient):
    gateway = ScriptedGateway("first", LOST, BUSY, fates=[None, DELIVERED])
    installed(gateway)
    package = builders.package()
    drain()
    assert status_of(package)[0] == Status.CREATED
    with time_machine.travel(timezone.now() + FIRST_ASK + timedelta(seconds=1)):
        ask_for_receipts()
    assert status_of(package) == (Status.SENT, "")
    assert message_states() == [DeliveryState.DELIVERED]
