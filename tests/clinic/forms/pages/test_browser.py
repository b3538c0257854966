"""The editor and «Печать» in a real browser: without a mouse, once, and nothing lost."""

import pytest
from playwright.sync_api import expect

from clinic.forms import shipped_forms
from clinic.forms.models import Printed, PrintForm
from clinic.signing.models import PackageDocument
from tests.clinic.forms.pages.talons import talon_of
from tests.journeys.eyes import barriers, is_wider_than_the_screen

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
]


@pytest.fixture
def talon_of_the_boy(clinic):
    return talon_of(clinic)


@pytest.fixture
def desk(seated):
    """The registrar's screen; the clinic has its forms."""
    return seated("registrar")


@pytest.fixture
def editor(seated, clinic):
    """The administrator's screen, with the contract open."""
    opened = seated("admin")
    shipped_forms.install(clinic)
    form = PrintForm.objects.get(code="KAV.0661")
    opened.goto(f"/clinic/print-forms/{form.pk}/")
    opened.form = form
    return opened


def test_two_forms_are_printed_without_a_mouse_and_wait_in_the_package(desk, talon_of_the_boy):
    desk.goto(f"/clinic/appointments/{talon_of_the_boy.pk}/")
    desk.keyboard.press("F9")
    search = desk.get_by_label("Найти форму")
    expect(search).to_be_focused()
    desk.keyboard.type("телемед")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Space")
    desk.keyboard.press("ArrowUp")
    desk.keyboard.press("Control+A")
    desk.keyboard.type("прививки")
    desk.keyboard.press("Enter")  # ticks it; with another ticked before, it is not printed unseen
    expect(desk.locator(".choices input:checked")).to_have_count(2)
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("2 документа добавлены в пакет СЭП")).to_be_visible()
    link = desk.get_by_role("link", name="Открыть «28. СЭП»")
    expect(link).to_be_focused()
    assert PackageDocument.objects.count() == Printed.objects.count() == 2
    desk.keyboard.press("Enter")
    desk.wait_for_url("**?tab=sep")
    expect(desk.locator("#sep tbody tr")).to_have_count(2)


def test_the_only_form_found_is_printed_by_enter_and_a_double_click_prints_once(desk, talon_of_the_boy):
    desk.goto(f"/clinic/print/appointment/{talon_of_the_boy.pk}/")
    desk.get_by_label("Найти форму").fill("телемед")
    desk.get_by_role("checkbox", name="ИДС на проведение телемедицинской консультации").check()
    desk.get_by_role("button", name="Печать").dblclick()
    expect(desk.get_by_text("1 документ добавлен в пакет СЭП")).to_be_visible()
    assert Printed.objects.count() == 1


def test_a_form_is_looked_at_before_it_is_printed(desk, talon_of_the_boy):
    desk.goto(f"/clinic/appointments/{talon_of_the_boy.pk}/")
    desk.keyboard.press("F9")
    desk.locator(".choices input").first.check()
    with desk.expect_response("**/look.pdf?*") as answer:
        desk.keyboard.press("F8")
    assert answer.value.headers["content-type"] == "application/pdf"
    expect(desk.locator("dialog iframe")).to_be_visible()
    assert not Printed.objects.exists()
    desk.locator(".choices input").first.focus()
    desk.keyboard.press("Escape")
    expect(desk.locator("dialog[open]")).to_have_count(0)


def test_the_editor_shows_faults_by_line_and_refuses_to_save_them(editor):
    text = editor.locator("#id_text")
    text.fill("# Договор\n\n{пациент.фиоо}\n")
    fault = editor.get_by_role("button", name="Строка 3")
    expect(fault).to_be_visible()
    fault.click()
    assert (
        text.evaluate("each => each.value.slice(each.selectionStart, each.selectionEnd)") == "{пациент.фиоо}"
    )
    editor.keyboard.press("Control+S")
    expect(editor.get_by_text("Форма не сохранена")).to_be_visible()
    expect(text).to_have_value("# Договор\n\n{пациент.фиоо}\n")
    assert editor.form.versions.count() == 1


def test_a_placeholder_is_found_and_inserted_and_what_the_document_looks_like_follows(editor):
    text = editor.locator("#id_text")
    text.fill("# Договор\n\n")
    with editor.expect_response("**/preview.pdf*") as answer:
        editor.get_by_label("Найти подстановку").fill("прописью")
        expect(editor.locator(".placeholders li:visible")).to_have_count(1)
        editor.keyboard.press("Enter")
    expect(text).to_have_value("# Договор\n\n{заказ.сумма_прописью}")
    assert answer.value.status == 200
    expect(editor.locator("[data-preview] iframe:not(.incoming)")).to_have_count(1)
    editor.get_by_role("button", name="Подпись", exact=True).click()
    expect(text).to_have_value("# Договор\n\n{заказ.сумма_прописью}\n[подпись]\n")
    editor.get_by_label("Для объекта").select_option("patient_card")
    expect(editor.get_by_text("нет у объекта")).to_be_visible()


def test_tabs_keep_what_was_typed_and_all_of_it_is_saved_by_one_press(editor):
    editor.locator("#id_text").fill("# Другой договор\n\n[подпись]\n")
    editor.get_by_role("link", name="Дополнительные настройки").click()
    editor.get_by_label("Тип PDF").select_option("accounting")
    editor.get_by_role("link", name="Заметки").click()
    editor.get_by_label("Заметки").last.fill("Проверено юристом")
    editor.keyboard.press("Control+S")
    expect(editor.get_by_text("мед услуг» сохранена")).to_be_visible()
    editor.form.refresh_from_db()
    assert (editor.form.pdf_type, editor.form.notes) == ("accounting", "Проверено юристом")
    assert editor.form.versions.first().text == "# Другой договор\n\n[подпись]\n"
    expect(editor.get_by_role("link", name="Заметки")).to_have_attribute("aria-current", "true")


def test_the_directory_is_walked_by_keys(seated):
    admin = seated("admin")
    admin.goto("/clinic/print-forms/")
    admin.keyboard.press("Control+K")
    admin.keyboard.type("KAV.0661")
    expect(admin.locator("#forms a.open")).to_have_count(1)
    admin.get_by_role("link", name="Версия").click()
    admin.wait_for_url("**sort=version*")
    expect(admin.locator("#forms a.open")).to_have_count(1)
    admin.get_by_label("Код или наименование").focus()
    admin.keyboard.press("ArrowDown")
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="Договор на оказание платных мед услуг")).to_be_visible()


def test_nothing_stands_in_the_way_of_a_reader(editor, talon_of_the_boy):
    pages = (
        "/clinic/print-forms/?group=object",
        f"/clinic/print-forms/{editor.form.pk}/?tab=extra",
        f"/clinic/print-forms/{editor.form.pk}/?tab=versions",
        f"/clinic/print/appointment/{talon_of_the_boy.pk}/",
    )
    for width in (1280, 768):
        editor.set_viewport_size({"width": width, "height": 800})
        for path in pages:
            editor.goto(path)
            assert not barriers(editor), path
            assert not is_wider_than_the_screen(editor), (path, width)
