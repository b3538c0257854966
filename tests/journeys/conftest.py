"""A real Chromium in front of the live server."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESK = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture(scope="module")
def chromium():
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("нет chromium")
    # Playwright's loop runs in this thread until the module ends; the database is used between its calls,
    # never inside them.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def screen(chromium, live_server):
    """Open a page: `screen(**context options)`. Nothing foreign may be asked for and nothing may break."""
    contexts, foreign, broken = [], [], []

    def note_request(request):
        # Chromium shows a PDF by an extension of its own.
        if not request.url.startswith((live_server.url, "data:", "chrome")):
            foreign.append(request.url)

    def note_message(message):
        if message.type == "error" and "status of 4" not in message.text:
            broken.append(message.text)

    def opened(**options):
        context = chromium.new_context(base_url=live_server.url, locale="en-US", **options)
        context.set_default_timeout(40_000)
        contexts.append(context)
        page = context.new_page()
        page.on("request", note_request)
        page.on("console", note_message)
        page.on("pageerror", lambda error: broken.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not foreign
    assert not broken
