"""The page of consent in a real browser, under the service's own policy of content."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import sync_playwright

from sep.esia import RefusedByPerson, returned_code
from tests.esia.contour import STATE, registered

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
    pytest.mark.urls("tests.esia.urls"),
]


@pytest.fixture(scope="module")
def browser():
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop lives in this thread; the database is used beside it, not inside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def back(live_server, base_url, settings):
    settings.SIMULATOR_ESIA_SYSTEMS = [registered(redirect_uris=[f"{live_server.url}/back"])]
    return f"{live_server.url}/back"


@pytest.fixture
def page(browser, esia, back, now):
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="ru-RU")
    page = context.new_page()
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(esia.authorization_address(STATE, back, now))
    yield page
    context.close()
    assert faults == []


def returned(page):
    page.get_by_role("heading", name="Вы вернулись").wait_for()
    return dict(parse_qsl(urlsplit(page.url).query))


def test_a_listed_person_consents_by_one_press(page, esia, back, now):
    page.get_by_role("button", name="Предоставить").click()

    assert esia.exchange(returned_code(returned(page), STATE), STATE, back, now).family == "Тестовая"


def test_another_person_types_himself(page, esia, back, now):
    page.get_by_label("Другой человек").check()
    page.get_by_label("Фамилия").fill("Ким")
    page.get_by_label("Имя").fill("Олег")
    page.get_by_label("Дата рождения").fill("01.02.1990")
    page.get_by_role("button", name="Предоставить").click()

    person = esia.exchange(returned_code(returned(page), STATE), STATE, back, now)
    assert (person.family, person.given) == ("Ким", "Олег")


def test_a_person_goes_back_without_consent(page):
    page.get_by_role("button", name="Отказаться").click()

    with pytest.raises(RefusedByPerson):
        returned_code(returned(page), STATE)
