"""A real Chromium at a desk of the sample clinic, with its own viewer of PDF files."""

import pytest
from django.conf import settings

from tests.journeys.conftest import chromium

__all__ = ["chromium", "seated"]


@pytest.fixture
def seated(chromium, at_desk, live_server):
    """`seated("registrar")`: the screen of that member of the staff; no script of a page may break."""
    contexts, broken = [], []

    def note(message):
        # A refused form answers 422, and the browser tells its console so.
        if message.type == "error" and "status of 4" not in message.text:
            broken.append(message.text)

    def sign_in(login):
        context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
        context.set_default_timeout(40_000)
        contexts.append(context)
        cookie = at_desk(login).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}]
        )
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: broken.append(str(error)))
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert not broken
