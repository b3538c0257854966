"""Both documents as papers: their letters, their sheets, their bytes."""

import re
import warnings
from io import BytesIO

import pikepdf
import pytest
from pydantic import ValidationError

from sep.printing import Conclusion, Withdrawn, agreement, withdrawal
from tests.printing.paper import (
    CHILD,
    MOTHER,
    agreement_form,
    overflow,
    pages,
    signs,
    text,
    withdrawal_form,
)

DOCUMENTS = {
    "agreement on paper": (agreement, agreement_form()),
    "agreement as the first document": (
        agreement,
        agreement_form(conclusion=Conclusion.FIRST_DOCUMENT),
    ),
    "withdrawal of an ИДС": (withdrawal, withdrawal_form()),
    "withdrawal of a PDn consent for a child": (
        withdrawal,
        withdrawal_form(Withdrawn.PERSONAL_DATA_CONSENT, patient=CHILD, capacity=MOTHER),
    ),
}
each_document = pytest.mark.parametrize(("made", "form"), DOCUMENTS.values(), ids=DOCUMENTS)

MARKUP = r"#panic() $x^2$ *жирный* _курсив_ \ @ссылка <метка> `код` // нет [скобки] \u{41} #include"
NAMES = {
    "long": "Абдурахмангаджиева-Константинопольская Мария-Антуанетта-Элеонора Шарафутдиновна-кызы",
    "without spaces": "Щ" * 300,
    "apostrophe": "О'Коннор-д'Артаньян Д’Арси Жан-Поль оглы",
    "Latin": "Müller-Łukasiewicz Élodie Ångström",
    "Turkish, Tatar, Kazakh": "İbrahimoğlu Әлфия Җәмилә Қожахметұлы",
    "Greek": "Παπαδόπουλος Γεώργιος",
    "Hebrew": "דוד לוי",
    "Vietnamese": "Nguyễn Thị Hương",
    "Georgian": "გიორგი მაისურაძე",
    "Armenian": "Արմեն Սարգսյան",
    "one letter": "И",
    "prepositions": "И В О К",
}


def named(form, full_name: str):
    person = form.person.model_copy(update={"full_name": full_name})
    clinic = form.clinic.model_copy(update={"name": full_name})
    return form.model_copy(update={"person": person, "clinic": clinic})


@each_document
def test_a_document_stays_within_its_margins_on_two_sheets_at_most(made, form):
    pdf = made(form)
    assert overflow(pdf) == []
    assert len(pages(pdf)) <= 2
    assert f"стр. 1 из {len(pages(pdf))}" in text(pdf)


@each_document
def test_a_document_printed_again_is_the_same_to_the_last_byte(made, form):
    assert made(form) == made(type(form).model_validate(form.model_dump(exclude_computed_fields=True)))


@each_document
def test_a_document_of_other_data_is_another(made, form):
    assert made(form) != made(form.model_copy(update={"number": "другой"}))


@each_document
def test_a_screen_reader_can_read_it(made, form):
    with pikepdf.open(BytesIO(made(form))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "ru"
        assert "/StructTreeRoot" in pdf.Root
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]


@each_document
def test_all_letters_are_in_the_file(made, form):
    with pikepdf.open(BytesIO(made(form))) as pdf:
        fonts = [font for page in pdf.pages for font in page.resources.Font.values()]
        assert fonts
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
            assert "Libertinus" in str(font.BaseFont)


@each_document
def test_signs_of_markup_are_only_letters(made, form):
    shown = signs(text(made(named(form, MARKUP))))
    assert shown.count(signs(MARKUP)) >= 3  # the letterhead, the party, the signature


@pytest.mark.parametrize("full_name", NAMES.values(), ids=NAMES)
@each_document
def test_any_name_stays_on_the_sheet_and_whole(made, form, full_name: str):
    pdf = made(named(form, full_name))
    shown = text(pdf)
    assert overflow(pdf) == []
    assert "□" not in shown
    if full_name == NAMES["Hebrew"]:  # the text layer keeps the order in which letters are drawn
        assert all(letter in shown for letter in full_name)
    else:
        assert signs(full_name) in signs(shown)


@each_document
def test_letters_that_no_font_has_are_told_as_squares(made, form):
    shown = text(made(named(form, "李小龙 Мэй 😀")))
    assert "□□□ Мэй □" in shown


@each_document
def test_every_field_may_be_as_long_as_it_is_allowed(made, form):
    long = "Ъ" * 500 + " " + "слово " * 80
    pdf = made(named(form, long).model_copy(update={"number": "Щ" * 40}))
    assert overflow(pdf) == []
    assert signs(long) in signs(text(pdf))


@each_document
def test_no_warning_is_raised_while_it_is_set(made, form):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made(form)


@each_document
def test_what_follows_a_name_from_right_to_left_stays_after_it(made, form):
    shown = text(made(named(form, "דוד לוי")))
    assert re.search(r"[דוליו ]{6,7}, 12\.05\.1986", shown)


def test_hidden_signs_do_not_turn_a_name_around():
    turned = "Иванов\u202eвотсеШ\u202c\u200b Пётр\u0007\nИльич"
    person = agreement_form().person.model_validate(
        {"full_name": turned, "birth_date": "1980-01-02", "phone": "+7 9** ***-**-65"}
    )
    assert person.full_name == "ИвановвотсеШ Пётр Ильич"


@pytest.mark.parametrize("empty", ["", "   ", "\u202e\u200b"])
def test_a_name_of_nothing_is_refused(empty: str):
    with pytest.raises(ValidationError):
        type(CHILD)(full_name=empty, birth_date="2013-08-31")
