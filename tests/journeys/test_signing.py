"""A patient's whole way in a real browser."""

import re
from itertools import chain

import pytest
from playwright.sync_api import expect

from sep.ceremony.models import SigningLink
from sep.delivery.models import Delivery, Purpose
from sep.documents.models import Document
from sep.documents.statuses import Status
from sep.ledger.models import Event
from tests import builders
from tests.ceremony import walk
from tests.journeys.conftest import DESK, PHONE
from tests.journeys.eyes import barriers, is_wider_than_the_screen, small_targets, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


def package(count=1):
    names = ("Согласие на телемедицинскую консультацию", "Договор на оказание платных медицинских услуг")
    return builders.package(*(builders.new_document(name=name) for name in names[:count]))


def code_of(package):
    delivery = Delivery.objects.filter(package=package, purpose=Purpose.CODE).latest("created_at")
    return re.search(r"\d{6}", walk.sms(delivery)).group()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).click()


def tell_birth_date(page, day="14"):
    page.get_by_label("День").fill(day)
    page.get_by_label("Месяц").fill("3")
    page.get_by_label("Год").fill("1954")
    press(page, "Продолжить")


def come_in(page, package):
    page.goto(f"/s/{walk.token_of(package)}")
    press(page, "Открыть документы")
    tell_birth_date(page)


def ask_for_code(page):
    page.get_by_label("Я прочитал(а) документ").check()
    press(page, "Подписать")
    expect(page.get_by_role("heading", name="Введите код из СМС")).to_be_visible()


def steps_of_a_whole_way(page):
    """Walk every page that a patient may meet, dead ends included; yield the name of each."""
    several = package(2)
    parts = (
        _steps_to_the_document(page, several),
        _steps_of_reading(page),
        _steps_of_signing(page, several),
        _steps_after(page, several),
    )
    for step in chain(*parts):
        page.wait_for_load_state()  # a click does not wait for the style sheet of the next page
        yield step


def _steps_to_the_document(page, several):
    page.goto("/")
    yield "landing"
    page.goto("/nothing")
    yield "no such page"
    page.goto("/s/unknown")
    yield "link"
    press(page, "Открыть документы")
    yield "unknown link"
    page.goto(f"/s/{walk.token_of(several)}")
    press(page, "Открыть документы")
    yield "birth date"
    tell_birth_date(page, "15")
    yield "wrong birth date"
    tell_birth_date(page)
    yield "documents"


def _steps_of_reading(page):
    follow(page, "Начать чтение")
    yield "document"
    page.get_by_text("Что значит подпись кодом").click()
    yield "document with its explanation"
    page.get_by_text("Увеличить").click()
    yield "document enlarged"
    follow(page, "Текст крупно")
    yield "large text"
    follow(page, "К подписанию")
    follow(page, "Отказаться")
    yield "decline"
    follow(page, "Вернуться к документу")


def _steps_of_signing(page, several):
    ask_for_code(page)
    yield "code"
    page.get_by_text("СМС не приходит?").click()
    yield "no message"
    page.get_by_label("Код из шести цифр").fill("1")
    press(page, "Подписать документ")
    yield "slip in the code"
    page.get_by_label("Код из шести цифр").fill(f"{(int(code_of(several)) + 1) % 10**6:06}")
    press(page, "Подписать документ")
    yield "wrong code"
    page.get_by_label("Код из шести цифр").fill(code_of(several))
    press(page, "Подписать документ")
    yield "signed"


def _steps_after(page, several):
    follow(page, "Перейти к следующему")
    follow(page, "Отказаться")
    press(page, "Отказаться")
    yield "declined"
    follow(page, "Все документы")
    yield "nothing left"
    press(page, "Завершить на этом устройстве")
    yield "left"
    page.goto("/sign/")
    yield "visit over"
    SigningLink.objects.update(wrong_birth_dates=5)
    page.goto(f"/s/{walk.token_of(several)}")
    press(page, "Открыть документы")
    yield "locked"
    page.goto(f"/verify?document={several.ordered().first().id}")
    yield "verify"


@SCREENS
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_puts_up_a_barrier(screen, size, scheme):
    page = screen(**size, color_scheme=scheme)
    found = {}
    for step in steps_of_a_whole_way(page):
        faults = [*barriers(page), *small_targets(page)]
        if is_wider_than_the_screen(page):
            faults.append("wider than the screen")
        if faults:
            found[step] = faults
    assert not found


@pytest.mark.parametrize(
    "size",
    [{"width": 320, "height": 600}, {"width": 640, "height": 450}],
    ids=["400 % of a desk", "200 % of a desk"],
)
def test_enlarged_pages_need_no_sideways_scrolling(screen, size):
    page = screen(viewport=size)
    wide = [step for step in steps_of_a_whole_way(page) if is_wider_than_the_screen(page)]
    assert not wide


def test_text_twice_as_large_fits_a_phone(screen):
    page = screen(**PHONE)
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => {"
        " const sheet = new CSSStyleSheet(); sheet.replaceSync(':root { font-size: 200% }');"
        " document.adoptedStyleSheets.push(sheet); })"
    )
    wide = [step for step in steps_of_a_whole_way(page) if is_wider_than_the_screen(page)]
    assert not wide


@SCREENS
def test_document_is_signed_without_scripts(screen, size):
    page = screen(**size, java_script_enabled=False)
    one = package()
    come_in(page, one)
    ask_for_code(page)
    page.get_by_label("Код из шести цифр").fill(code_of(one))
    press(page, "Подписать документ")
    expect(page.get_by_role("heading", name="Документ подписан")).to_be_visible()
    with page.expect_download() as saved:
        follow(page, "Скачать подписанный документ")
    assert saved.value.suggested_filename.endswith("(подписан).pdf")
    assert Document.objects.get().status == Status.SIGNED


def test_document_is_signed_by_keyboard_alone(screen):
    page = screen(**DESK)
    one = package()
    page.goto(f"/s/{walk.token_of(one)}")
    tab_to(page, "Открыть документы")
    page.keyboard.press("Enter")
    expect(page.get_by_label("День")).to_be_focused()
    for part in ("14", "3", "1954"):
        page.keyboard.type(part)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign/documents/*/")
    tab_to(page, "Я прочитал(а) документ")
    page.keyboard.press("Space")
    tab_to(page, "Подписать")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Код из шести цифр")).to_be_focused()
    page.keyboard.type(code_of(one))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Документ подписан")).to_be_visible()


def test_signing_unticked_brings_the_tick_into_sight(screen):
    page = screen(**PHONE)
    come_in(page, package())
    press(page, "Подписать")
    tick = page.get_by_label("Я прочитал(а) документ")
    expect(tick).to_be_focused()
    expect(tick).to_be_in_viewport()
    assert not Delivery.objects.filter(purpose=Purpose.CODE).exists()


@SCREENS
def test_reader_sees_where_he_is_and_his_reading_is_witnessed(screen, size):
    page = screen(**size)
    come_in(page, package())
    expect(page.get_by_text("Страница 1 из 2", exact=True)).to_be_visible()
    assert not Event.objects.filter(kind="document:read_to_end").exists()
    with page.expect_response("**/read") as witnessed:
        page.get_by_label("Я прочитал(а) документ").scroll_into_view_if_needed()
    assert witnessed.value.status == 204
    expect(page.get_by_text("Страница 2 из 2", exact=True)).to_be_visible()
    assert Event.objects.filter(kind="document:read_to_end").count() == 1


def test_both_answers_stay_in_sight_and_are_of_one_size(screen):
    page = screen(**PHONE)
    come_in(page, package())
    sizes = []
    for button in (
        page.get_by_role("button", name="Подписать", exact=True),
        page.get_by_role("link", name="Отказаться", exact=True),
    ):
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        sizes.append((round(box["width"]), round(box["height"])))
    assert sizes[0] == sizes[1]


def test_message_can_be_asked_for_again_when_its_minute_is_over(screen):
    page = screen(**PHONE)
    page.clock.install()
    come_in(page, package())
    ask_for_code(page)
    again = page.get_by_role("button", name="Прислать код ещё раз")
    expect(again).to_be_disabled()
    page.clock.fast_forward("01:05")
    expect(again).to_be_enabled()
    page.clock.fast_forward("04:00")
    expect(page.get_by_text("Срок кода вышел")).to_be_visible()


def test_words_of_a_page_reach_a_screen_reader_once(screen):
    page = screen(**DESK)
    come_in(page, package())
    told = page.locator("main").aria_snapshot()
    for number in (1, 2):
        assert told.count(f"Страница {number} из 2") <= 3  # heading, its image, and the reader's place
        assert told.count(f"Страница {number}.") == 1


def test_language_changes_without_scripts_and_keeps_the_place(screen):
    page = screen(**PHONE, java_script_enabled=False)
    come_in(page, package())
    place = page.url
    press(page, "English")
    assert page.url == place
    expect(page.get_by_role("button", name="Sign", exact=True)).to_be_visible()
    press(page, "Русский")
    expect(page.get_by_role("button", name="Подписать", exact=True)).to_be_visible()
