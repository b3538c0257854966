"""Which gateway is tried, when it is enough, and what the clinic learns of it."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from sep.ceremony import invitation
from sep.delivery import outcomes
from sep.delivery.models import Attempt, Channel, Delivery, DeliveryState, Purpose
from sep.delivery.routing import ROUNDS
from sep.delivery.sms.gateway import ReceiptState
from sep.documents import recall
from sep.documents.statuses import Status
from sep.jobs.queues import QUEUES
from sep.jobs.testing import drain
from tests import builders
from tests.ceremony import walk
from tests.delivery.scripted import ACCEPTED, BUSY, LOST, NO_SUCH_NUMBER, ScriptedGateway

pytestmark = pytest.mark.django_db(transaction=True)


def status_of(package):
    document = package.documents.get()
    return document.status, document.status_reason


def all_rounds(purpose=Purpose.INVITATION):
    drain()
    for _ in ROUNDS[Channel.SMS, purpose][1:]:
        drain(delayed=True)


def test_accepted_invitation_makes_the_document_sent(installed):
    gateway = installed(ScriptedGateway("first"))
    package = builders.package()
    address = f"http://testserver/s/{walk.token_of(package)}"
    drain()
    assert status_of(package) == (Status.SENT, "")
    assert package.documents.get().sent_at is not None
    assert [sms.phone for sms in gateway.taken] == [package.signer.person.phone]
    assert gateway.texts == [f"Подпишите документ клиники «Рябина»: {address}"]


def test_after_a_temporary_refusal_the_next_gateway_takes_the_same_text(installed):
    first, second = installed(ScriptedGateway("first", BUSY), ScriptedGateway("second"))
    package = builders.package()
    drain()
    assert status_of(package) == (Status.SENT, "")
    assert first.texts == second.texts
    assert len(second.texts) == 1


def test_wrong_number_is_told_with_its_reason_and_no_other_gateway_is_paid(installed):
    first, second = installed(ScriptedGateway("first", NO_SUCH_NUMBER), ScriptedGateway("second"))
    package = builders.package()
    all_rounds()
    assert status_of(package) == (Status.UNDELIVERED, "Нет такого номера.")
    assert (len(first.taken), second.taken) == (1, [])


def test_lost_answer_is_asked_for_by_our_own_number_and_found(installed):
    gateway = ScriptedGateway("first", LOST, fates=[ReceiptState.SENT])
    _, second = installed(gateway, ScriptedGateway("second"))
    package = builders.package()
    drain()
    assert status_of(package) == (Status.SENT, "")
    assert gateway.asked == [gateway.taken[0].own_id]
    assert second.taken == []


def test_lost_answer_of_a_message_that_never_came_goes_on_to_the_next_gateway(installed):
    first = ScriptedGateway("first", LOST, fates=[ReceiptState.UNKNOWN])
    _, second = installed(first, ScriptedGateway("second"))
    package = builders.package()
    drain()
    assert status_of(package) == (Status.SENT, "")
    assert first.texts == second.texts


def test_gateway_that_answers_nothing_at_all_gives_way_with_the_same_text(installed, impatient):
    first, second = installed(ScriptedGateway("first", LOST), ScriptedGateway("second"))
    package = builders.package()
    drain()
    assert status_of(package) == (Status.SENT, "")
    assert first.texts == second.texts
    assert len(first.asked) == 1


def test_gateway_that_does_not_know_our_numbers_is_not_asked(installed):
    first, second = installed(ScriptedGateway("first", LOST, finds=False), ScriptedGateway("second"))
    builders.package()
    drain()
    assert first.asked == []
    assert first.texts == second.texts


def test_when_all_refuse_in_every_round_the_clinic_is_told_why(installed):
    first, second = installed(ScriptedGateway("first", BUSY), ScriptedGateway("second", BUSY))
    package = builders.package()
    drain()
    assert status_of(package) == (Status.CREATED, "")
    all_rounds()
    assert status_of(package) == (Status.UNDELIVERED, "Шлюз занят.")
    assert len(first.taken) == len(second.taken) == len(ROUNDS[Channel.SMS, Purpose.INVITATION])
    assert len(set(first.texts + second.texts)) == 1
    assert len({sms.own_id for sms in first.taken + second.taken}) == 2 * len(
        ROUNDS[Channel.SMS, Purpose.INVITATION]
    )


def test_gateway_that_recovers_in_a_later_round_delivers(installed):
    gateway = installed(ScriptedGateway("first", BUSY, BUSY, ACCEPTED))
    package = builders.package()
    all_rounds()
    assert status_of(package) == (Status.SENT, "")
    assert len(gateway.taken) == 3


def test_undelivered_document_becomes_sent_by_a_new_invitation(installed):
    gateway = installed(ScriptedGateway("first", NO_SUCH_NUMBER, ACCEPTED))
    package = builders.package()
    drain()
    invitation.resend(package.documents.get().id, timezone.now())
    drain()
    assert status_of(package) == (Status.SENT, "")
    assert len(set(gateway.texts)) == 2, "every invitation has a link of its own"


def test_code_that_expired_in_the_queue_is_never_sent(installed):
    gateway = installed(ScriptedGateway("first"))
    package = builders.package()
    visit = walk.opened_visit(package)
    drain()
    code = walk.code_for(package.documents.get(), visit)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        drain()
    assert not any(code in text for text in gateway.texts)
    assert Delivery.objects.get(purpose=Purpose.CODE).state == DeliveryState.FAILED


def test_code_that_a_newer_one_replaced_is_never_sent(installed):
    gateway = installed(ScriptedGateway("first"))
    package = builders.package()
    document = package.documents.get()
    walk.code_for(document, walk.opened_visit(package))
    new = walk.code_for(document, walk.opened_visit(package))
    drain()
    codes = [text for text in gateway.texts if text.startswith("Код")]
    assert len(codes) == 1
    assert new in codes[0]


def test_invitation_to_a_recalled_document_is_never_sent(installed):
    gateway = installed(ScriptedGateway("first"))
    package = builders.package()
    recall.revoke(package.documents.get().id, "Ошибка", now=timezone.now())
    drain()
    assert gateway.taken == []
    assert status_of(package) == (Status.REVOKED, "Ошибка")


def test_code_goes_ahead_of_any_number_of_invitations(installed):
    code_came = threading.Event()
    order = []

    def answer(sms):
        if sms.text.startswith("Код"):
            code_came.set()
            order.append("code")
        else:
            assert code_came.wait(20), "the code stands behind invitations"
            order.append("invitation")
        return ACCEPTED

    installed(ScriptedGateway("first", answer))
    clinic = builders.organization()
    packages = [
        builders.package(clinic=clinic, signer=builders.signing(given=f"Мария-{number}"))
        for number in range(QUEUES["messages"].concurrency + 2)
    ]
    visit = walk.opened_visit(packages[-1])
    walk.code_for(packages[-1].documents.get(), visit)
    drain()
    assert order[0] == "code"
    assert order.count("invitation") == len(packages)


def test_gateway_taken_out_of_the_settings_leaves_its_interrupted_message_to_the_others(installed):
    second = installed(ScriptedGateway("second"))
    package = builders.package()
    delivery = Delivery.objects.get()
    Attempt.objects.create(delivery=delivery, number=1, gateway="gone", started_at=timezone.now())
    drain()
    assert status_of(package) == (Status.SENT, "")
    assert len(second.taken) == 1


def test_trouble_of_ours_in_the_middle_is_tried_again_and_nothing_is_lost(installed, monkeypatch):
    gateway = installed(ScriptedGateway("first", fates=[ReceiptState.SENT]))
    record, stumbles = outcomes.record, iter([OperationalError, OperationalError])

    def record_at_the_third_try(*arguments):
        for stumble in stumbles:
            raise stumble("the database went away")
        return record(*arguments)

    monkeypatch.setattr(outcomes, "record", record_at_the_third_try)
    package = builders.package()
    drain()
    assert status_of(package) == (Status.SENT, "")
    assert len(gateway.taken) == 1
