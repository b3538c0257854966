"""СНИЛС, ЕНП, ИНН, phones, names and papers: what is kept, and what is refused with which word."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from clinic.patients import identifiers


@pytest.mark.parametrize(
    ("check", "typed", "kept"),
    [
        (identifiers.snils, "112-233-445 95", "11223344595"),
        (identifiers.snils, "11223344595", "11223344595"),
        (identifiers.snils, "087-654-303 00", "08765430300"),  # the sum is 202: the rest 0
        (identifiers.snils, "001-001-998 77", "00100199877"),  # so early ones were not checked
        (identifiers.enp, "2623 5689 8989 8989", "2623568989898989"),
        (identifiers.inn, "500100732259", "500100732259"),
        (identifiers.mobile, "8 (916) 123-45-67", "+79161234567"),
        (identifiers.mobile, "9161234567", "+79161234567"),
        (identifiers.mobile, "+375 29 123-45-67", "+375291234567"),
        (identifiers.home_phone, "8 865 245-00-00", "+78652450000"),
        (identifiers.home_phone, "0154167", "0154167"),
        (identifiers.name, "  иванова ", "Иванова"),
        (identifiers.name, "ИВАНОВА-ПЕТРОВА", "Иванова-Петрова"),
        (identifiers.name, "римский-корсаков", "Римский-Корсаков"),
        (identifiers.name, "О’Коннор", "О'Коннор"),
        (identifiers.name, "д'Артаньян", "д'Артаньян"),
        (identifiers.name, "Али оглы", "Али оглы"),
        (identifiers.name, "Ли", "Ли"),
        (identifiers.name, "Ы", "Ы"),
        (identifiers.name, "Smith", "Smith"),
        (identifiers.name, "Müller", "Müller"),
    ],
)
def test_is_kept_in_one_spelling(check, typed, kept):
    assert check(typed) == kept
    assert check(kept) == kept


@pytest.mark.parametrize(
    ("check", "typed", "code"),
    [
        (identifiers.snils, "112-233-445 96", "snils_control"),
        (identifiers.snils, "112-233-445", "snils_length"),
        (identifiers.snils, "нет", "snils_length"),
        (identifiers.enp, "262356898989898", "enp_length"),
        (identifiers.inn, "500100732258", "inn_control"),
        (identifiers.inn, "5001007322", "inn_length"),
        (identifiers.mobile, "0154167", "phone_wrong"),
        (identifiers.mobile, "8 865 245-00-00", "phone_not_mobile"),
        (identifiers.mobile, "звонить маме", "phone_wrong"),
        (identifiers.home_phone, "123", "phone_short"),
        (identifiers.name, "Иванов1", "name_signs"),
        (identifiers.name, "-", "name_signs"),
        (identifiers.name, "<b>", "name_signs"),
        (identifiers.name, "Ивaнов", "name_alphabets"),
    ],
)
def test_is_refused(check, typed, code):
    with pytest.raises(ValidationError) as refused:
        check(typed)
    assert refused.value.code == code


def test_a_doubtful_enp_is_told_and_not_refused():
    assert identifiers.doubt_about_enp("2623568989898989")
    assert not identifiers.doubt_about_enp("2623568989898985")


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 15), st.integers(1, 9))
def test_any_one_wrong_digit_of_an_enp_is_noticed(body, place, shift):
    good = [body + digit for digit in "0123456789" if not identifiers.doubt_about_enp(body + digit)]
    assert len(good) == 1  # exactly one control digit fits
    wrong = list(good[0])
    wrong[place] = str((int(wrong[place]) + shift) % 10)
    assert identifiers.doubt_about_enp("".join(wrong))


@given(st.integers(1_001_999, 999_999_999))
def test_each_number_has_one_control_of_snils(number):
    fits = []
    for control in range(101):
        try:
            fits.append(identifiers.snils(f"{number:09}{control:02}"[:11]))
        except ValidationError:
            continue
    assert len(set(fits)) == 1


@pytest.mark.parametrize(
    ("kind", "series", "number", "kept"),
    [
        (identifiers.PASSPORT, "0709", "123456", ("07 09", "123456")),
        (identifiers.PASSPORT, " 07  09", "123456", ("07 09", "123456")),
        (identifiers.PASSPORT, "", "", ("", "")),
        (identifiers.BIRTH_CERTIFICATE, "i-дн", "654321", ("I-ДН", "654321")),
        (identifiers.BIRTH_CERTIFICATE, "У МЮ", "654321", ("V-МЮ", "654321")),
        ("Паспорт иностранного гражданина", "ab", "77", ("AB", "77")),
    ],
)
def test_a_paper_is_kept_as_it_is_written(kind, series, number, kept):
    assert identifiers.document(kind, series, number) == kept


@pytest.mark.parametrize(
    ("kind", "series", "number", "wrong"),
    [
        (identifiers.PASSPORT, "070", "123456", {"series"}),
        (identifiers.PASSPORT, "0709", "12345", {"number"}),
        (identifiers.PASSPORT, "", "123456", {"series"}),
        (identifiers.BIRTH_CERTIFICATE, "ДН", "1", {"series", "number"}),
    ],
)
def test_a_wrong_paper_is_refused_by_its_parts(kind, series, number, wrong):
    with pytest.raises(ValidationError) as refused:
        identifiers.document(kind, series, number)
    assert set(refused.value.error_dict) == wrong


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 6, 26), "birth_future"), (date(1899, 12, 31), "birth_early")]
)
def test_nobody_is_born_tomorrow_or_before_1900(day, code):
    with pytest.raises(ValidationError) as refused:
        identifiers.birth_date(day, date(2026, 6, 25))
    assert refused.value.code == code
    assert identifiers.birth_date(date(2026, 6, 25), date(2026, 6, 25))


def test_a_mask_shows_two_last_digits_alone():
    assert identifiers.mask_phone("+79154167000") == "+7\u00a09**\u00a0***-**-00"
    assert identifiers.mask_phone("+375291234567") == "+37\u00a0***\u00a067"
    assert identifiers.mask_phone("") == ""


def test_numbers_are_shown_as_they_are_usually_written():
    assert identifiers.format_snils("11223344595") == "112-233-445\u00a095"
    assert identifiers.format_phone("+79161234567") == "+7\u00a0916\u00a0123-45-67"
    assert identifiers.format_phone("0154167") == "0154167"
