"""«ЛПУ → Параметры»: requisites, and the three settings with a token that never comes back."""

import pytest

from clinic.institution.models import ConnectionState, Institution

pytestmark = pytest.mark.django_db
NETRIKA, REQUISITES = "/clinic/settings/netrika/", "/clinic/settings/requisites/"
TOKEN = "6f1b1d0c-0f0e-4a57-9f59-3b0a4f0d9a11"
DATA = {"service_address": "https://sep.example.org/sep/api", "id_lpu": "d19f9083", "token": TOKEN}


def text(answer):
    return answer.content.decode().replace("&nbsp;", " ").replace("\u00a0", " ")


def test_the_three_settings_are_kept_and_the_token_is_sealed(at_desk, clinic):
    page = text(at_desk("admin").post(NETRIKA, DATA | {"send_at_once": "on"}, follow=True))
    assert "Настройки сохранены." in page
    assert "Токен сохранён и больше не показывается." in page
    clinic.refresh_from_db()
    assert clinic.is_connected
    assert clinic.send_at_once
    assert clinic.token == TOKEN
    assert TOKEN.encode() not in bytes(clinic.token_sealed)


def test_the_token_never_comes_back(at_desk):
    desk = at_desk("admin")
    desk.post(NETRIKA, DATA)
    assert TOKEN not in text(desk.get(NETRIKA))
    refused = desk.post(NETRIKA, DATA | {"service_address": "нет"})
    assert refused.status_code == 200
    assert TOKEN not in text(refused)


def test_an_empty_token_leaves_the_kept_one_and_a_new_one_replaces_it(at_desk, clinic):
    desk = at_desk("admin")
    desk.post(NETRIKA, DATA)
    desk.post(NETRIKA, DATA | {"token": "", "id_lpu": "other"})
    clinic.refresh_from_db()
    assert (clinic.token, clinic.id_lpu) == (TOKEN, "other")
    desk.post(NETRIKA, DATA | {"token": " new-token "})
    clinic.refresh_from_db()
    assert clinic.token == "new-token"


def test_a_spoilt_token_and_address_are_told_before_they_are_kept(at_desk, clinic):
    page = text(at_desk("admin").post(NETRIKA, DATA | {"token": "то кен", "service_address": "sep"}))
    assert "В токене лишние знаки." in page
    assert "Не сохранено" in page
    clinic.refresh_from_db()
    assert not clinic.is_connected


def test_a_changed_setting_makes_the_connection_unchecked_and_others_do_not(at_desk, clinic):
    desk = at_desk("admin")
    desk.post(NETRIKA, DATA)
    Institution.objects.update(connection_state=ConnectionState.WORKS, connection_organization="Клиника")
    desk.post(NETRIKA, DATA | {"token": "", "send_at_once": "on"})
    clinic.refresh_from_db()
    assert clinic.connection_state == ConnectionState.WORKS
    desk.post(NETRIKA, DATA | {"token": "", "id_lpu": "other"})
    clinic.refresh_from_db()
    assert clinic.connection_state == ConnectionState.UNCHECKED


def test_the_help_names_both_contours(at_desk):
    page = text(at_desk("admin").get(NETRIKA))
    for told in ("Тестовый контур", "Продуктивный контур", "b2b-demo.n3health.ru", "Адрес сервиса КЭП"):
        assert told in page


def test_requisites_are_kept_and_leave_the_connection_alone(at_desk, clinic):
    desk = at_desk("admin")
    desk.post(NETRIKA, DATA)
    names = [
        "name", "full_name", "address", "phone", "email", "inn", "kpp", "ogrn", "bank_account", "licence",
        "head_position", "head_name", "head_basis", "time_zone",
    ]  # fmt: skip
    data = {name: getattr(clinic, name) for name in names}
    page = text(desk.post(REQUISITES, data | {"head_name": "Орлова О. О."}, follow=True))
    assert "Реквизиты сохранены." in page
    clinic.refresh_from_db()
    assert (clinic.head_name, clinic.token) == ("Орлова О. О.", TOKEN)
    wrong = text(desk.post(REQUISITES, data | {"inn": "12345", "kpp": "abc", "ogrn": "1"}))
    assert "Нужно 10 или 12 цифр." in wrong
    assert "Нужно 9 цифр." in wrong


def test_times_are_shown_in_the_clinic_s_zone(at_desk, clinic):
    Institution.objects.update(
        time_zone="Asia/Vladivostok",
        connection_state=ConnectionState.WORKS,
        connection_checked_at="2026-06-25T00:00:00Z",
    )
    assert "25.06.2026 в 10:00" in text(at_desk("admin").get(NETRIKA))
