"""The registrar's main path without a mouse: the patient, a talon, two forms, «Отправить»."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from clinic.signing import tasks
from clinic.signing.models import PackageDocument
from clinic.visits.models import Appointment
from sep.delivery.models import Delivery
from sep.jobs.testing import drain
from tests.clinic.conftest import at_desk, boy, clinic  # noqa: F401  fixtures
from tests.clinic.signing.conftest import at_service, road  # noqa: F401  fixtures
from tests.journeys.conftest import DESK

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
]


def go_to(page, field, key="Tab"):
    """Press a key until the cursor stands in the field."""
    for _ in range(30):
        if field.evaluate("field => field === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not reach {field}")


def test_from_the_patient_to_sending_by_keys_alone(screen, live_server, at_service, at_desk, boy):  # noqa: F811
    page = screen(**DESK)
    name = settings.SESSION_COOKIE_NAME
    cookie = at_desk("registrar").cookies[name].value
    page.context.add_cookies([{"name": name, "value": cookie, "url": live_server.url}])
    page.goto("/clinic/")
    page.keyboard.press("Control+k")
    page.wait_for_url("**/patients/")
    page.keyboard.type("тест тест")
    expect(page.locator("#found .open")).to_have_text(["Тестовый Тест Тестович"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/patients/{boy.pk}/")

    page.keyboard.press("F11")
    expect(page.get_by_role("link", name="Новый талон")).to_be_visible()
    page.keyboard.press("Alt+n")
    page.wait_for_url("**/appointments/new/**")
    go_to(page, page.get_by_label("Врач"))
    page.keyboard.type("Свиридова Любовь Гавриловна")
    page.keyboard.press("F9")

    choice = page.locator("dialog .choose")
    for words in ("телемед", "приказ"):
        expect(choice).to_be_visible()
        go_to(page, page.locator("#find-form"), "Shift+Tab")
        page.keyboard.press("Control+a")
        page.keyboard.type(words)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
    expect(choice.locator("input[name=chosen]:checked")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 документа добавлены")).to_be_visible()
    expect(page.get_by_role("link", name="Открыть «28. СЭП»")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/?tab=sep")

    rows = page.locator("#sep tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("F4")
    expect(rows.first.locator(".badge")).to_have_text("Отправляется…")
    drain()
    tasks.follow()
    sent = "Документ направлен конкретному получателю"
    # The table looks again by itself, every 15 seconds.
    expect(rows.locator(".badge")).to_have_text([sent, sent], timeout=20_000)
    talon = Appointment.objects.get()
    assert {one.object_number for one in PackageDocument.objects.all()} == {str(talon.number)}
    assert Delivery.objects.count() == 1, "two documents, one message"
