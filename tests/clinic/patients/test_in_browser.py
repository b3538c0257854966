"""The registrar's hands stay on the keyboard, and nothing typed is lost."""

import re

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from clinic.staff.models import User
from sep.jobs.testing import drain
from sep.parties.models import Agreement
from tests.clinic.signing.conftest import at_service, road  # noqa: F401  the real service
from tests.journeys.conftest import chromium, screen  # noqa: F401  the browser of the journeys
from tests.journeys.eyes import barriers, is_wider_than_the_screen

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def registrar(clinic, screen, live_server):  # noqa: F811  that fixture
    client = Client()
    client.force_login(
        User.objects.get(username="registrar"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    page = screen(viewport={"width": 1280, "height": 800})
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    return page


def test_a_patient_is_found_and_opened_by_keys_alone(registrar, boy, woman):
    registrar.goto("/clinic/patients/")
    expect(registrar.locator("#query")).to_be_focused()
    registrar.keyboard.type("Bdfyjdf vfh")
    expect(registrar.locator("#found .open")).to_have_text(["Иванова Мария Петровна"])
    assert barriers(registrar) == []
    registrar.keyboard.press("ArrowDown")
    expect(registrar.locator("#found .open")).to_be_focused()
    registrar.keyboard.press("Control+K")
    registrar.keyboard.type("тест")
    expect(registrar.locator("#found .open")).to_have_text(["Тестовый Тест Тестович"])
    registrar.keyboard.press("Enter")
    registrar.wait_for_url(f"**/clinic/patients/{boy.pk}/")
    assert barriers(registrar) == []
    assert not is_wider_than_the_screen(registrar)


def test_a_switched_tab_and_a_dialog_keep_what_was_typed(registrar, boy):
    registrar.goto(f"/clinic/patients/{boy.pk}/")
    registrar.get_by_label("Доп. сведения").fill("Боится уколов")
    registrar.get_by_role("button", name="Копировать").click()
    registrar.get_by_role("link", name="Родственники").click()
    registrar.get_by_role("link", name="Тестовая Мария Петровна").click()
    dialog = registrar.get_by_role("dialog")
    expect(dialog.get_by_label("Сведения о представителе есть в медкарте")).to_be_checked()
    assert barriers(registrar) == []
    dialog.get_by_label("Сведения о представителе есть в медкарте").uncheck()
    registrar.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()
    expect(registrar.locator("#addressees")).to_contain_text("не отмечено, что сведения о представителе")
    expect(registrar.get_by_label("Доп. сведения")).to_have_value("Боится уколов")
    registrar.keyboard.press("Control+S")
    expect(registrar.get_by_text("Карточка сохранена.")).to_be_visible()
    boy.refresh_from_db()
    assert boy.notes == "Боится уколов"
    assert boy.address_actual == boy.address_registered


def test_a_relative_is_deleted_after_a_question(registrar, boy):
    registrar.goto(f"/clinic/patients/{boy.pk}/?tab=representatives")
    registrar.get_by_role("link", name="Тестовая Мария Петровна").click()
    registrar.once("dialog", lambda question: question.accept())
    registrar.get_by_role("button", name="Удалить").click()
    expect(registrar.locator("#addressees")).to_contain_text("в карте нет законного представителя")
    expect(registrar.get_by_role("dialog")).to_be_hidden()
    assert not boy.representatives.exists()


@pytest.mark.usefixtures("at_service")
def test_an_agreement_is_written_down_without_a_mouse(registrar, woman, capsys):
    Agreement.objects.all().delete()
    registrar.goto(f"/clinic/patients/{woman.pk}/")
    registrar.get_by_role("link", name="Записать соглашение").press("Enter")
    dialog = registrar.get_by_role("dialog")
    dialog.get_by_role("button", name="Отправить код").press("Enter")
    drain()
    code = dialog.get_by_label("Код, который назвал пациент")
    expect(code).to_be_focused()
    assert barriers(registrar) == []
    code.fill(re.findall(r"Код (\d{6})", capsys.readouterr().err)[-1])
    registrar.keyboard.press("Enter")
    expect(dialog.get_by_text("проверяем код…")).to_be_visible()
    drain()
    expect(dialog.get_by_text("телефон подтверждён кодом")).to_be_visible()
    dialog.get_by_label("Паспорт проверен").check()
    registrar.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()
    drain()
    expect(registrar.locator("#agreements")).to_contain_text("действует")
    assert barriers(registrar) == []
    assert not is_wider_than_the_screen(registrar)
