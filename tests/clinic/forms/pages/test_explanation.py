"""«Пояснение пациенту»: plain words and questions, kept in versions as the text is."""

import re

import pytest

from clinic.forms import shipped_forms
from clinic.forms.editing import last_version
from clinic.forms.models import PrintForm

from .test_forms import address, admin, asked, card_of

__all__ = ["admin"]
pytestmark = pytest.mark.django_db
FASTING = {"text": "Можно ли есть перед наркозом?", "answers": ["Да", "Нет"], "right": 1}


@pytest.fixture
def form(clinic):
    return PrintForm.objects.get(institution=clinic, shipped_as="ids-ultrasound")


def page(answer):
    return answer.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")


def test_a_summary_and_a_question_make_a_new_version(form, admin):
    admin.post(address(form), card_of(form, summary="Это не больно.\r\nГель смоют.", **asked([FASTING])))
    last = last_version(form)
    assert (last.number, last.summary, last.questions) == (2, "Это не больно.\nГель смоют.", [FASTING])
    assert last.text == form.versions.get(number=1).text
    shown = page(admin.get(f"{address(form)}?tab=explanation"))
    assert "Гель смоют." in shown
    assert "Можно ли есть перед наркозом?</textarea>" in shown
    assert "с пояснением" in shown


def test_what_was_not_changed_makes_no_version(form, admin):
    admin.post(address(form), card_of(form, summary="Это не больно.", **asked([FASTING])))
    admin.post(address(form), card_of(form, notes="Моя заметка"))
    assert last_version(form).number == 2


def test_an_answer_left_empty_closes_up(form, admin):
    question = FASTING | {"answers": ["Да", "", "Нет", "", "Не знаю"], "right": 2}
    admin.post(address(form), card_of(form, **asked([question])))
    assert last_version(form).questions == [FASTING | {"answers": ["Да", "Нет", "Не знаю"]}]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (FASTING | {"answers": ["Да"], "right": 0}, "Нужно от двух до пяти ответов"),
        (FASTING | {"right": ""}, "Укажите верный ответ"),
        (FASTING | {"right": 4}, "Укажите верный ответ"),
        (FASTING | {"text": ""}, "Есть ответы, но нет вопроса"),
        (FASTING | {"answers": ["Да", "Н" * 101]}, "100"),
    ],
)
def test_a_wrong_question_is_not_saved_and_is_shown_where_it_stands(form, admin, question, told):
    answer = admin.post(address(form), card_of(form, **asked([question])))
    assert answer.status_code == 422
    assert told in page(answer)
    assert re.search(r'data-tab="explanation" aria-current="true"', page(answer))
    assert last_version(form).number == 1


def test_a_summary_of_more_than_two_thousand_signs_is_refused(form, admin):
    assert admin.post(address(form), card_of(form, summary="я" * 2001)).status_code == 422
    assert admin.post(address(form), card_of(form, summary="я" * 2000)).status_code == 302


def test_a_restored_version_and_a_copy_bring_their_explanation(form, admin):
    admin.post(address(form), card_of(form, summary="Это не больно.", **asked([FASTING])))
    admin.post(address(form), card_of(form, summary=""))
    admin.post(f"{address(form)}versions/2/restore/")
    assert (last_version(form).number, last_version(form).summary) == (4, "Это не больно.")
    admin.post(f"{address(form)}copy/")
    twin = PrintForm.objects.get(name=f"{form.name} (копия)")
    assert last_version(twin).questions == [FASTING]


def test_the_second_to_save_sees_the_other_summary(form, admin):
    stale = card_of(form, summary="Моё.")
    admin.post(address(form), card_of(form, summary="Чужое."))
    answer = admin.post(address(form), stale)
    assert answer.status_code == 409
    assert "Чужое." in page(answer)
    assert last_version(form).summary == "Чужое."


def test_the_service_takes_what_the_shipped_forms_explain(clinic):
    explained = [form for form in shipped_forms.shipped_forms() if form.summary]
    assert {form.key for form in explained} == {
        "ids-telemedicine", "ids-telemedicine-talon", "ids-anaesthesia",
    }  # fmt: skip
    for form in explained:
        assert len(form.summary) <= 2000
        for question in form.questions:
            assert 2 <= len(question["answers"]) <= 5
            assert all(len(answer) <= 100 for answer in question["answers"])
            assert question["right"] in range(len(question["answers"]))
    assert [form.key for form in explained if form.questions] == ["ids-anaesthesia"]
    assert PrintForm.objects.get(institution=clinic, shipped_as="ids-anaesthesia").versions.get().questions
