"""The phone in a real browser."""

import httpx2
import pytest
from playwright.sync_api import sync_playwright

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
    pytest.mark.urls("tests.simulator.urls"),
]

NUMBER = "+79990000065"


@pytest.fixture(scope="module")
def browser():
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop lives in this thread; the database is used beside it, not inside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[(1280, 800), (360, 740)], ids=["desktop", "small"])
def page(request, browser, live_server):
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="ru-RU")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/phone/?to=%2B79990000065")
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def arrive(live_server):
    """Sends an SMS through the simulator's gateway."""

    def send(text, to=NUMBER, sender="KLINIKA"):
        form = {"apikey": "demo", "charset": "utf-8", "fmt": "3", "phones": to, "mes": text, "sender": sender}
        answer = httpx2.post(f"{live_server.url}/phone/smsc/sys/send.php", data=form, trust_env=False)
        assert "id" in answer.json()

    return send


def test_an_sms_arrives_its_link_opens_inside_and_its_code_is_copied(page, arrive, live_server):
    page.get_by_text("Сообщений пока нет").wait_for()
    arrive(
        f"Подпишите документ: {live_server.url.removeprefix('http://')}/s/Ab3dEf6hIj9kLm2nOp5qRs.",
        sender="KLINIKA",
    )
    page.get_by_role("link", name="Открыть ссылку").click()
    page.frame_locator("iframe").get_by_role("heading", name="Подписание").wait_for()

    arrive("Код 482913 для подписания")
    page.get_by_role("button", name="Скопировать код", exact=True).click()

    assert page.evaluate("navigator.clipboard.readText()") == "482913"
    assert page.frame_locator("iframe").get_by_role("heading").is_visible(), (
        "the page stays open under the banner"
    )
    page.get_by_role("button", name="Назад").click()
    page.get_by_role("log").get_by_role("button", name="Скопировать код 482913").wait_for()


def test_messages_are_text_and_never_markup(page, arrive):
    arrive('<img src=x onerror="document.title=1"> <b>жирно</b> javascript:alert(1)')

    page.get_by_role("log").get_by_text("<b>жирно</b>").wait_for()
    assert page.locator("[data-thread] img, [data-thread] a").count() == 0


def test_a_number_in_a_link_is_not_taken_for_a_code(page, arrive):
    arrive("Откройте http://clinic.example/s/123456 или позвоните +7 495 1234567")

    page.get_by_role("link", name="Открыть ссылку").wait_for()
    assert page.get_by_role("button", name="Скопировать код").count() == 0


def test_a_switch_of_the_stand_reaches_the_gateway(page, live_server):
    if page.viewport_size["width"] < 760:
        page.get_by_role("button", name="Настройки стенда").click()
    page.get_by_role("radio", name="Кончились деньги").check()
    page.get_by_text("Стенд переключён").wait_for()

    behaviour = httpx2.get(f"{live_server.url}/phone/api/behaviour", trust_env=False).json()
    assert behaviour["gateway"] == "no_money"


def test_another_number_is_another_phone(page, arrive):
    arrive("чужое")
    arrive("своё", to="+79990000066")
    page.get_by_role("button", name="Убрать уведомление").click()
    page.get_by_role("log").get_by_text("чужое").wait_for()
    if page.viewport_size["width"] < 760:
        page.get_by_role("button", name="Настройки стенда").click()

    page.get_by_label("Открыть телефон с номером").fill("8 (999) 000-00-66")
    page.get_by_role("button", name="Открыть", exact=True).click()

    page.get_by_role("log").get_by_text("своё").wait_for()
    assert page.get_by_role("log").get_by_text("чужое").count() == 0


def test_cleared_messages_leave_the_screen(page, arrive, live_server):
    arrive("текст")
    page.get_by_role("log").get_by_text("текст").wait_for()

    httpx2.delete(f"{live_server.url}/phone/api/messages", trust_env=False)

    page.get_by_text("Сообщений пока нет").wait_for()
