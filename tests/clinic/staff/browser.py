"""A real Chromium at a desk of the sample clinic."""

import shutil

import pytest
from django.test import Client
from playwright.sync_api import sync_playwright

from clinic import sample
from clinic.staff.models import User
from tests.clinic.conftest import PASSWORD

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def page(live_server, monkeypatch):
    """A page of nobody yet; a script that the page's own policy stops, or any other error, fails the test."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("нет chromium")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the database is used between Playwright's calls
    sample.make(PASSWORD)
    broken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
        context.set_default_timeout(40_000)
        page = context.new_page()
        page.on("console", lambda message: broken.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: broken.append(str(error)))
        yield page
        browser.close()
    assert not broken


@pytest.fixture
def seated(page, live_server):
    """`seated("registrar")`: the same page with that member of the staff signed in."""

    def sign_in(login):
        client = Client()
        client.force_login(User.objects.get(username=login), backend=BACKEND)
        cookie = {"name": "staff", "value": client.cookies["staff"].value, "url": live_server.url}
        page.context.add_cookies([cookie])
        return page

    return sign_in
