"""The way into the mini-app: only what MAX has just signed opens it, once, and only to one's own."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from sep.ceremony.models import Acquaintance, Entrance, Visit
from sep.delivery.max.models import Dialog
from sep.documents.models import Document
from tests import builders
from tests.maxbot import bots, signatures

pytestmark = pytest.mark.django_db(transaction=True)
USER = 67_890


@pytest.fixture
def bot():
    return bots.bot()


@pytest.fixture
def package(bot):
    return builders.package()


class Phone:
    """A person with MAX: a client of our pages that MAX launches."""

    def __init__(self, bot, user_id=USER):
        self.bot, self.user_id, self.web = bot, user_id, Client(enforce_csrf_checks=False)

    @property
    def address(self):
        return f"/max/app/{self.bot.username}"

    def launch(self, init_data=None, start_param=None):
        data = init_data or signatures.launch(self.bot.token, self.user_id, timezone.now(), start_param)
        return self.web.post(self.address, {"init_data": data})

    def start(self):
        return self.web.get(f"{self.address}/start")

    def share(self, phone, **changes):
        given = signatures.app_phone(self.bot.token, self.user_id, phone, timezone.now()) | changes
        return self.web.post(f"{self.address}/phone", given)

    def tell_birth_date(self, day):
        return self.web.post("/max/sign/identity", {"day": day.day, "month": day.month, "year": day.year})


@pytest.fixture
def phone(bot):
    return Phone(bot)


def number_of(package):
    return package.signer.person.phone


def test_person_comes_in_proves_the_number_tells_the_date_and_reads(phone, package):
    assert phone.launch(start_param=package.id)["Location"] == f"{phone.address}/start"
    assert "Подтвердите номер" in phone.start().content.decode()
    assert phone.share(number_of(package))["Location"] == f"{phone.address}/start"
    assert phone.start()["Location"] == "/max/sign/"
    assert phone.web.get("/max/sign/")["Location"] == "/max/sign/identity"
    assert phone.tell_birth_date(package.signer.person.birth_date)["Location"] == "/max/sign/"
    document = Document.objects.get(package=package)
    shown = phone.web.get("/max/sign/documents/", follow=True)
    assert shown.redirect_chain[-1][0] == f"/max/sign/documents/{document.id}/"
    assert document.name in shown.content.decode()
    visit = Visit.objects.get()
    assert visit.entrance == Entrance.MAX_APP
    assert visit.acquaintance.dialog.max_user_id == USER


def test_the_second_time_neither_number_nor_date_is_asked(phone, package):
    bots.dialog(phone.bot, number_of(package), user_id=USER)
    Acquaintance.objects.all().delete()
    phone.launch(start_param=package.id)
    phone.start()
    phone.tell_birth_date(package.signer.person.birth_date)
    phone.web.cookies.clear()
    phone.launch(start_param=package.id)
    assert phone.start()["Location"] == "/max/sign/"
    assert phone.web.get("/max/sign/")["Location"] == "/max/sign/documents/"


def test_every_address_of_a_page_stays_inside(phone, package):
    phone.launch(start_param=package.id)
    phone.share(number_of(package))
    phone.start()
    phone.tell_birth_date(package.signer.person.birth_date)
    document = Document.objects.get(package=package)
    html = phone.web.get(f"/max/sign/documents/{document.id}/").content.decode()
    ours = re.findall(r'(?:href|action|src|data-read)="(/[^"]*)"', html)
    assert ours
    assert all(address.startswith(("/max/", "/static/")) for address in ours), ours


def test_bridge_is_allowed_on_these_addresses_alone(phone):
    inside = phone.web.get(phone.address)
    assert "https://st.max.ru/js/max-web-app.js" in inside.content.decode()
    assert "https://st.max.ru" in inside["Content-Security-Policy"]
    assert "https://web.max.ru" in inside["Content-Security-Policy"]
    assert "X-Frame-Options" not in inside
    outside = phone.web.get("/sign/")
    assert "max" not in outside["Content-Security-Policy"]
    assert "max-web-app" not in outside.content.decode()
    assert outside["X-Frame-Options"] in {"DENY", "SAMEORIGIN"}


def test_browser_without_max_is_told_where_to_go(phone):
    html = phone.web.get(phone.address).content.decode()
    assert f"https://max.ru/{phone.bot.username}" in html


def refused(phone, init_data):
    answer = phone.launch(init_data)
    return answer.status_code == 403 and not phone.web.cookies.get("max-app") and not Dialog.objects.exists()


def test_launch_that_max_did_not_sign_opens_nothing(phone):
    now = timezone.now()
    good = signatures.launch(phone.bot.token, USER, now)
    other = bots.bot(builders.organization())
    assert refused(phone, signatures.launch(other.token, USER, now)), "another bot's token"
    assert refused(phone, good.replace("67890", "67891")), "another person"
    assert refused(phone, good + "&user=" + quote('{"id":1}')), "a key twice"
    assert refused(phone, good + "&extra=1"), "a key that was not signed"
    assert refused(phone, quote(good)), "encoded twice"
    assert refused(phone, re.sub("&hash=.*", "", good)), "no signature"
    assert refused(phone, signatures.launch(phone.bot.token, USER, now - timedelta(minutes=6))), "stale"
    assert refused(phone, signatures.launch(phone.bot.token, USER, now + timedelta(minutes=6))), "of tomorrow"


def test_launch_is_good_once(phone):
    good = signatures.launch(phone.bot.token, USER, timezone.now())
    assert phone.launch(good).status_code == 303
    other = Phone(phone.bot)
    assert other.launch(good).status_code == 403
    assert not other.web.cookies.get("max-app")


def test_number_that_max_did_not_sign_is_not_believed(phone, package):
    phone.launch(start_param=package.id)
    assert phone.share(number_of(package), hash="0" * 64).status_code == 422
    of_another = signatures.app_phone(phone.bot.token, USER + 1, number_of(package), timezone.now())
    assert phone.web.post(f"{phone.address}/phone", of_another).status_code == 422
    old = signatures.app_phone(
        phone.bot.token, USER, number_of(package), timezone.now() - timedelta(minutes=6)
    )
    assert phone.web.post(f"{phone.address}/phone", old).status_code == 422
    assert not Dialog.objects.get().is_verified


def test_documents_of_another_number_are_not_shown(phone, package):
    theirs = builders.package(clinic=package.organization)
    bots.dialog(phone.bot, number_of(theirs), user_id=USER)
    phone.launch(start_param=package.id)
    assert phone.start()["Location"] == "/max/sign/", "his own only package"
    assert Visit.objects.get().package == theirs
    assert phone.web.post(f"{phone.address}/open", {"package": package.id}).status_code == 404


def test_five_wrong_dates_close_the_way(phone, package):
    bots.dialog(phone.bot, number_of(package), user_id=USER)
    phone.launch(start_param=package.id)
    phone.start()
    wrong = package.signer.person.birth_date - timedelta(days=1)
    for _ in range(5):
        phone.tell_birth_date(wrong)
    assert phone.tell_birth_date(package.signer.person.birth_date).status_code == 403
    phone.launch(start_param=package.id)
    assert phone.start().status_code == 403


def test_downloader_of_max_gets_a_file_by_a_ticket_for_a_minute(phone, package):
    bots.dialog(phone.bot, number_of(package), user_id=USER)
    phone.launch(start_param=package.id)
    phone.start()
    phone.tell_birth_date(package.signer.person.birth_date)
    document = Document.objects.get(package=package)
    ticket = phone.web.get(f"/max/sign/documents/{document.id}/file.pdf?ticket").json()
    assert ticket["name"].endswith(".pdf")
    without_cookies = Client().get(ticket["url"])
    assert without_cookies.content.startswith(b"%PDF-")
    assert Client().get(ticket["url"][:-1] + "x").status_code == 404


def test_cookies_work_in_the_frame_of_the_web_client(phone, package, settings):
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"address": "https://sep.example"})
    phone.launch(start_param=package.id)
    cookie = phone.web.cookies["__Host-max-app"]
    assert cookie["samesite"] == "None; Partitioned"
    assert cookie["secure"]
