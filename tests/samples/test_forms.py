import json
from datetime import date
from decimal import Decimal
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from pydantic import ValidationError

from sep.samples import (
    ConsentForm,
    ContractForm,
    Form,
    Informed,
    Patient,
    Representative,
    Service,
    adult_consent,
    adult_contract,
    child_consent,
    child_contract,
    render,
)
from sep.samples.data import long_date, rubles, short_date

DAY = date(2026, 6, 25)
EXAMPLES = [
    ("consent", child_consent(DAY)),
    ("consent", adult_consent(DAY)),
    ("contract", child_contract(DAY)),
    ("contract", adult_contract(DAY)),
]
IDS = ["child consent", "adult consent", "child contract", "adult contract"]
MARKUP = r"#panic() $x^2$ *жирный* _курсив_ \ @ссылка <метка> `код` // нет"
LONG = "Абдурахмангаджиева-Константинопольская Мария-Антуанетта-Элеонора Шарафутдиновна-кызы"
UNBREAKABLE = "Щ" * 180
ODD_NAMES = {
    "apostrophe": "О'Коннор-д'Артаньян Д’Арси Жан-Поль оглы",
    "Latin": "Müller-Łukasiewicz Élodie Anne-Sophie",
    "no patronymic": "Ли Мэй",
    "of 120 letters": "А" * 59 + " " + "Б" * 60,
    "one letter": "И",
}


def pages(pdf: bytes) -> list[pypdfium2.PdfPage]:
    return list(pypdfium2.PdfDocument(pdf))


def text(pdf: bytes) -> str:
    """The text layer as one line: a person's eye does not see where lines end."""
    found = " ".join(page.get_textpage().get_text_bounded() for page in pages(pdf))
    found = found.replace("\ufffe\r\n", "").replace("\ufffe", "").replace("\u200b", "")
    return " ".join(found.split())


def letters(shown: str) -> str:
    """Without spaces and hyphens: the end of a line adds the former and swallows the latter."""
    return "".join(letter for letter in shown if letter.isalpha())


def overflow(pdf: bytes) -> list[str]:
    """Letters outside of the margins, 25 mm and 18 mm; a hyphen may hang by a hair."""
    millimetre = 72 / 25.4
    outside = []
    for page in pages(pdf):
        layer = page.get_textpage()
        for index in range(layer.count_chars()):
            letter = layer.get_text_range(index, 1)
            left, _bottom, right, _top = layer.get_charbox(index)
            if letter.strip() and (left < 24.5 * millimetre or right > page.get_width() - 16.5 * millimetre):
                outside.append(letter)
    return outside


def with_patient(form: Form, full_name: str) -> Form:
    return form.model_copy(update={"patient": form.patient.model_copy(update={"full_name": full_name})})


@pytest.mark.parametrize(("name", "form"), EXAMPLES, ids=IDS)
def test_every_name_is_in_the_text(name: str, form: Form):
    shown = text(render(name, form))
    people = [form.patient, form.representative] if form.representative else [form.patient]
    for person in people:
        assert person.full_name in shown
        assert short_date(person.birth_date) in shown
    assert form.clinic.name in shown
    assert form.note in shown


@pytest.mark.parametrize(("name", "form"), EXAMPLES, ids=IDS)
def test_a_form_takes_two_sheets_and_stays_within_its_margins(name: str, form: Form):
    pdf = render(name, form)
    assert len(pages(pdf)) == 2
    assert overflow(pdf) == []
    assert "стр. 1 из 2" in text(pdf)


@pytest.mark.parametrize(("name", "form"), EXAMPLES, ids=IDS)
def test_a_form_printed_again_is_the_same_to_the_last_byte(name: str, form: Form):
    assert render(name, form) == render(name, form)


@pytest.mark.parametrize(("name", "form"), EXAMPLES, ids=IDS)
def test_a_screen_reader_can_read_it(name: str, form: Form):
    with pikepdf.open(BytesIO(render(name, form))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "ru"
        assert "/StructTreeRoot" in pdf.Root
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]


@pytest.mark.parametrize(("name", "form"), EXAMPLES, ids=IDS)
def test_all_letters_are_in_the_file(name: str, form: Form):
    with pikepdf.open(BytesIO(render(name, form))) as pdf:
        fonts = [font for page in pdf.pages for font in page.resources.Font.values()]
        assert fonts
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert "Libertinus" in str(font.BaseFont)


@pytest.mark.parametrize(("name", "form"), EXAMPLES, ids=IDS)
def test_signs_of_markup_are_only_letters(name: str, form: Form):
    pdf = render(name, with_patient(form, MARKUP))
    assert MARKUP in text(pdf)


@pytest.mark.parametrize("full_name", [LONG, UNBREAKABLE], ids=["long", "without spaces"])
@pytest.mark.parametrize(("name", "form"), EXAMPLES, ids=IDS)
def test_a_long_name_stays_on_the_sheet_and_whole(name: str, form: Form, full_name: str):
    pdf = render(name, with_patient(form, full_name))
    assert overflow(pdf) == []
    assert letters(full_name) in letters(text(pdf))


@pytest.mark.parametrize("full_name", ODD_NAMES.values(), ids=ODD_NAMES)
@pytest.mark.parametrize("form", [adult_consent(DAY), adult_contract(DAY)], ids=["consent", "contract"])
def test_an_odd_name_is_printed_as_it_is(form: Form, full_name: str):
    pdf = render("consent" if isinstance(form, ConsentForm) else "contract", with_patient(form, full_name))
    assert overflow(pdf) == []
    assert len(pages(pdf)) == 2
    assert "".join(full_name.split()) in "".join(text(pdf).split())
    assert "\ufffd" not in text(pdf)


def test_the_service_with_a_long_code_and_name_stays_in_the_table():
    service = Service(code="В" * 40, name="Электро" * 30, quantity=1000, price=Decimal("9999999.99"))
    pdf = render("contract", adult_contract(DAY).model_copy(update={"services": [service] * 30}))
    assert overflow(pdf) == []
    assert len(pages(pdf)) > 2


def test_a_contract_adds_up():
    services = [
        Service(code="A", name="Первая", quantity=3, price=Decimal("33.33")),
        Service(code="B", name="Вторая", price=Decimal("0.01")),
    ]
    shown = text(render("contract", adult_contract(DAY).model_copy(update={"services": services})))
    assert "99,99 руб." in shown
    assert "Итого 100,00 руб." in shown
    assert "Цена договора — 100,00 руб." in shown


def test_a_representative_is_named_as_the_one_who_signs():
    shown = text(render("consent", child_consent(DAY)))
    assert "Я, Тестовая Анна Сергеевна, действую как законный представитель" in shown
    assert "мать; свидетельство о рождении" in shown
    assert "законный представитель" not in text(render("consent", adult_consent(DAY))).lower()


def test_those_who_may_be_told_are_listed():
    friend = Informed(full_name="Иванов Пётр Ильич", relation="сын", phone="+7 (000) 000-00-01")
    form = adult_consent(DAY).model_copy(update={"informed": [friend]})
    shown = text(render("consent", form))
    assert "Иванов Пётр Ильич, сын, тел. +7 (000) 000-00-01" in shown
    assert "Я никого не указываю" not in shown


def test_the_law_is_told_honestly():
    shown = text(render("consent", adult_consent(DAY)))
    assert "простая электронная подпись" in shown
    assert "через Госуслуги" in shown
    assert "оформляется на бумаге" in shown


def test_the_data_of_another_form_is_refused():
    with pytest.raises(TypeError):
        render("contract", adult_consent(DAY))
    with pytest.raises(KeyError):
        render("../secret", adult_consent(DAY))


@pytest.mark.parametrize("price", ["-1", "0.001", "NaN"])
def test_a_price_is_money(price: str):
    with pytest.raises(ValidationError):
        Service(code="A", name="Услуга", price=Decimal(price))


def test_an_empty_name_is_refused():
    with pytest.raises(ValidationError):
        Patient(full_name="", birth_date=DAY)
    with pytest.raises(ValidationError):
        Representative(full_name="Тестовая Анна", birth_date=DAY, relation="", basis="—")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "0,00 руб."),
        ("999.9", "999,90 руб."),
        ("1500", "1 500,00 руб."),
        ("1234567.89", "1 234 567,89 руб."),
    ],
)
def test_money_is_written_as_in_russian(amount: str, shown: str):
    assert rubles(Decimal(amount)).replace("\u00a0", " ") == shown
    assert " " not in rubles(Decimal(amount))


def test_dates_are_written_as_in_russian():
    assert long_date(DAY).replace("\u00a0", " ") == "25 июня 2026 г."
    assert short_date(date(2013, 8, 1)) == "01.08.2013"


def test_a_form_may_be_filled_from_json():
    told = adult_contract(DAY).model_dump(exclude_computed_fields=True)
    assert ContractForm.model_validate(told) == adult_contract(DAY)
    assert json.loads(child_consent(DAY).model_dump_json())["made_on"].endswith("г.")
    assert ConsentForm.model_validate(child_consent(DAY).model_dump(exclude_computed_fields=True))
