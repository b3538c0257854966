"""A patient is found by whatever of him was typed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinic.institution.models import Institution
from clinic.patients.keys import KEY_LENGTH, name_key, phone_key
from clinic.patients.models import Patient, Sex
from clinic.patients.search import AT_MOST, _readings, find

pytestmark = pytest.mark.django_db


def card(clinic, number, full_name, born=date(1954, 3, 14), **more):
    family, name, patronymic = (*full_name.split("|"), "")[:3]
    return Patient.objects.create(
        institution=clinic,
        card_number=number,
        family=family,
        given=name,
        patronymic=patronymic,
        birth_date=born,
        sex=Sex.FEMALE,
        **more,
    )


@pytest.fixture
def ivanova(clinic):
    Patient.objects.filter(institution=clinic, card_number="2156801").delete()
    return card(clinic, "А-1024", "Иванова|Мария|Петровна", snils="11223344595", phone="+79161234567")


@pytest.mark.parametrize(
    "query",
    [
        "ива мар",
        "ИВАНОВА",
        "иванова мария петровна",
        "мария петровна",
        "мария иванова",
        "мария петровна иванова",
        "иванова петровна",
        "петров",
        "  иванова   м. п. ",
        "Bdfyjdf",
        "bdf vfh",
        "иванова 1954",
        "bdfyjdf 1954",
        "иванова 14.03.1954",
        "14.03.1954",
        "14031954",
        "14/3/1954",
        "1954-03-14",
        "14.03.54",
        "1954",
        "1954 иванова",
        "112-233-445 95",
        "11223344595",
        "112-233",
        "+7 (916) 123-45-67",
        "8 916 123 45 67",
        "89161234567",
        "9161234567",
        "916 123",
        "8916",
        "+7916",
        "4567",
        "123-45-67",
        "иванова 4567",
        "мар 45-67",
        "а-1024",
        "А-1024",
        "1024",
    ],
)
def test_ivanova_is_found_by(clinic, ivanova, query):
    if query == "1024":
        ivanova.card_number = "1024"
        ivanova.save()
    assert ivanova in find(clinic, query)


@pytest.mark.parametrize(
    "query",
    [
        "иванов мария сидоровна",
        "ванова",
        "иванова 1955",
        "иванова 15.03.1954",
        "сидорова 14.03.1954",
        "15.03.1954",
        "31.02.1954",
        "11223344596",
        "4568",
        "иванова 4568",
        "петрова 4567",
        "9162",
        "%",
        "_",
        "\\",
        "'; drop table",
        "\x00",
        "",
        "   ",
        "+",
        "7",
        "8",
        "()",
        "٣",
    ],
)
def test_ivanova_is_not_found_by(clinic, ivanova, query):
    assert ivanova not in find(clinic, query)


@pytest.mark.parametrize(
    ("full_name", "queries"),
    [
        ("Ёлкина|Алёна|Семёновна", ["елкина", "ЁЛКИНА", "алена елк", "семен", "`krbyf", "tkrbyf"]),
        ("Римский-Корсаков|Николай", ["римский", "римский-кор", "римский корсаков ник"]),
        ("О'Коннор|Джон", ["оконнор", "о’коннор", "о'кон дж"]),
        ("Мамедов|Рза|Али оглы", ["мамедов рза али оглы", "рза али", "рза мамедов"]),
        ("Аль Рашид|Мохаммед", ["аль рашид", "аль рашид мох", "мохаммед аль"]),
        ("Smith|John", ["smith", "smi john", "john s"]),
        ("Храмов|Юлий|Эдуардович", ["[hfvjd", "{hfvjd", ">kbq"]),
        ("Ян|И", ["ян", "ян и", "и ян"]),
    ],
)
def test_odd_names_are_found(clinic, full_name, queries):
    odd = card(clinic, "77", full_name)
    for query in queries:
        assert find(clinic, query) == [odd], query


def test_another_clinics_patients_are_never_found(clinic):
    another = Institution.objects.create(name="Другая", full_name="Другая")
    card(another, "555123", "Чужой|Пациент", snils="11223344595", phone="+79161111111")
    for query in ("чужой", "пациент чужой", "555123", "11223344595", "1111", "14.03.1954 1111"):
        assert find(clinic, query) == [], query


def test_the_exact_card_comes_before_phones_and_years(clinic):
    by_phone = card(clinic, "1", "Один|А", phone="+79160001954")
    by_year = card(clinic, "2", "Два|Б", born=date(1954, 1, 1))
    by_card = card(clinic, "1954", "Три|В", born=date(1980, 1, 1))
    found = find(clinic, "1954")
    assert found[0] == by_card
    assert {by_phone, by_year} <= set(found)


def test_the_family_comes_before_the_given_name(clinic):
    card(clinic, "1", "Яковлева|Роман")
    family = card(clinic, "2", "Романов|Яков")
    assert find(clinic, "роман")[0] == family


def test_no_more_than_the_list_holds_and_nobody_twice(clinic):
    for number in range(AT_MOST + 10):
        card(clinic, str(number), "Иванова|Ивана|Ивановна", born=date(1980, 1, 1 + number % 28))
    found = find(clinic, "иван")
    assert len(found) == len({patient.pk for patient in found}) == AT_MOST


def test_a_found_patient_keeps_up_with_a_changed_card(clinic, ivanova):
    ivanova.family, ivanova.phone = "Щёголева", "+79031234568"
    ivanova.save()
    assert find(clinic, "щеголева") == [ivanova]
    assert find(clinic, "4568") == [ivanova]
    assert find(clinic, "иванова") == []


_LETTERS = st.characters(min_codepoint=0x410, max_codepoint=0x44F)
_NAME = st.text(_LETTERS, min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(family=_NAME, name=_NAME, patronymic=_NAME, data=st.data())
def test_any_beginnings_of_any_name_find_it(family, name, patronymic, data):
    """Without a database: one of the readings of the typed text holds for the card."""
    names = [family, name, patronymic]
    typed = " ".join(one[: data.draw(st.integers(1, len(one)))] for one in names)
    kept = dict(zip(("family_key", "given_key", "patronymic_key"), map(name_key, names), strict=True))
    kept |= {"card_number": "1"}
    assert any(_holds(reading.condition, kept) for reading in _readings(typed.swapcase()))


def _holds(condition, kept):
    compare = {"gte": lambda a, b: a >= b, "lt": lambda a, b: a < b}
    for child in condition.children:
        field, _, lookup = child[0].partition("__")
        if not compare[lookup](kept[field], child[1]):
            return False
    return True


@given(st.text(max_size=60))
def test_a_key_of_a_key_is_the_same_key(text):
    key = name_key(text)
    assert name_key(key) == key
    assert len(key) <= KEY_LENGTH


@given(st.text("0123456789", min_size=10, max_size=10), st.sampled_from(["+7{}", "8{}", "7 ({})", "{}"]))
def test_a_phone_has_one_key_however_it_is_written(number, written):
    assert phone_key(written.format(number)) == number[::-1]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_nothing_that_can_be_typed_breaks_the_reading(text):
    assert len(list(_readings(text[:200]))) < 100
