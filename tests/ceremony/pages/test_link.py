"""The link: previews and scanners see a button and change nothing; only a person's POST opens."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sep.ceremony import links
from sep.ceremony.models import SigningLink, Visit
from sep.ledger.models import Event
from tests import builders
from tests.ceremony.pages.person import Person, words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    return Person(builders.package())


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_a_link_asks_the_database_nothing(person, method):
    events = Event.objects.count()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = getattr(person.browser, method)(f"/s/{person.token}")
    assert answer.status_code == 200
    assert not queries.captured_queries
    assert Event.objects.count() == events
    assert not Visit.objects.exists()
    assert "sign" not in answer.cookies


def test_page_of_a_real_link_equals_that_of_an_invented_one(person):
    def body(token):
        text = person.get(f"/s/{token}").content.decode()
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text).replace(token, "")

    assert body(person.token) == body(links.new_token())


def test_page_of_a_link_names_nobody(person):
    page = words(person.get(f"/s/{person.token}"))
    for secret in ("Рябина", "Иванова", "865 245", person.document.name):
        assert secret not in page


def test_page_of_a_link_is_not_indexed(person):
    answer = person.get(f"/s/{person.token}")
    assert "noindex" in answer["X-Robots-Tag"]
    assert b'name="robots" content="noindex' in answer.content


def test_opening_redirects_to_an_address_without_the_token(person):
    answer = person.open()
    assert answer.status_code == 303
    assert answer["Location"] == "/sign/"


def test_token_stands_in_no_later_page_and_no_later_address(person):
    person.come_in()
    person.sign()
    person.get(person.at("signed"))
    for answer in person.visited:
        assert person.token not in answer.get("Location", "")
        assert person.token not in answer.content.decode(errors="replace")


def test_cookie_is_kept_from_scripts_and_other_sites(person):
    cookie = person.open().cookies["sign"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == 3600


def test_over_tls_the_cookie_is_bound_to_the_host(person, settings):
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"address": "https://testserver"})
    cookie = person.open().cookies["__Host-sign"]
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_form_without_its_cookie_is_explained():
    package = builders.package()
    token = Person(package).token
    answer = Client(enforce_csrf_checks=True).post(f"/s/{token}")
    assert answer.status_code == 403
    assert "cookie" in words(answer)
    assert not Visit.objects.exists()


def test_unknown_link_tells_what_may_have_happened():
    answer = Client().post(f"/s/{links.new_token()}")
    assert answer.status_code == 404
    assert "Ссылка не действует" in words(answer)
    assert "клиника прислала новую ссылку" in words(answer)


def test_expired_link_tells_its_holder_whom_to_call(person):
    SigningLink.objects.update(expires_at=timezone.now())
    answer = person.open()
    assert answer.status_code == 404
    assert "срок истёк" in words(answer)
    assert 'href="tel:+78652450000"' in answer.content.decode()


def test_last_opening_ends_the_earlier_one(person):
    person.open()
    other = Client()
    other.post(f"/s/{person.token}")
    page = person.get("/sign/")
    assert page.status_code == 403
    assert "Откройте ссылку из сообщения ещё раз" in words(page)
    assert "+7 865 245-00-00" in words(page)
    assert other.get("/sign/").status_code == 303


def test_without_a_cookie_every_page_of_the_signer_asks_for_the_link():
    anyone = Client()
    document = builders.package().documents.get()
    for path in ("/sign/", "/sign/identity", "/sign/documents/", f"/sign/documents/{document.id}/"):
        answer = anyone.get(path)
        assert answer.status_code == 403
        assert "Откройте ссылку" in words(answer)


def test_visit_left_on_a_shared_device_opens_nothing(person):
    person.come_in()
    cookie = person.browser.cookies["sign"].value
    assert person.post("/sign/leave")["Location"] == "/sign/left"
    assert "Вы вышли" in words(person.get("/sign/left"))
    person.browser.cookies["sign"] = cookie
    assert person.get(person.at()).status_code == 403


def test_address_is_the_one_that_the_trusted_proxy_saw(person, settings):
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"trusted_proxies": 1})
    person.post(f"/s/{person.token}", headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.7:51234"})
    assert Visit.objects.get().address == "203.0.113.7:51234"


def test_address_is_not_what_a_client_claims(person):
    person.post(f"/s/{person.token}", headers={"X-Forwarded-For": "6.6.6.6"})
    assert Visit.objects.get().address == "127.0.0.1"
