"""What a cabinet of somebody else is told and may ask."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from sep.ceremony.models import Visit
from sep.documents import lifecycle
from sep.documents.statuses import Status
from sep.external_cabinet.addresses import AddressRefused, checked_address
from sep.external_cabinet.models import Notice, Secrets
from sep.jobs.testing import drain
from tests import builders
from tests.external_cabinet.receiver import ask, connect, receiver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mila():
    with receiver() as made:
        yield made


@pytest.fixture
def clinic():
    return builders.organization()


def sent(clinic, **changes):
    return builders.package(clinic=clinic, channels=["sms", "cabinet"], **changes)


def who(cabinet, package, **changes):
    person = package.signer.person
    return {
        "recipient": cabinet.recipient_of(person.phone),
        "birthDate": person.birth_date.isoformat(),
        **changes,
    }


def visit_of(cabinet, package, **changes):
    document_id = package.ordered().last().id
    return who(cabinet, package, idDocument=document_id, assurance="two_factors", **changes)


def test_cabinet_is_told_of_a_waiting_document_and_no_personal_data(mila, clinic):
    cabinet = connect(clinic, mila.address)
    package = sent(clinic)
    drain()
    told = mila.opened(cabinet)[-1]
    assert told["type"] == "document.waiting"
    assert told["data"]["recipient"] == cabinet.recipient_of(package.signer.person.phone)
    everything = b"".join(body for _, _, body in mila.taken).decode()
    assert package.signer.person.phone not in everything
    assert "Иванова" not in everything
    assert "телемедицинской" not in everything


def test_cabinet_is_told_nothing_when_its_channel_is_not_wished(mila, clinic):
    connect(clinic, mila.address)
    builders.package(clinic=clinic, channels=["sms"])
    drain()
    assert mila.taken == []


def test_cabinet_is_told_that_a_document_was_revoked(mila, clinic):
    cabinet = connect(clinic, mila.address)
    package = sent(clinic)
    with transaction.atomic():
        document = lifecycle.locked(package.ordered().last().id)
        lifecycle.move(document, Status.REVOKED, at=timezone.now())
    drain()
    closed = [each for each in mila.opened(cabinet) if each["type"] == "document.closed"]
    assert [each["data"]["status"] for each in closed] == ["revoked"]


def test_notice_is_repeated_under_the_same_id_until_the_cabinet_is_back(mila, clinic):
    connect(clinic, mila.address)
    mila.status = 503
    sent(clinic)
    drain()
    assert not Notice.objects.filter(delivered_at__isnull=False).exists()
    mila.status = 204
    drain(delayed=True)
    assert not Notice.objects.filter(delivered_at__isnull=True).exists()
    ids = [headers.get("webhook-id") or headers["Webhook-Id"] for _, headers, _ in mila.taken]
    assert all(ids.count(each) == 2 for each in ids)


def test_answer_410_turns_the_cabinet_off(mila, clinic):
    cabinet = connect(clinic, mila.address)
    mila.status = 410
    sent(clinic)
    drain()
    cabinet.refresh_from_db()
    assert cabinet.disabled_at is not None


def test_redirect_is_not_followed(mila, clinic):
    connect(clinic, mila.address)
    mila.status = 307
    sent(clinic)
    drain()
    assert {path for path, _, _ in mila.taken} == {"/hook"}
    assert not Notice.objects.filter(delivered_at__isnull=False).exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/hook",
        "https://10.0.0.5/hook",
        "https://169.254.169.254/",
        "https://100.64.0.1/",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://[2002:a00:1::]/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://user@8.8.8.8/",
        "http://8.8.8.8/",
        "https://8.8.8.8:8443/",
        "https://224.0.0.1/",
        "file:///etc/passwd",
    ],
)
def test_production_calls_no_private_address(url, monkeypatch):
    production = settings.ENVIRONMENT.model_copy(update={"contour": "production"})
    monkeypatch.setattr(settings, "ENVIRONMENT", production)
    with pytest.raises(AddressRefused):
        checked_address(url)
    assert checked_address("https://8.8.8.8/hook") == "8.8.8.8"


def test_person_sees_what_waits(mila, clinic):
    cabinet = connect(clinic, mila.address)
    package = sent(clinic)
    answer = ask(cabinet, "documents", who(cabinet, package))
    assert {each["idDocument"] for each in answer.json()["documents"]} == {
        each.id for each in package.ordered()
    }
    unknown = ask(cabinet, "documents", who(cabinet, package, recipient="0" * 64))
    assert (unknown.status_code, unknown.json()) == (200, {"documents": []})


def test_wrong_signature_stale_time_and_replay_are_refused(mila, clinic):
    cabinet = connect(clinic, mila.address)
    body = who(cabinet, sent(clinic))
    assert ask(cabinet, "documents", body, secret=Secrets.new().incoming).status_code == 401
    stale = timezone.now() - timedelta(minutes=6)
    assert ask(cabinet, "documents", body, at=stale).status_code == 401
    assert ask(cabinet, "documents", body, message_id="once").status_code == 200
    assert ask(cabinet, "documents", body, message_id="once").status_code == 401


def test_cabinet_of_another_clinic_sees_nothing(mila, clinic):
    package = sent(clinic)
    foreign = connect(builders.organization(), mila.address)
    sent(foreign.organization, signer=package.signer.person)
    seen = ask(foreign, "documents", who(foreign, package)).json()["documents"]
    assert seen
    assert {each["idLpu"] for each in seen} == {str(foreign.organization_id)}
    assert ask(foreign, "visits", visit_of(foreign, package)).status_code == 404


def test_fifth_wrong_birth_date_locks_the_recipient(mila, clinic):
    cabinet = connect(clinic, mila.address)
    package = sent(clinic)
    for _ in range(4):
        assert ask(cabinet, "documents", who(cabinet, package, birthDate="1900-01-01")).json() == {
            "documents": []
        }
    assert ask(cabinet, "documents", who(cabinet, package)).json()["documents"]
    for _ in range(5):
        ask(cabinet, "documents", who(cabinet, package, birthDate="1900-01-01"))
    assert ask(cabinet, "documents", who(cabinet, package)).json() == {"documents": []}


def test_one_time_address_opens_the_signing_page_once_and_only_in_the_declared_frame(mila, clinic):
    cabinet = connect(clinic, mila.address)
    package = sent(clinic)
    answer = ask(cabinet, "visits", visit_of(cabinet, package))
    assert answer.status_code == 201
    path = answer.json()["address"].removeprefix(settings.ENVIRONMENT.address)
    browser = Client()
    opened = browser.get(path)
    assert opened.status_code == 303
    page = browser.get(opened["Location"])
    assert page.status_code == 200
    assert "frame-ancestors https://mila.example;" in page["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in page
    elsewhere = browser.get("/sign/")
    assert "mila.example" not in elsewhere["Content-Security-Policy"]
    assert Client().get(path).status_code == 404
    assert Visit.objects.get().entrance == "external"


def test_address_that_was_not_opened_in_a_minute_opens_nothing(mila, clinic, time_machine):
    cabinet = connect(clinic, mila.address)
    answer = ask(cabinet, "visits", visit_of(cabinet, sent(clinic)))
    path = answer.json()["address"].removeprefix(settings.ENVIRONMENT.address)
    time_machine.move_to(timezone.now() + timedelta(seconds=61))
    assert Client().get(path).status_code == 404
