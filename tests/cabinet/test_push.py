"""Notices: sealed for one browser, empty of personal data, gone with the session."""

import json
import os

import pytest
from django.conf import settings
from django.db import transaction
from pydantic import SecretStr

from sep.cabinet import push
from sep.cabinet.models import PushSubscription, Session
from sep.jobs.testing import drain
from tests import builders
from tests.cabinet.guest import Guest
from tests.cabinet.push_service import Browser, claims_of, encoded, push_service

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service(monkeypatch):
    with push_service() as service:
        key = SecretStr(encoded((int.from_bytes(os.urandom(31), "big") + 1).to_bytes(32, "big")))
        monkeypatch.setattr(settings.ENVIRONMENT, "push_private_key", key)
        monkeypatch.setattr(settings.ENVIRONMENT, "push_contact", "push@clinic.example.com")
        monkeypatch.setattr(settings.ENVIRONMENT, "push_services", [service.origin])
        yield service


@pytest.fixture
def guest():
    package = builders.package()
    guest = Guest().enter(package.signer.person)
    guest.package = package
    return guest


def take_notices(guest, browser):
    return guest.client.post("/cabinet/notices/on", browser.subscription).status_code


def notify(package):
    with transaction.atomic():
        push.notify_invited(package)
    drain()


def test_notice_opens_only_in_its_browser_and_tells_nothing_of_anybody(service, guest):
    browser = Browser(service)
    assert take_notices(guest, browser) == 204
    notify(guest.package)
    ((path, headers, body),) = service.taken
    assert service.origin + path == browser.endpoint
    assert json.loads(browser.open(body)) == {"title": "Есть документ для подписания", "url": "/cabinet/"}
    assert (headers["Content-Encoding"], headers["TTL"]) == ("aes128gcm", "86400")
    with pytest.raises(Exception):  # noqa: B017  whatever the cipher says
        Browser(service).open(body)


def test_push_service_can_tell_who_sends(service, guest):
    take_notices(guest, Browser(service))
    notify(guest.package)
    claims = claims_of(service.taken[0][1]["Authorization"], push.public_key())
    assert claims["sub"] == "mailto:push@clinic.example.com"
    assert service.origin.startswith(claims["aud"])


def test_new_package_calls_its_person_and_nobody_else(service, guest):
    take_notices(guest, Browser(service))
    stranger = Guest().enter(builders.package(signer=builders.signing(given="Вера")).signer.person)
    take_notices(stranger, Browser(service))
    builders.package(clinic=builders.organization(), signer=guest.package.signer.person)
    drain()
    assert len(service.taken) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_subscription_that_its_service_forgot_is_forgotten(service, guest, status):
    take_notices(guest, Browser(service))
    service.status = status
    notify(guest.package)
    assert len(service.taken) == 1
    assert not PushSubscription.objects.exists()


def test_busy_service_is_asked_again(service, guest):
    take_notices(guest, Browser(service))
    service.status = 503
    subscription = PushSubscription.objects.get()
    with pytest.raises(push.PushServiceBusy) as busy:
        push.send_notice(subscription.id)
    assert str(busy.value) == "503"
    assert PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:1/push/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com@evil.example/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_address_outside_the_known_services_is_refused(service, guest, endpoint):
    given = {**Browser(service).subscription, "endpoint": endpoint}
    assert guest.client.post("/cabinet/notices/on", given).status_code == 422
    assert not PushSubscription.objects.exists()


def test_keys_that_no_browser_makes_are_refused(service, guest):
    for name, value in (("p256dh", encoded(b"\4" + bytes(64))), ("p256dh", "я"), ("auth", encoded(bytes(8)))):
        given = {**Browser(service).subscription, name: value}
        assert guest.client.post("/cabinet/notices/on", given).status_code == 422


def test_address_and_keys_are_kept_encrypted(service, guest):
    browser = Browser(service)
    take_notices(guest, browser)
    row = PushSubscription.objects.get()
    assert browser.endpoint.encode() not in bytes(row.details_sealed)
    assert row.read() == browser.subscription


def test_notices_end_with_the_session_and_by_the_button(service, guest):
    take_notices(guest, Browser(service))
    assert "Выключить уведомления" in guest.get("/cabinet/devices")
    guest.post("/cabinet/notices/off")
    assert not PushSubscription.objects.exists()
    take_notices(guest, Browser(service))
    guest.post("/cabinet/leave")
    assert not PushSubscription.objects.exists()


def test_same_browser_signed_in_anew_is_notified_once(service, guest):
    browser = Browser(service)
    take_notices(guest, browser)
    again = Guest().enter(guest.package.signer.person)
    take_notices(again, browser)
    assert PushSubscription.objects.get().session == Session.objects.latest("id")


def test_without_a_key_nothing_is_offered_and_nothing_sent(guest):
    assert "Уведомления на этом устройстве" not in guest.get("/cabinet/devices")
    notify(guest.package)
