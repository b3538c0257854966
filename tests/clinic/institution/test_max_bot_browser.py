"""«Бот MAX» in a real browser: the page follows the bot by itself."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from clinic.institution.models import MaxBot
from tests.journeys.conftest import DESK, chromium, screen
from tests.journeys.eyes import barriers

__all__ = ["chromium", "screen"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_form_comes_back_after_a_refusal_and_the_address_is_copied(screen, at_desk, clinic, live_server):
    clinic.service_address, clinic.id_lpu = "http://127.0.0.1:9/sep/api", "d19f9083"
    clinic.set_token("6f1b1d0c-0f0e-4a57-9f59-3b0a4f0d9a11")
    clinic.save()
    now = timezone.now()
    # Asked about in the future: nobody asks the service, the test tells what it said.
    MaxBot.objects.create(
        institution=clinic, state="connecting", told_at=now, asked_at=now + timedelta(hours=1)
    )
    page = screen(**DESK)
    cookie = at_desk("admin").cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}]
    )
    page.goto("/clinic/settings/max-bot/")
    expect(page.get_by_text("подключается")).to_be_visible()
    expect(page.get_by_label("Токен бота")).to_be_hidden()
    MaxBot.objects.update(state="refused", message="MAX не принял токен.")
    expect(page.get_by_label("Токен бота")).to_be_visible()
    expect(page.get_by_text("MAX не принял токен.")).to_be_visible()
    address = "https://sep.example.org/max/app/id26_bot"
    MaxBot.objects.update(state="connected", is_own=True, username="id26_bot", app_address=address)
    page.reload()
    expect(page.get_by_label("Адрес мини-приложения")).to_have_value(address)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Скопировать").click()
    expect(page.get_by_role("button", name="Скопировано")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert barriers(page) == []
    page.get_by_role("link", name="Отключить").click()
    expect(page.locator("dialog[open]")).to_contain_text("перестанет писать пациентам")
    page.locator("dialog[open]").get_by_role("button", name="Отключить").click()
    expect(page.get_by_text("отключается")).to_be_visible()
