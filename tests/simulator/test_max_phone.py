"""MAX of the phone, in a real browser: a bot on one side, fingers on the other."""

import base64
import json
import time

import httpx2
import pytest
from django.http import HttpResponse
from django.urls import include, path
from playwright.sync_api import expect, sync_playwright

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
    pytest.mark.urls("tests.simulator.test_max_phone"),
]

NUMBER, BOT, TOKEN = "+79990000065", "id2600000000_bot", "test-bot-token"
LINK = f"https://max.ru/{BOT}"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

PAGE = """<!doctype html><html lang="ru"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><script src="/phone/max/bridge.js"></script>
<script src="/app.js" defer></script><h1>{title}</h1><p id="who"></p><p id="told"></p>
<button id="phone">Мой номер</button> <button id="guard">Не закрывать</button>
<button id="close">Закрыть</button> <button id="save">Скачать</button>
<a href="/app/second">Дальше</a> <a href="{link}?start=from-app">В чат</a>"""

SCRIPT = """
const max = window.WebApp, told = document.getElementById("told");
const when = (id, act) => document.getElementById(id).addEventListener("click", act);
const tell = (promise) => promise.then((given) => { told.textContent = JSON.stringify(given); },
                                       ({error}) => { told.textContent = error.code; });
document.getElementById("who").textContent =
  [max.initDataUnsafe.user?.id, max.initDataUnsafe.start_param, max.platform].join(" ");
document.documentElement.dataset.init = max.initData;
when("phone", () => tell(max.requestContact()));
when("guard", () => max.enableClosingConfirmation());
when("close", () => max.close());
when("save", () => tell(max.downloadFile("/file", "Согласие.pdf")));
if (location.pathname.endsWith("second")) {
  max.BackButton.onClick(() => history.back());
  max.BackButton.show();
}
"""


def first(request):
    return HttpResponse(PAGE.format(title="Документы", link=LINK))


def second(request):
    return HttpResponse(PAGE.format(title="Второй экран", link=LINK))


def script(request):
    return HttpResponse(SCRIPT, content_type="text/javascript; charset=utf-8")


def file(request):
    """A file of the site: not for MAX's downloader to see whose session it is."""
    if request.COOKIES:
        return HttpResponse(status=403)
    disposition = 'attachment; filename="other.pdf"'
    return HttpResponse(
        b"%PDF-1.7", content_type="application/pdf", headers={"Content-Disposition": disposition}
    )


urlpatterns = [
    path("phone/", include("simulator.urls")),
    path("app", first),
    path("app/second", second),
    path("app.js", script),
    path("file", file),
]


class Bot:
    """The other side: what sep does."""

    def __init__(self, address):
        self.address, self.user = address, 0

    def call(self, method, place, body=None, **query):
        answer = httpx2.request(
            method,
            f"{self.address}/phone/max/bot/{place}",
            params=query,
            content=None if body is None else json.dumps(body),
            headers={"Authorization": TOKEN},
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def updates(self, *kinds):
        """What has happened since the beginning, of these kinds."""
        found = self.call("GET", "updates", marker=0, timeout=0)["updates"]
        return [each for each in found if each["update_type"] in kinds]

    def says(self, text, *rows, **more):
        keyboard = (
            [{"type": "inline_keyboard", "payload": {"buttons": [list(row) for row in rows]}}] if rows else []
        )
        body = {"text": text, "attachments": [*more.get("attachments", []), *keyboard]}
        return self.call("POST", "messages", body, user_id=self.user)["message"]["body"]["mid"]

    def uploads(self, kind, name, content):
        place = self.call("POST", "uploads", type=kind)["url"].replace("localhost", "127.0.0.1")
        answer = httpx2.post(place, files={"data": (name, content)}, trust_env=False).json()
        token = answer["token"] if kind == "file" else next(iter(answer["photos"].values()))["token"]
        return {"type": kind, "payload": {"token": token}}


def waited(look):
    """Ask until there is something to see: updates come a moment after the touch."""
    for _ in range(60):
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError("nothing has come")


def arrive(live_server, text):
    """An SMS comes to the phone."""
    form = {
        "apikey": "demo",
        "charset": "utf-8",
        "fmt": "3",
        "phones": NUMBER,
        "mes": text,
        "sender": "KLINIKA",
    }
    answer = httpx2.post(f"{live_server.url}/phone/smsc/sys/send.php", data=form, trust_env=False)
    assert "id" in answer.json()


@pytest.fixture(scope="module")
def browser():
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop lives in this thread; the database is used beside it, not inside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def bot(settings, live_server):
    settings.SIMULATOR_MAX_BOTS = [
        {
            "token": TOKEN,
            "user_id": 229229229,
            "username": BOT,
            "first_name": "Документы на подпись",
            "app_url": f"{live_server.url}/app",
        }
    ]
    bot = Bot(live_server.url)
    bot.user = httpx2.get(f"{live_server.url}/phone/api/max", params={"to": NUMBER}, trust_env=False).json()[
        "user"
    ]["id"]
    return bot


@pytest.fixture(params=[(1280, 800), (360, 740)], ids=["desktop", "small"])
def page(request, browser, live_server, bot):
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, locale="ru-RU")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.set_default_timeout(7000)
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{live_server.url}/phone/?to=%2B79990000065")
    page.get_by_role("button", name="MAX").wait_for()
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def chat(page):
    """The chat with the bot, started."""
    page.get_by_role("button", name="MAX").click()
    page.get_by_role("button", name="Документы на подпись").click()
    page.get_by_role("button", name="Начать").click()
    page.get_by_label("Сообщение", exact=True).wait_for()
    return page.get_by_role("log")


def test_a_bot_is_started_written_to_and_answers(page, chat, bot):
    assert bot.updates("bot_started")
    bot.says("Здравствуйте! Клиника «Пример» пришлёт сюда документы.\nЭто бесплатно.")
    chat.get_by_text("Здравствуйте!").wait_for()

    page.get_by_label("Сообщение", exact=True).fill("Как подписать?")
    page.keyboard.press("Enter")

    chat.get_by_text("Как подписать?").wait_for()
    [said] = bot.updates("message_created")
    assert said["message"]["body"]["text"] == "Как подписать?"


def test_a_pressed_button_reaches_the_bot_and_its_answer_the_person(page, chat, bot):
    mid = bot.says("Подписать «Согласие»?", [{"type": "callback", "text": "Подробнее", "payload": "more"}])
    page.get_by_role("button", name="Подробнее").click()
    expect(page.get_by_role("button", name="Подробнее")).to_have_attribute("aria-busy", "true")
    [press] = waited(lambda: bot.updates("message_callback"))

    bot.call("POST", "answers", {"notification": "Минуту…"}, callback_id=press["callback"]["callback_id"])
    page.get_by_text("Минуту…").wait_for()
    expect(page.get_by_role("button", name="Подробнее")).not_to_have_attribute("aria-busy", "true")
    bot.call("PUT", "messages", {"text": "Документ подписан", "attachments": []}, message_id=mid)

    chat.get_by_text("Документ подписан").wait_for()
    assert chat.get_by_text("изменено").is_visible()
    assert page.get_by_role("button", name="Подробнее").count() == 0


def test_the_phone_asks_before_it_gives_the_number_to_a_bot(page, chat, bot):
    bot.says("Подтвердите номер", [{"type": "request_contact", "text": "Подтвердить номер"}])
    page.get_by_role("button", name="Подтвердить номер").click()
    sheet = page.get_by_role("alertdialog", name="Поделиться номером +7 999 000-00-65?")
    sheet.get_by_role("button", name="Отмена").click()
    sheet.wait_for(state="hidden")
    assert bot.updates("message_created") == []

    page.get_by_role("button", name="Подтвердить номер").press("Enter")
    sheet.wait_for()
    page.keyboard.press("Enter")

    chat.get_by_text("+7 999 000-00-65").wait_for()
    [shared] = bot.updates("message_created")
    assert "TEL;TYPE=cell:79990000065" in shared["message"]["body"]["attachments"][0]["payload"]["vcf_info"]


def test_files_pictures_and_copied_words(page, chat, bot):
    document = bot.uploads("file", "Согласие на обработку.pdf", b"%PDF-1.7")
    bot.says("Подписанный документ", attachments=[document])
    clipboard = {"type": "clipboard", "text": "Скопировать номер", "payload": "4815162342"}
    bot.says("Его первая страница", [clipboard], attachments=[bot.uploads("image", "dot.png", DOT)])

    assert chat.get_by_role("link", name="Согласие на обработку.pdf").get_attribute("href")
    expect(chat.get_by_role("img", name="Изображение 1")).to_have_js_property("naturalWidth", 1)
    page.get_by_role("button", name="Скопировать номер").click()
    page.get_by_text("Скопировано").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "4815162342"


def test_what_a_bot_writes_is_text_and_never_markup(page, chat, bot):
    bot.says(
        '<img src=x onerror="document.title=1"> <b>жирно</b>', [{"type": "message", "text": "<i>Да</i>"}]
    )
    chat.get_by_text("<b>жирно</b>").wait_for()
    assert page.locator("[data-max-log] img, [data-max-log] i").count() == 0


def test_a_message_rings_elsewhere_and_counts_until_it_is_read(page, chat, bot):
    page.get_by_role("button", name="К списку чатов").click()
    page.get_by_role("button", name="Сообщения", exact=True).click()
    bot.says("Код 482913 для подписания")

    page.get_by_role("button", name="Скопировать код", exact=True).click()
    assert page.evaluate("navigator.clipboard.readText()") == "482913"
    page.get_by_role("button", name="MAX 1 непрочитанных").click()
    page.get_by_role("button", name="Код 482913").click()

    chat.get_by_text("Код 482913").wait_for()
    page.get_by_role("button", name="К списку чатов").click()
    expect(page.get_by_role("button", name="MAX", exact=True)).to_be_visible()


def test_a_muted_chat_does_not_ring(page, chat, bot):
    page.get_by_role("button", name="Меню чата").click()
    page.get_by_role("button", name="Без звука").click()
    page.get_by_text("бот, без звука").wait_for()
    page.get_by_role("button", name="К списку чатов").click()
    bot.says("Тихо")

    page.get_by_role("button", name="MAX 1 непрочитанных").wait_for()
    assert page.locator("[data-banner]").is_hidden()


def test_a_stopped_bot_cannot_write_and_can_be_run_again(page, chat, bot):
    page.get_by_role("button", name="Меню чата").click()
    page.get_by_role("button", name="Остановить бота").click()
    page.get_by_role("button", name="Запустить бота снова").wait_for()
    assert bot.updates("bot_stopped")

    page.get_by_role("button", name="Запустить бота снова").click()
    page.get_by_label("Сообщение", exact=True).wait_for()
    assert len(bot.updates("bot_started")) == 2


def test_a_removed_chat_is_gone_only_once_the_person_is_sure(page, chat, bot):
    bot.says("Здравствуйте")
    chat.get_by_text("Здравствуйте").wait_for()
    for answer in ("Отмена", "Удалить"):
        page.get_by_role("button", name="Меню чата").click()
        page.get_by_role("button", name="Удалить чат").click()
        page.get_by_role("alertdialog").get_by_role("button", name=answer).click()
        page.get_by_role("alertdialog").wait_for(state="hidden")

    page.get_by_text("Чат ещё не начат").wait_for()
    assert len(bot.updates("dialog_removed")) == 1


def test_a_link_in_an_sms_opens_the_bot_and_hands_its_payload_over(page, bot, live_server):
    arrive(live_server, f"Документ ждёт в MAX: max.ru/{BOT}?start=invitation-1")
    page.get_by_role("log").get_by_role("link", name="Открыть в MAX").click()
    page.get_by_role("button", name="Начать").click()

    page.get_by_label("Сообщение", exact=True).wait_for()
    [started] = bot.updates("bot_started")
    assert started["payload"] == "invitation-1"


def test_a_mini_app_knows_who_opened_it_and_with_what(page, bot, live_server):
    arrive(live_server, f"Документ: {LINK}?startapp=doc-7")
    page.get_by_role("log").get_by_role("link", name="Открыть в MAX").click()

    app = page.frame_locator("iframe[title='Документы на подпись']")
    app.get_by_text(f"{bot.user} doc-7 android").wait_for()
    app.get_by_role("link", name="Дальше").click()
    app.get_by_role("heading", name="Второй экран").wait_for()
    app.get_by_text(f"{bot.user} doc-7 android").wait_for()
    page.get_by_role("button", name="К предыдущему экрану").click()
    app.get_by_role("heading", name="Документы").wait_for()
    page.get_by_role("button", name="К предыдущему экрану").wait_for(state="hidden")


@pytest.fixture
def app(page, chat, bot):
    """The mini-app, opened by a button of the chat."""
    bot.says(
        "Откройте документ",
        [{"type": "open_app", "text": "Открыть и подписать", "web_app": BOT, "payload": "p"}],
    )
    page.get_by_role("button", name="Открыть и подписать").click()
    app = page.frame_locator("iframe[title='Документы на подпись']")
    app.get_by_text(f"{bot.user} p android").wait_for()
    return app


def test_the_phone_asks_before_it_gives_the_number_to_a_mini_app(page, app):
    app.get_by_role("button", name="Мой номер").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Отмена").click()
    app.get_by_text("client.request_phone.user_refused_provide_phone_number").wait_for()

    app.get_by_role("button", name="Мой номер").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Поделиться").click()

    app.get_by_text('"phone":"+79990000065"').wait_for()
    given = json.loads(app.locator("#told").inner_text())
    assert len(given["hash"]) == 64
    assert given["authDate"]


def test_a_guarded_mini_app_closes_only_when_the_person_is_sure(page, app):
    app.get_by_role("button", name="Не закрывать").click()
    for answer in ("Остаться", "Закрыть"):
        page.get_by_role("button", name="Закрыть приложение").click()
        page.get_by_role("alertdialog").get_by_role("button", name=answer, exact=True).click()
        page.get_by_role("alertdialog").wait_for(state="hidden")
        left = int(answer == "Остаться")
        expect(page.locator("iframe[title='Документы на подпись']")).to_have_count(left)


def test_a_mini_app_closes_itself_and_downloads(page, app, live_server):
    page.context.add_cookies([{"name": "session", "value": "1", "url": live_server.url}])
    with page.expect_download() as download:
        app.get_by_role("button", name="Скачать").click()
    assert download.value.suggested_filename == "Согласие.pdf"
    app.get_by_text('{"status":"downloading"}').wait_for()

    app.get_by_role("button", name="Закрыть", exact=True).click()
    expect(page.locator("iframe[title='Документы на подпись']")).to_have_count(0)


def test_a_code_comes_over_the_mini_app_which_waits_behind_the_chat(page, app, bot):
    bot.says("Код 482913")
    page.locator("[data-banner-open]").click()
    page.get_by_role("log").get_by_text("Код 482913").wait_for()

    page.get_by_role("button", name="Вернуться в приложение").click()
    app.get_by_text(f"{bot.user} p android").wait_for()


def test_a_link_from_the_mini_app_leads_into_the_chat(page, app, bot):
    app.get_by_role("link", name="В чат").click()

    page.get_by_label("Сообщение", exact=True).wait_for()
    waited(lambda: [each for each in bot.updates("bot_started") if each.get("payload") == "from-app"])


def test_another_number_has_other_chats(page, chat, bot):
    bot.says("Только для вас")
    chat.get_by_text("Только для вас").wait_for()
    page.goto(page.url.replace("65", "66"))
    page.get_by_role("button", name="MAX").click()

    page.get_by_text("Чат ещё не начат").wait_for()
    assert page.get_by_text("Только для вас").count() == 0


def test_the_bridge_believes_nobody_but_its_own_phone(page, app):
    """A page of another site that frames the mini-app, or a frame inside it, is not the phone."""
    app.get_by_role("button", name="Мой номер").click()
    frame = page.frames[-1]
    frame.evaluate("window.postMessage({webApp: 'answer', id: 1, result: {phone: '+70000000000'}}, '*')")
    page.get_by_role("alertdialog").get_by_role("button", name="Отмена").click()

    app.get_by_text("client.request_phone.user_refused_provide_phone_number").wait_for()
