from dataclasses import replace
from decimal import Decimal

import pytest

from clinic.forms.markup import MarkupError
from clinic.forms.models import FormVersion, Printed, PrintForm
from clinic.forms.printing import FormWithoutText, preview, print_form, render
from clinic.forms.signals import form_printed
from clinic.forms.subjects import subject_of
from clinic.staff.models import User
from clinic.visits.models import OrderLine
from sep.vault import blobs

from .reading import fonts_embedded, letters, metadata, outside_the_margins, overlapping, page_count, words

CODE = [
    '#import "@preview/x:0.1.0": *',
    '#panic("нет")',
    '#read("/etc/passwd")',
    "\\ \\# \\u{41}",
    "$x^2 + sqrt(y)$",
    "] [ ] ) ( \" '",
    "*звёзды* _черта_ `код`",
    "@ссылка <метка> // комментарий /* и ещё */",
    "~ --- ... -? 1. + -",
    "{{}} %s ${HOME} <b>x</b>",
]


def test_document_is_tagged_russian_and_named(talon):
    pdf = render("# Согласие\n\nТекст.", talon, title="ИДС на осмотр")
    assert metadata(pdf) == {"title": "ИДС на осмотр", "language": "ru", "marked": True, "pdfua": "1"}
    assert fonts_embedded(pdf)


def test_printed_again_it_is_the_same_document(order):
    text = "# Договор\n\n{подписант.вводная}.\n\n[услуги]\n[реквизиты]\n[подпись]"
    assert render(text, order, title="Договор") == render(text, order, title="Договор")


def test_letterhead_footer_and_page_numbers_are_there(talon):
    shown = words(render("# Раз\n\n[новая страница]\n\nДва", talon, title="ИДС"))
    assert "Клиника «Рябина» Общество с ограниченной ответственностью" in shown
    assert "Лицензия Л041-01197-26/00300000" in shown
    assert "Страница 1 из 2" in shown
    assert "Страница 2 из 2" in shown
    assert "ИДС · Образцов А. И." in shown


def test_blocks_come_out_as_written(talon):
    shown = words(render("# Права\n- раз\n- два\n\n1.1. три\n\n[ ] нет\n[x] да", talon, title="А"))
    assert "Права – раз – два 1.1. три ☐ нет ☒ да" in shown


def test_condition_follows_the_signer(talon):
    text = "[если представитель]\nза {пациент.фио}\n[иначе]\nза себя\n[конец]"
    assert "за Образцов Артём Ильич" in words(render(text, talon, title="А"))
    assert "за себя" in words(render(text, replace(talon, representative=None), title="А"))


def test_services_are_summed_in_figures_and_words(order):
    shown = words(render("[услуги]", order, title="А"))
    assert "1 Приём (осмотр, консультация) врача-педиатра первичный 1 1 800,00 ₽ 1 800,00 ₽" in shown
    assert "Итого 1 910,00 ₽" in shown
    assert "Сумма прописью: одна тысяча девятьсот десять рублей 00 копеек." in shown


def test_discount_is_in_the_sum(order):
    line = OrderLine(name="УЗИ", quantity=Decimal(2), price=Decimal(1000), discount_percent=Decimal(10))
    shown = words(render("[услуги] ".strip(), replace(order, lines=(line,)), title="А"))
    assert "УЗИ 2 1 000,00 ₽ 1 800,00 ₽" in shown


def test_signature_names_signer_doctor_and_the_way_of_signing(talon):
    shown = words(render("Текст\n\n[подпись]", talon, title="А"))
    assert "Законный представитель пациента (мать)" in shown
    assert "Образцова Мария Петровна" in shown
    assert "Медицинский работник" in shown
    assert "в сервисе электронного подписания (СЭП)" in shown


def test_two_sides_of_a_contract_sign_it(order):
    shown = words(render("Текст\n\n[реквизиты]\n\n[подпись]", order, title="А"))
    assert "Заказчик — законный представитель пациента" in shown
    assert "Исполнитель Рябинина Елена Викторовна" in shown


def test_signature_never_stands_alone_on_a_page(talon):
    for lines in range(40, 52):
        text = "\n\n".join(["Строка."] * lines) + "\n\nПоследние слова.\n\n[подпись]"
        pdf = render(text, talon, title="А")
        if page_count(pdf) > 1:
            last = words(pdf).split("Страница 1 из 2")[1]
            assert "Последние слова." in last
            return
    pytest.fail("the text never reached the second page")


@pytest.mark.parametrize("block", ["слово " * 3000, "\n".join(f"{n}. пункт" for n in range(1, 400))])
def test_long_block_before_a_signature_goes_over_pages(order, block):
    pdf = render(f"# Договор\n\n{block}\n\n[реквизиты]\n[подпись]", order, title="А")
    assert page_count(pdf) > 3
    assert outside_the_margins(pdf) == []
    assert overlapping(pdf) == []


@pytest.mark.parametrize("code", CODE)
def test_code_in_a_name_is_plain_text(talon, code):
    talon.patient.family = code
    shown = words(render("{пациент.фио}\n\n[реквизиты]", talon, title=code))
    assert letters(code) in letters(shown)
    for sign in "#$\\@<*_`":
        assert shown.count(sign) >= code.count(sign)


@pytest.mark.parametrize("code", [line for line in CODE if "{" not in line])
def test_code_in_a_forms_text_is_plain_text(talon, code):
    shown = words(render(f"Слова {code}", talon, title="А"))
    assert letters(code) in letters(shown)


def test_markup_in_a_name_is_not_read(talon):
    talon.patient.family = "**Жирный** {клиника.инн} [подпись]"
    shown = words(render("- {пациент.фио}", talon, title="А"))
    assert "**Жирный** {клиника.инн} [подпись] Артём Ильич" in shown


@pytest.mark.parametrize(
    "family", ["李小龍", "Иванов 😀", "\u0000И\u001bв\u202eанов", "ა ბ", "ﷺ", "\ue000\uffff"]
)
def test_letter_without_a_glyph_does_not_stop_the_printing(talon, family):
    talon.patient.family = family
    pdf = render("{пациент.фио}", talon, title=family)
    assert "Артём Ильич" in words(pdf)
    assert metadata(pdf)["pdfua"] == "1"


def test_unknown_placeholder_is_not_printed(talon):
    with pytest.raises(MarkupError) as told:
        render("а\n\n{пациент.рост}", talon, title="А")
    assert told.value.line == 3


def test_hundred_services_go_over_pages(order):
    lines = tuple(
        OrderLine(
            name=f"Исследование {number} " + "очень подробное " * (number % 7), price=Decimal("99999999.99")
        )
        for number in range(100)
    )
    pdf = render("# Договор\n\n[услуги]\n[реквизиты]\n[подпись]", replace(order, lines=lines), title="А")
    assert page_count(pdf) > 2
    assert outside_the_margins(pdf) == []
    assert overlapping(pdf) == []
    assert "девять миллиардов девятьсот девяносто девять миллионов" in words(pdf)


def test_preview_is_of_an_invented_patient(letterhead):
    assert "Образцов Артём Ильич" in words(preview("{пациент.фио}", letterhead, "patient_card", "А"))


@pytest.fixture
def form(clinic):
    form = PrintForm.objects.create(
        institution=clinic, code="А.1", name="ИДС на осмотр", object="patient_card"
    )
    FormVersion.objects.create(form=form, number=1, text="Первая версия")
    FormVersion.objects.create(form=form, number=2, text="Вторая версия, {пациент.фио}")
    return form


@pytest.fixture
def registrar(clinic):
    return User.objects.get(username="registrar")


def test_printed_document_keeps_its_version_file_and_signer(clinic, boy, form, registrar):
    printed = print_form(form, subject_of(clinic, "patient_card", boy.pk), registrar)
    assert printed.version.number == 2
    assert (printed.name, printed.object, printed.object_number) == (
        "ИДС на осмотр",
        "patient_card",
        "2156792",
    )
    assert (printed.patient, printed.author, printed.representative.relation) == (boy, registrar, "mother")
    assert "Вторая версия, Тестовый Тест Тестович" in words(blobs.get(clinic, printed.sha256))


def test_later_version_does_not_change_what_was_printed(clinic, boy, form, registrar):
    printed = print_form(form, subject_of(clinic, "patient_card", boy.pk), registrar)
    FormVersion.objects.create(form=form, number=3, text="Третья версия")
    printed.refresh_from_db()
    assert printed.version.number == 2
    assert "Вторая версия" in words(blobs.get(clinic, printed.sha256))


def test_those_who_listen_are_told_in_the_same_transaction(clinic, boy, form, registrar):
    def fail(printed, **_):
        assert printed.pk
        raise RuntimeError("no")

    form_printed.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            print_form(form, subject_of(clinic, "patient_card", boy.pk), registrar)
    finally:
        form_printed.disconnect(fail)
    assert not Printed.objects.exists()


def test_form_without_a_text_is_not_printed(clinic, boy, registrar):
    empty = PrintForm.objects.create(institution=clinic, code="А.2", name="Пустая", object="patient_card")
    with pytest.raises(FormWithoutText):
        print_form(empty, subject_of(clinic, "patient_card", boy.pk), registrar)
