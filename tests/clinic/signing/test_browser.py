"""The tab in a real browser: sending and watching without a mouse, and the signed PDF in the page."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from clinic.signing import tasks
from clinic.signing.models import Exchange, PackageDocument
from sep.jobs.testing import drain
from tests.ceremony import walk
from tests.journeys.conftest import DESK, chromium, screen  # noqa: F401  fixtures
from tests.journeys.eyes import barriers

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
]


@pytest.fixture
def page(screen, at_desk, clinic, live_server):  # noqa: F811
    """The registrar's screen."""
    opened = screen(**DESK)
    cookie = at_desk("registrar").cookies[settings.SESSION_COOKIE_NAME]
    opened.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}]
    )
    return opened


def status(page, number=0):
    return page.locator("#sep tbody tr").nth(number).locator(".badge")


def test_two_documents_are_sent_and_come_back_signed_without_a_mouse(page, desk, boy):
    for name in ("ИДС на телемедицинскую консультацию", "ИДС на вакцинацию"):
        desk.printed(boy, name)
    page.goto(f"/clinic/patients/{boy.pk}/sep/")
    expect(page.locator("#sep tbody tr").first).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("F4")
    expect(status(page)).to_have_text("Отправляется…")
    expect(page.locator("#sep tr[aria-selected=true]")).to_have_count(2)
    batch = PackageDocument.objects.first().batch
    tasks.deliver(batch)
    documents = list(desk.known().values())
    visit = walk.opened_visit(documents[0].package)
    drain()
    tasks.follow()
    # Nobody presses anything: the table looks by itself, and the choice stays.
    expect(status(page)).to_have_text("Документ направлен конкретному получателю")
    expect(page.locator("#sep tr[aria-selected=true]")).to_have_count(2)
    walk.sign(documents[0], visit)
    tasks.follow()
    drain()
    page.keyboard.press("Alt+G")
    drain()
    signed = page.locator(f'#sep tr[data-id="{documents[0].id_document_mis}"]')
    expect(signed.locator(".badge")).to_have_text("Получатель подписал документ")
    signed.click()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Подписанный документ с лист")).to_be_visible()
    frame = page.locator("dialog iframe")
    answer = page.request.get(frame.get_attribute("src"))
    row = PackageDocument.objects.get(pk=documents[0].id_document_mis)
    assert row.signed_sha256
    assert answer.headers["content-type"] == "application/pdf"
    assert row.exchange == Exchange.ACCEPTED
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_double_click_on_send_sends_once(page, desk, woman):
    desk.printed(woman)
    page.goto(f"/clinic/patients/{woman.pk}/sep/")
    page.locator("#sep tbody tr").first.click()
    page.get_by_role("button", name="Отправить", exact=True).dblclick()
    expect(status(page)).to_have_text("Отправляется…")
    drain()
    assert desk.road.times("POST", "/packages") == 1
    assert len(desk.known()) == 1


def test_buttons_wait_for_a_row_that_they_suit(page, desk, woman):
    desk.printed(woman)
    page.goto(f"/clinic/patients/{woman.pk}/sep/")
    send = page.get_by_role("button", name="Отправить", exact=True)
    revoke = page.get_by_role("button", name="Отозвать", exact=True)
    expect(send).to_be_disabled()
    page.locator("#sep tbody tr").first.click()
    expect(send).to_be_enabled()
    expect(revoke).to_be_disabled()


def test_the_signer_and_a_file_are_chosen_in_dialogs(page, desk, boy, tmp_path):
    file = tmp_path / "Выписка.pdf"
    file.write_bytes(b"%PDF-1.7\n")
    desk.printed(boy)
    page.goto(f"/clinic/patients/{boy.pk}/sep/")
    page.get_by_role("link", name="Добавить файл").click()
    page.get_by_label("Файл PDF").set_input_files(file)
    page.get_by_role("button", name="Добавить в пакет").click()
    expect(page.locator("#sep tbody tr")).to_have_count(2)
    page.locator("#sep tbody tr").nth(1).click()
    page.get_by_role("button", name="Кто подписывает").click()
    page.get_by_label("Тестовый Тест Тестович — пациент, телефона нет", exact=True).check()
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#sep tbody tr").nth(1)).not_to_contain_text("подписывает Тестовая")


def test_nothing_stands_in_the_way_of_a_reader(page, desk, boy):
    desk.printed(boy)
    for path in (f"/clinic/patients/{boy.pk}/sep/", "/clinic/"):
        page.goto(path)
        assert not barriers(page)


def test_the_tab_works_inside_another_page(page, desk, woman):
    """As the patient's card has it: loaded by htmx, with its styles and its script."""
    desk.printed(woman)
    page.goto(f"/clinic/patients/{woman.pk}/?tab=sep")
    send = page.get_by_role("button", name="Отправить", exact=True)
    expect(send).to_be_disabled()
    page.locator("#sep tbody tr").first.click()
    expect(send).to_be_enabled()
    send.click()
    expect(status(page)).to_have_text("Отправляется…")
    drain()
    tasks.follow()
    expect(status(page)).to_have_text("Документ направлен конкретному получателю")
    expect(page.locator("#sep .about").first).to_have_css("display", "block")
