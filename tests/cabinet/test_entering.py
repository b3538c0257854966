"""The way into the cabinet: phone, code, birth date; nothing is told to a stranger."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sep.cabinet import entering
from sep.cabinet.models import Session, SignIn
from sep.delivery.models import Delivery, Purpose
from sep.jobs.testing import drain
from tests import builders
from tests.cabinet.guest import Guest, born

pytestmark = pytest.mark.django_db(transaction=True)


def test_known_phone_its_code_and_the_birth_date_open_the_cabinet():
    package = builders.package()
    guest = Guest().enter(package.signer.person)
    page = guest.get("/cabinet/")
    assert package.documents.get().name in page
    assert "Ждут вашей подписи" in page


def test_unknown_phone_gets_the_same_pages_and_no_message():
    builders.package()
    known, unknown = Guest(), Guest()
    pages = []
    for guest, phone in ((known, builders.ADULT and Delivery.objects.get().phone), (unknown, "+79990000000")):
        guest.post("/cabinet/enter", phone=phone)
        pages.append(re.sub(r"\d\d(?=</span>)|csrf.{90}", "", guest.get("/cabinet/enter/code")))
    assert pages[0] == pages[1]
    drain()
    assert Delivery.objects.filter(purpose=Purpose.SIGN_IN).count() == 1
    answer = unknown.client.post("/cabinet/enter/code", {"code": "123456"})
    assert answer.status_code == 422


def test_fifth_wrong_code_ends_the_sign_in():
    package = builders.package()
    guest = Guest()
    code = guest.ask_for_code(package.signer.person.phone)
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        assert guest.client.post("/cabinet/enter/code", {"code": wrong}).status_code == 422
    assert guest.client.post("/cabinet/enter/code", {"code": code}).status_code == 403


def test_code_is_kept_only_as_a_keyed_hash_and_the_phone_encrypted():
    package = builders.package()
    phone = package.signer.person.phone
    code = Guest().ask_for_code(phone)
    row = SignIn.objects.get()
    kept = b"".join(bytes(value) for value in (row.code_hash, row.phone_sealed, row.phone_index))
    assert code.encode() not in kept
    assert phone.encode() not in kept
    assert row.phone == phone


def test_family_of_one_phone_has_two_cabinets():
    clinic, phone = builders.organization(), builders.phone()
    for given, year in (("Мария", 1954), ("Пётр", 1950)):
        builders.package(
            builders.new_document(name=f"Договор: {given}", type_code="contract"),
            clinic=clinic,
            signer=builders.signing(
                given=given, birth_date=builders.ADULT.birth_date.replace(year=year), phone=phone
            ),
        )
    guest = Guest()
    guest.client.post("/cabinet/enter/code", {"code": guest.ask_for_code(phone)})
    guest.post("/cabinet/enter/birth-date", day="14", month="3", year="1950")
    page = guest.get("/cabinet/")
    assert "Договор: Пётр" in page
    assert "Договор: Мария" not in page


def test_fifth_wrong_birth_date_closes_the_phone_for_a_day_whatever_the_sign_in():
    package = builders.package()
    phone = package.signer.person.phone
    for day in range(1, 6):
        if day in {1, 4}:
            guest = Guest()
            guest.post("/cabinet/enter/code", code=guest.ask_for_code(phone))
        answer = guest.client.post("/cabinet/enter/birth-date", {"day": day, "month": 1, "year": 1990})
        assert answer.status_code == (429 if day == 5 else 422)
    again = guest.client.post("/cabinet/enter/birth-date", born(package.signer.person))
    assert again.status_code == 429
    assert not Session.objects.exists()


def test_address_that_tries_too_often_waits(monkeypatch):
    monkeypatch.setattr(entering, "MOST_AN_HOUR", 3)
    guest = Guest()
    codes = [guest.client.post("/cabinet/enter", {"phone": builders.phone()}).status_code for _ in range(4)]
    assert codes == [303, 303, 303, 429]


def test_phone_that_is_none_is_told_so():
    answer = Client().post("/cabinet/enter", {"phone": "12"})
    assert answer.status_code == 422
    assert "Проверьте номер" in answer.content.decode()


def test_session_sleeps_after_half_an_hour_and_ends_after_half_a_day():
    package = builders.package()
    guest = Guest().enter(package.signer.person)
    assert guest.client.get("/cabinet/").status_code == 200
    Session.objects.update(seen_at=timezone.now() - timedelta(minutes=31))
    assert guest.client.get("/cabinet/").status_code == 303
    Session.objects.update(seen_at=timezone.now(), opened_at=timezone.now() - timedelta(hours=13))
    assert guest.client.get("/cabinet/").status_code == 303


def test_every_step_has_a_cookie_of_its_own_and_none_can_be_skipped():
    package = builders.package()
    guest = Guest()
    assert guest.client.post("/cabinet/enter/birth-date", born(package.signer.person)).status_code == 403
    guest.ask_for_code(package.signer.person.phone)
    answer = guest.client.post("/cabinet/enter/birth-date", born(package.signer.person))
    assert answer.status_code == 303
    assert answer["Location"].endswith("/cabinet/enter/code")
