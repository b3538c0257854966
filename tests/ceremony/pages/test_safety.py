"""What every page owes: headers, no personal data, few bytes, no third party."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests import builders
from tests.ceremony.pages.person import Person, words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def walked():
    """Every page of a whole walk, dead ends included."""
    person = Person(builders.package(builders.new_document(), builders.new_document(type_code="contract")))
    person.get(f"/s/{person.token}")
    person.open()
    person.get("/sign/identity")
    person.get(person.tell_birth_date(builders.NOON.date())["Location"])
    person.tell_birth_date()
    person.get("/sign/documents/")
    person.read()
    person.get(person.at("text"))
    person.get(person.at("decline"))
    person.post(person.at("intent"))
    person.press_sign()
    person.get(person.at("code"))
    person.enter(person.wrong_code())
    person.get(person.at("code"))
    person.enter(person.code())
    person.get(person.at("signed"))
    person.get("/sign/documents/nothing/")
    person.post(person.at("decline", person.documents[1]))
    person.get(person.at(document=person.documents[1]))
    person.get("/sign/documents/")
    person.post("/sign/leave")
    person.get("/sign/left")
    person.get("/sign/")
    return person


def pages(person):
    return [answer for answer in person.visited if answer["Content-Type"].startswith("text/html")]


def test_nothing_is_kept_by_browsers_and_proxies(walked):
    assert {answer["Cache-Control"] for answer in pages(walked)} == {"no-store"}


def test_no_address_leaves_in_a_referrer_and_forms_still_work(walked):
    assert {answer["Referrer-Policy"] for answer in pages(walked)} == {"no-referrer,strict-origin"}


def test_content_policy_allows_no_inline_script_or_style(walked):
    for answer in pages(walked):
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        html = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)", html)
        assert not re.search(r"<style|\sstyle=|\son\w+=", html)


def test_other_headers_are_strict(walked):
    for answer in pages(walked):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "noindex" in answer["X-Robots-Tag"]


def test_no_third_party_is_asked_for_anything(walked):
    for answer in pages(walked):
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', answer.content.decode()):
            assert address == "" or address[0] in "/#" or address.startswith("tel:"), address


def test_phone_and_birth_date_are_never_shown(walked):
    phone = walked.package.signer.person.phone
    for answer in pages(walked):
        page = answer.content.decode()
        for secret in (phone, phone[1:], phone[2:], phone[-7:], "1954-03-14", "14 марта 1954"):
            assert secret not in page
        # Only the sheet of the signed file, which is the signer's own, tells his birth date.
        if "Лист подписания" not in page:
            assert "14.03.1954" not in page


def test_every_page_says_that_the_contour_is_a_test(walked):
    for answer in pages(walked):
        assert answer.status_code == 303 or "Тестовый контур — юридической силы нет" in words(answer)


def test_production_says_nothing_of_a_test(monkeypatch):
    monkeypatch.setattr("sep.config.context.environment", lambda: type("E", (), {"contour": "production"}))
    assert "Тестовый контур" not in words(Client().get("/"))


def test_reading_page_weighs_little_before_its_images(walked):
    html = next(answer for answer in pages(walked) if b"data-page=" in answer.content)
    assets = re.findall(r'="/static/([^"]+)"', html.content.decode())
    assert {Path(each).suffix for each in assets} == {".svg", ".css", ".js"}
    raw = sum(Path(finders.find(each)).stat().st_size for each in assets) + len(html.content)
    assert raw <= 60_000
    scripts = [Path(finders.find(each)).read_bytes() for each in assets if each.endswith(".js")]
    assert not any(b"eval(" in script for script in scripts)
    css = Path(finders.find("sep/page.css")).read_bytes()
    assert len(css) <= 10_240
    assert len(gzip.compress(css)) <= 4_096


def test_english_is_chosen_by_a_button_and_kept():
    browser = Client()
    russian = browser.get("/", headers={"Accept-Language": "en"})
    assert russian["Content-Language"] == "ru"
    answer = browser.post("/language", {"language": "en", "next": "/"})
    assert answer["Location"] == "/"
    page = browser.get("/")
    assert page["Content-Language"] == "en"
    assert '<html lang="en">' in page.content.decode()
    assert "You are a patient" in words(page)


def test_english_signer_finds_no_russian_but_the_clinic_s_own_words():
    person = Person(builders.package(builders.new_document(), builders.new_document()))
    person.post("/language", {"language": "en", "next": "/"})
    person.visited.clear()
    person.get(f"/s/{person.token}")
    person.come_in()
    for step in ("", "decline", "text"):
        person.get(person.at(step))
    person.press_sign()
    person.get(person.at("code"))
    person.enter(person.wrong_code())
    person.get(person.at("code"))
    person.enter(person.code())
    person.get(person.at("signed"))
    person.get("/sign/documents/")
    for answer in pages(person):
        html = re.sub(r"<title>.*?</title>", "", answer.content.decode(), flags=re.DOTALL)
        ours = re.sub(r'<(\w+)[^>]*\blang="ru"[^>]*>.*?</\1>', "", html, flags=re.DOTALL)
        assert not re.findall(r"[а-яё]{3,}", ours, flags=re.IGNORECASE)


def test_unknown_page_is_a_page():
    answer = Client().get("/nothing/here")
    assert answer.status_code == 404
    assert "Такой страницы нет" in words(answer)


def test_failure_is_a_page_that_reveals_nothing(monkeypatch):
    def fail(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("sep.ceremony.pages.arrival.links.open_link", fail)
    answer = Client(raise_request_exception=False).post("/s/token")
    assert answer.status_code == 500
    assert "Что-то сломалось у нас" in words(answer)
    assert "secret detail" not in answer.content.decode()
