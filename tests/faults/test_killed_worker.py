"""kill -9 of the worker at every step of a delivery: nothing is lost, and the phone has one text."""

import re

import pytest
from django.utils import timezone

from sep.ceremony.confirm import Answer, confirm
from sep.delivery.models import Attempt, Delivery, DeliveryState, Purpose
from sep.documents.statuses import Status
from sep.jobs.testing import drain
from simulator.models import Message
from tests import builders
from tests.ceremony import walk
from tests.faults.death import DELIVERY

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
]


def received():
    """What the phones show."""
    return list(Message.objects.filter(arrived=True).values_list("text", flat=True))


@pytest.mark.parametrize("step", DELIVERY)
def test_invitation_survives_the_death_of_the_worker(run, step):
    package = builders.package()
    token = walk.token_of(package)
    assert run("worker", step) == -9
    drain()
    assert package.documents.get().status == Status.SENT
    assert [text.endswith(f"/s/{token}") for text in received()] == [True]
    assert not Attempt.objects.filter(state="intent").exists()
    assert Delivery.objects.get().state == DeliveryState.ACCEPTED


@pytest.mark.parametrize("step", DELIVERY)
def test_code_survives_the_death_of_the_worker(run, step):
    package = builders.package()
    visit = walk.opened_visit(package)
    drain()
    invitations = len(received())
    document = package.documents.get()
    walk.codes.issue(document.id, visit, now=timezone.now())
    assert run("worker", step) == -9
    drain()
    codes = received()[invitations:]
    assert len(codes) == 1
    assert Delivery.objects.get(purpose=Purpose.CODE).state == DeliveryState.ACCEPTED
    code = re.match(r"Код (\d{6})", codes[0]).group(1)
    assert confirm(document.id, visit, code, now=timezone.now()) is Answer.SIGNED
