"""A registrar makes and mends cards; nothing of it is lost, doubled or shown to strangers."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse

from clinic.patients.card_numbers import next_number
from clinic.patients.forms import version_of
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
ROLES = ("admin", "registrar", "doctor", "lawyer")
EDITORS = {"admin", "registrar"}
NEW = "/clinic/patients/new/"


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode().replace("&nbsp;", " ").replace("\u00a0", " "))


def address(patient, name="card", *row):
    return reverse(f"patients:{name}", args=[patient.pk, *row])


def filled(patient, **more):
    """The form as the page shows it, with something changed."""
    fields = "family given patronymic card_number sex document_kind document_series document_number phone"
    names = f"{fields} snils inn home_phone email address_registered address_actual occupation notes capacity"
    data = {name: getattr(patient, name) for name in names.split()}
    born = patient.birth_date.strftime("%d.%m.%Y")
    return data | {"birth_date": born, "version": version_of(patient), "then": "save"} | more


# who may


@pytest.mark.parametrize("login", ROLES)
def test_everybody_reads_and_only_registrars_change(at_desk, boy, stranger, login):
    desk = at_desk(login)
    row, policy = boy.representatives.get().pk, boy.policies.get().pk
    assert desk.get("/clinic/patients/").status_code == 200
    assert desk.post("/clinic/patients/", {"query": "тест"}).status_code in {200, 302}
    for tab in ("", "policies", "representatives", "package", "visits", "sep", "nonsense"):
        assert desk.get(f"{address(boy)}?tab={tab}").status_code == 200
    changing = [
        ("get", NEW),
        ("get", address(boy, "new_policies")),
        ("get", address(boy, "edit_policies", policy)),
        ("get", address(boy, "new_representatives")),
        ("get", address(boy, "edit_representatives", row)),
        ("post", address(boy)),
        ("post", NEW),
        ("post", address(boy, "delete_policies", policy)),
        ("post", address(boy, "delete_representatives", row)),
    ]
    for method, url in changing:
        allowed = getattr(desk, method)(url).status_code != 403
        assert allowed == (login in EDITORS), url
    assert boy.representatives.exists() == (login not in EDITORS)


def test_readers_get_a_card_without_buttons_of_change(at_desk, boy):
    page = text_of(at_desk("doctor").get(address(boy)))
    assert "Тестовый" in page
    assert "Сохранить" not in page
    assert "Добавить" not in page
    assert re.search(r'name="family"[^>]* disabled', page)


def test_another_clinics_patient_is_not_there(at_desk, stranger):
    desk = at_desk("admin")
    row, policy = stranger.representatives.get().pk, stranger.policies.get().pk
    for url in (
        address(stranger),
        address(stranger, "new_policies"),
        address(stranger, "edit_policies", policy),
        address(stranger, "new_representatives"),
        address(stranger, "edit_representatives", row),
    ):
        assert desk.get(url).status_code == 404
        assert desk.post(url, {}).status_code == 404
    assert desk.post(address(stranger, "delete_policies", policy)).status_code == 404
    assert desk.post(address(stranger, "delete_representatives", row)).status_code == 404
    assert stranger.policies.exists()


def test_a_row_of_another_patient_is_not_there(at_desk, boy, woman):
    row = boy.representatives.get().pk
    assert at_desk("admin").get(address(woman, "edit_representatives", row)).status_code == 404
    assert at_desk("admin").post(address(woman, "delete_representatives", row)).status_code == 404


# search


def test_typing_gives_the_list_alone_and_the_text_stays_out_of_the_address(at_desk, boy, woman):
    found = at_desk("registrar").post(
        "/clinic/patients/", {"query": "ива мар"}, headers={"HX-Request": "true", "HX-Target": "found"}
    )
    page = text_of(found)
    assert "Иванова Мария Петровна" in page
    assert "Тестовый" not in page
    assert "<html" not in page


def test_enter_on_the_only_one_opens_his_card(at_desk, boy, woman):
    answer = at_desk("registrar").post("/clinic/patients/", {"query": "2156801"})
    assert answer.headers["Location"] == address(woman)


def test_nobody_found_offers_a_card_with_the_name_in_it(at_desk, clinic):
    desk = at_desk("registrar")
    assert "Завести карточку" in text_of(desk.post("/clinic/patients/", {"query": "сидоров пётр 1980"}))
    page = text_of(desk.post(NEW, {"query": "сидоров пётр 1980"}))
    assert 'value="Сидоров"' in page
    assert 'value="Пётр"' in page
    assert "исправьте" not in page
    assert "Завести карточку" not in text_of(at_desk("doctor").post("/clinic/patients/", {"query": "ъъъ"}))


# saving


def test_a_card_is_made_with_a_number_of_its_own(at_desk, clinic, card_data):
    desk = at_desk("registrar")
    data = card_data(snils="112-233-445 95", phone="8 916 222-33-44", document_series="0709")
    data |= {"document_number": "112233", "family": "петрова"}
    answer = desk.post(NEW, data)
    made = Patient.objects.get(family="Петрова")
    assert answer.headers["Location"] == address(made)
    assert (made.card_number, made.snils, made.phone) == ("2156802", "11223344595", "+79162223344")
    assert made.document_series == "07 09"
    page = text_of(desk.get(address(made)))
    assert "112-233-445 95" in page
    assert "Документы подписывает сама пациентка, <span" in page


def test_a_wrong_card_is_not_made_and_each_field_says_why(at_desk, clinic, card_data):
    before = Patient.objects.count()
    data = card_data(
        snils="1", phone="0154167", inn="1", birth_date="31.08.2113", family="Ив1", document_series="1"
    )
    data |= {"document_issued_on": "01.01.2113", "email": "нет", "card_number": "2156801"}
    answer = at_desk("registrar").post(NEW, data)
    page = text_of(answer)
    assert answer.status_code == 422
    for word in (
        "В СНИЛС 11 цифр",
        "Такого номера нет",
        "В ИНН человека 12 цифр",
        "ещё не наступила",
        "буквы, дефис",
        "Серия паспорта",
        "Карта с номером 2156801 уже есть",
    ):
        assert word in page, word
    assert Patient.objects.count() == before


def test_save_and_close_goes_back_and_print_opens_the_choice(at_desk, boy):
    desk = at_desk("registrar")
    assert (
        desk.post(address(boy), filled(boy, notes="Глухой", then="close")).headers["Location"]
        == "/clinic/patients/"
    )
    boy.refresh_from_db()
    printed = desk.post(f"{address(boy)}?tab=sep", filled(boy, then="print"))
    assert printed.headers["Location"] == f"{address(boy)}?tab=sep&print"


def test_a_card_without_changes_is_not_written_again(at_desk, boy):
    assert at_desk("registrar").post(address(boy), filled(boy)).status_code == 302
    assert Patient.objects.get(pk=boy.pk).updated_at == boy.updated_at


# duplicates


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"family": "ИВАНОВА", "given": "мария", "patronymic": "Петровна"}, "Ф. И. О. и дата рождения"),
        ({"snils": "112-233-445 95", "birth_date": "01.01.1980"}, "СНИЛС"),
        ({"phone": "8 916 123 45 67"}, "телефон и дата рождения"),
    ],
)
def test_a_probable_duplicate_is_told_before_saving(at_desk, woman, card_data, more, word):
    Patient.objects.filter(pk=woman.pk).update(snils="11223344595")
    desk, before = at_desk("registrar"), Patient.objects.count()
    data = card_data(birth_date="14.03.1954") | more
    page = text_of(desk.post(NEW, data | {"then": "close"}))
    assert f"совпадает {word}" in page
    assert address(woman) in page
    assert Patient.objects.count() == before
    anyway = re.search(r'name="then" value="(close:[\d,]+)"', page)[1]
    assert desk.post(NEW, data | {"then": anyway}).status_code == 302
    assert Patient.objects.count() == before + 1


def test_a_seen_duplicate_does_not_excuse_another(at_desk, woman, boy, card_data):
    data = card_data(family="Иванова", given="Мария", patronymic="Петровна", birth_date="14.03.1954")
    page = text_of(at_desk("registrar").post(NEW, data | {"then": f"save:{boy.pk}"}))
    assert "уже есть в картотеке" in page


def test_another_clinics_card_is_no_duplicate(at_desk, clinic, stranger, card_data):
    data = card_data(family="Чужой", given="Пациент", patronymic="", birth_date="01.01.1990", sex="1")
    assert at_desk("registrar").post(NEW, data).status_code == 302


def test_a_known_duplicate_does_not_stop_an_edit_of_something_else(at_desk, woman):
    twin = Patient.objects.get(pk=woman.pk)
    twin.pk, twin.card_number, twin._state.adding = None, "77", True
    twin.save()
    assert at_desk("registrar").post(address(twin), filled(twin, notes="Глухая")).status_code == 302
    assert Patient.objects.get(pk=twin.pk).notes == "Глухая"


def test_a_phone_of_two_patients_is_told_on_both_cards(at_desk, woman, boy):
    Patient.objects.filter(pk=boy.pk).update(phone=woman.phone)
    for patient in (boy, woman):
        assert "Этот сотовый телефон записан и у других" in text_of(
            at_desk("registrar").get(address(patient))
        )


# two at once


def test_the_second_to_save_is_told_and_overwrites_nothing(at_desk, woman):
    stale = filled(woman, notes="Моё", phone="+79160000001")
    woman.phone = "+79160000002"
    woman.save()
    answer = at_desk("registrar").post(address(woman), stale)
    page = text_of(answer)
    assert "её изменил другой сотрудник" in page
    assert "Телефон сотовый: <strong>+7 916 000-00-02" in page
    assert Patient.objects.get(pk=woman.pk).phone == "+79160000002"
    again = stale | {"version": re.search(r'name="version" value="([^"]+)"', page)[1]}
    assert at_desk("registrar").post(address(woman), again).status_code == 302
    assert Patient.objects.get(pk=woman.pk).phone == "+79160000001"


def test_a_form_without_its_version_saves_nothing(at_desk, woman):
    at_desk("registrar").post(address(woman), filled(woman, version="", notes="Моё"))
    assert Patient.objects.get(pk=woman.pk).notes == ""


@pytest.mark.django_db(transaction=True)
def test_eight_desks_at_once_get_eight_numbers(clinic, at_desk, card_data):
    together, desks = Barrier(8), [at_desk("registrar") for _ in range(8)]

    def make(number):
        together.wait(20)
        try:
            data = card_data(birth_date=f"0{number + 1}.06.1990")
            return desks[number].post(NEW, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(make, range(8))) == {302}
    numbers = Patient.objects.filter(family="Петрова").values_list("card_number", flat=True)
    assert sorted(map(int, numbers)) == list(range(2156802, 2156810))


@pytest.mark.django_db(transaction=True)
def test_one_number_written_by_hand_at_eight_desks_is_taken_once(clinic, at_desk, card_data):
    together, desks = Barrier(8), [at_desk("registrar") for _ in range(8)]

    def make(number):
        together.wait(20)
        try:
            data = card_data(birth_date=f"0{number + 1}.06.1990", card_number="А-5")
            return desks[number].post(NEW, data).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(make, range(8))) == [302, *[422] * 7]


def test_numbers_go_on_after_cards_loaded_from_elsewhere(clinic, boy):
    assert next_number(clinic) == "2156802"
    for number in ("2156803", "3000000", "А-9", "99999999999999"):
        boy.pk, boy.card_number, boy._state.adding = None, number, True
        boy.save()
    assert next_number(clinic) == "3000001"
    assert next_number(clinic) == "3000002"


# policies and representatives


def test_a_representative_is_added_in_a_dialog_and_signs_instead_of_the_other(at_desk, boy):
    desk = at_desk("registrar")
    data = {"relation": "father", "family": "тестовый", "given": "пётр", "birth_date": "01.02.1980"}
    data |= {"phone": "8 916 000 00 01", "in_medical_record": "on", "is_default": "on"}
    answer = desk.post(address(boy, "new_representatives"), data, headers={"HX-Request": "true"})
    page = text_of(answer)
    assert answer.headers["HX-Retarget"] == "#tabs"
    assert "отец: <strong>Тестовый П." in page
    assert [one.relation for one in boy.representatives.filter(is_default=True)] == ["father"]
    assert boy.representatives.get(is_default=True).phone == "+79160000001"


def test_a_relative_without_the_right_cannot_be_the_signer(at_desk, boy):
    data = {"relation": "other", "family": "Тётя", "given": "Вера", "birth_date": "01.02.1980"}
    page = text_of(
        at_desk("registrar").post(address(boy, "new_representatives"), data | {"is_default": "on"})
    )
    assert "подписывают родители" in page
    assert boy.representatives.count() == 1


def test_a_deleted_representative_leaves_the_card_asking_for_one(at_desk, boy):
    desk = at_desk("registrar")
    row = boy.representatives.get().pk
    answer = desk.post(address(boy, "delete_representatives", row))
    assert answer.headers["Location"] == f"{address(boy)}?tab=representatives"
    assert "в карте нет законного представителя" in text_of(desk.get(address(boy)))


def test_a_doubtful_policy_is_saved_with_a_warning_and_a_short_one_is_not(at_desk, woman):
    desk = at_desk("registrar")
    page = text_of(desk.post(address(woman, "new_policies"), {"kind": "enp", "number": "26235"}))
    assert "В ЕНП 16 цифр" in page
    desk.post(address(woman, "new_policies"), {"kind": "enp", "number": "2623 5689 8989 8989"})
    assert woman.policies.get().number == "2623568989898989"
    assert "Контрольная цифра ЕНП не сходится" in text_of(desk.get(address(woman)))
    desk.post(address(woman, "new_policies"), {"kind": "dms", "number": "АБ-1/2"})
    assert woman.policies.count() == 2


def test_tabs_come_alone_when_they_are_switched(at_desk, boy):
    answer = at_desk("registrar").get(
        f"{address(boy)}?tab=representatives", headers={"HX-Request": "true", "HX-Target": "tabs"}
    )
    page = text_of(answer)
    assert "Тестовая Мария Петровна" in page
    assert "<html" not in page
    assert 'name="family"' not in page


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"capacity": "incapable"}, "Нужно решение суда (ГК РФ ст. 29)"),
        ({"capacity": "limited"}, "Нужно решение суда (ГК РФ ст. 30)"),
        ({"capacity": "incapable_consenting"}, "запись врача"),
        ({"capacity": "emancipated", "birth_date": "01.06.2010"}, "свидетельство о браке"),
        (
            {"capacity": "emancipated", "capacity_basis": "свидетельство", "birth_date": "01.06.2014"},
            "Раньше 14 лет",
        ),
    ],
)
def test_capacity_needs_its_document(at_desk, card_data, more, told):
    answer = at_desk("registrar").post(NEW, card_data(**more))
    assert answer.status_code == 422
    assert told in text_of(answer).replace("\u00a0", " ")


def test_capacity_is_kept_with_its_document_and_an_ordinary_one_without(at_desk, woman):
    desk = at_desk("registrar")
    court = "решение Изобильненского районного суда от 12.03.2020"
    desk.post(address(woman), filled(woman, capacity="incapable", capacity_basis=court))
    woman.refresh_from_db()
    assert (woman.capacity, woman.capacity_basis) == ("incapable", court)
    desk.post(address(woman), filled(woman, capacity="ordinary", capacity_basis=court))
    woman.refresh_from_db()
    assert (woman.capacity, woman.capacity_basis) == ("ordinary", "")
