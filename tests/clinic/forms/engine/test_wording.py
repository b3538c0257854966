from decimal import Decimal

import pytest

from clinic.forms.wording import lowered, one_line, quantity, rubles, rubles_in_words, set_well, years


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "ноль рублей 00 копеек"),
        ("1", "один рубль 00 копеек"),
        ("22.01", "двадцать два рубля 01 копейка"),
        ("1800.5", "одна тысяча восемьсот рублей 50 копеек"),
        ("2000003.33", "два миллиона три рубля 33 копейки"),
    ],
)
def test_sum_is_told_in_words(amount, words):
    assert rubles_in_words(Decimal(amount)).replace("\u00a0", " ") == words


def test_sum_is_grouped_by_thousands():
    assert rubles(Decimal("1234567.8")) == "1\u00a0234\u00a0567,80\u00a0₽"


@pytest.mark.parametrize(
    ("amount", "shown"), [("1.00", "1"), ("1.50", "1,5"), ("10", "10"), ("100.00", "100")]
)
def test_quantity_has_no_idle_zeros(amount, shown):
    assert quantity(Decimal(amount)) == shown


@pytest.mark.parametrize(("age", "shown"), [(1, "1 год"), (3, "3 года"), (11, "11 лет"), (21, "21 год")])
def test_age_is_declined(age, shown):
    assert years(age).replace("\u00a0", " ") == shown


def test_prepositions_do_not_end_a_line():
    assert set_well("статья 20 и ч. 9 — о праве") == "статья\u00a020 и\u00a0ч.\u00a09\u00a0— о\u00a0праве"


def test_invisible_characters_and_line_ends_do_not_come_through():
    assert one_line("Ива\u0000нов\u200f\r\n  Пётр\u202e") == "Ива нов Пётр"


def test_first_letter_is_small_but_abbreviations_are_kept():
    assert lowered("Паспорт") == "паспорт"
    assert lowered("СНИЛС") == "СНИЛС"
