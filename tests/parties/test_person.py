"""A person's values: phones in one form, masks that tell nothing, a round trip through JSON."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sep.parties.person import InvalidPhone, Person, SigningPerson, mask_phone, normalize_phone


@pytest.mark.parametrize(
    "written",
    [
        "+79161234567",
        "8 (916) 123-45-67",
        "89161234567",
        "+7 916 123 45 67",
        " 8-916-123-45-67 ",
        "9161234567",
    ],
)
def test_number_is_the_same_however_it_is_written(written):
    assert normalize_phone(written) == "+79161234567"


@pytest.mark.parametrize("written", ["", "12", "телефон", "+7916123456", "+791612345678", "++7"])
def test_what_is_no_number_is_refused(written):
    with pytest.raises(InvalidPhone):
        normalize_phone(written)


def test_mask_shows_the_last_two_digits_and_nothing_else():
    assert mask_phone("+79161234565") == "+7\u00a09**\u00a0***-**-65"


@given(st.from_regex(r"\+[1-9][0-9]{9,14}", fullmatch=True))
def test_mask_of_any_number_hides_all_but_four_signs(phone):
    masked = mask_phone(phone)
    shown = "".join(letter for letter in masked if letter.isdigit())
    assert len(shown) <= 4
    assert masked.endswith(phone[-2:])
    assert phone[2:-2] not in masked


@given(
    st.builds(
        SigningPerson,
        family=st.text(max_size=20),
        given=st.text(max_size=20),
        patronymic=st.text(max_size=20),
        birth_date=st.dates(),
        sex=st.sampled_from([None, 1, 2]),
        relation=st.text(max_size=9),
        in_medical_record=st.booleans(),
    )
)
def test_person_comes_back_from_json_unchanged(person):
    assert SigningPerson.from_json(person.to_json()) == person


def test_full_name_leaves_out_what_is_absent():
    assert Person("Иванова", "Мария", "", date(1954, 3, 14)).full_name == "Иванова Мария"
