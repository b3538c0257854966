from datetime import date

import pytest

from sep.parties.person import InvalidPhone, SigningPerson, mask_phone, normalize_phone


@pytest.mark.parametrize("text", ["+7 916 123-45-67", "8 (916) 123-45-67", "89161234567", "9161234567"])
def test_russian_number_is_read_however_it_is_written(text):
    assert normalize_phone(text) == "+79161234567"


@pytest.mark.parametrize("text", ["", "12", "телефон", "+7916123456789012"])
def test_what_cannot_be_a_number_is_refused(text):
    with pytest.raises(InvalidPhone):
        normalize_phone(text)


def test_mask_leaves_the_last_two_digits():
    assert mask_phone("+79161234565") == "+7\u00a09**\u00a0***-**-65"
    assert "2071838" not in mask_phone("+442071838750")


def test_person_survives_the_way_through_json():
    person = SigningPerson("Ким", "Ли", "", date(1990, 2, 28), phone="+79161234567", relation="mother")
    assert SigningPerson.from_json(person.to_json()) == person
