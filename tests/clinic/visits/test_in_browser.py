"""A registrar's fingers stay on the keyboard: the patient, the talon, the lines of an order."""

import pytest
from playwright.sync_api import expect

from clinic.visits.models import Appointment, PaidOrder

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_talon_is_made_without_a_mouse(seated):
    page = seated("registrar")
    page.goto("/clinic/appointments/")
    page.keyboard.press("F2")
    page.wait_for_selector("#query:focus")
    page.wait_for_load_state("load")
    page.keyboard.type("Тест")
    page.wait_for_selector(".found-one")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=patient]", state="attached")
    page.get_by_label("Врач *", exact=True).focus()
    page.keyboard.type("Свиридова Л. Г.")
    page.keyboard.press("Control+S")
    page.wait_for_selector("text=Талон № 1 сохранён.")
    assert Appointment.objects.get().representative.relation == "mother"


def test_the_lines_of_an_order_are_counted_while_one_types(seated, live_server):
    page = seated("registrar")
    page.goto("/clinic/paid-orders/new/")
    page.keyboard.type("Тестовый")
    page.keyboard.press("Enter")
    page.wait_for_selector("input[name=patient]", state="attached")
    page.locator("#service_query").focus()
    page.keyboard.type("приём")
    page.wait_for_selector("#found-services .found-one")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_line-0-name")
    expect(page.locator("#service_query")).to_be_focused()
    page.keyboard.type("A09.05")
    page.keyboard.press("Enter")
    page.wait_for_selector("#id_line-1-name")

    page.locator("#id_line-0-discount_percent").focus()
    page.keyboard.type("10")
    page.keyboard.press("Tab")
    expect(page.locator("#sum-0")).to_have_text("1\u00a0710,00\u00a0₽")
    expect(page.locator("#sums")).to_contain_text("1\u00a0820,00")
    expect(page.locator("#id_line-0-discount")).to_be_focused()  # only the sums were replaced

    page.get_by_role("button", name="Удалить строку 2").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_line-1-name")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("text=Заказ № 1 сохранён.")
    assert str(PaidOrder.objects.get().total) == "1710.00"
