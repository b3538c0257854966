import pytest
from pydantic import ValidationError

from sep.printing import Withdrawn, WithdrawnDocument, withdrawal
from tests.printing.paper import CHILD, MOTHER, overflow, pages, text, withdrawal_form

HEALTH, DATA = Withdrawn.CONSENT, Withdrawn.PERSONAL_DATA_CONSENT
both_kinds = pytest.mark.parametrize("kind", Withdrawn)


def shown(kind: Withdrawn, **changes) -> str:
    return text(withdrawal(withdrawal_form(kind, **changes)))


@both_kinds
def test_the_withdrawn_document_is_told_beyond_doubt(kind: Withdrawn):
    page = shown(kind)
    assert withdrawal_form(kind).document.name in page
    assert "7F3K2M" in page
    assert "25 июня 2026 г." in page
    assert "0123456789abcdef" * 4 in page.replace(" ", "")
    assert "ООО «Клиника „Рябина“»" in page
    assert "Отзыв № О-000012 от 23 ноября 2026 г." in page


@both_kinds
def test_it_acts_forward_only_and_the_original_stays(kind: Withdrawn):
    page = shown(kind)
    assert "только вперёд" in page
    assert "Сам документ не уничтожается и не изменяется" in page


def test_consequences_for_health_are_told_in_plain_words():
    page = shown(HEALTH)
    assert "Части 3 и 4 статьи 20 Федерального закона от 21.11.2011 № 323-ФЗ" in page
    assert "обязан объяснить врач" in page
    assert "103 или 112" in page
    assert "152-ФЗ" not in page


def test_consequences_for_personal_data_are_told_in_plain_words():
    page = shown(DATA)
    assert "Часть 2 статьи 9 Федерального закона от 27.07.2006 № 152-ФЗ" in page
    assert "не позднее тридцати дней" in page
    assert "вести и хранить медицинскую документацию" in page
    assert "323-ФЗ" not in page


@both_kinds
def test_a_representative_acts_for_the_patient(kind: Withdrawn):
    page = shown(kind, patient=CHILD, capacity=MOTHER)
    assert "действуя за пациента, указанного выше, отзываю согласие" in page
    assert "Тестовый Тест Тестович, 31.08.2013 г. р." in page
    assert "мать; свидетельство о рождении" in page
    assert "Законный представитель пациента" in page
    assert "действуя за пациента" not in shown(kind)


def test_the_duty_of_a_guardian_is_told_to_a_representative_alone():
    assert "орган опеки" in shown(HEALTH, patient=CHILD, capacity=MOTHER)
    assert "орган опеки" not in shown(HEALTH)


@both_kinds
def test_a_reason_is_told_only_if_one_is_given(kind: Withdrawn):
    assert "Причину я не называю: это моё право." in shown(kind)
    page = shown(kind, reason="Переезжаю *в другой* город #panic()")
    assert "Переезжаю *в другой* город #panic()" in page
    assert "Причину я не называю" not in page


@both_kinds
def test_the_longest_reason_stays_on_the_sheet(kind: Withdrawn):
    pdf = withdrawal(withdrawal_form(kind, patient=CHILD, capacity=MOTHER, reason="Ы" * 500))
    assert overflow(pdf) == []
    assert len(pages(pdf)) <= 2
    assert text(pdf).replace(" ", "").count("Ы") == 500


@pytest.mark.parametrize("sha256", ["", "0" * 63, "g" * 64, "A" * 64])
def test_a_hash_is_64_hexadecimal_digits(sha256: str):
    with pytest.raises(ValidationError):
        WithdrawnDocument(kind=HEALTH, name="ИДС", number="1", signed_on="2026-06-25", sha256=sha256)
