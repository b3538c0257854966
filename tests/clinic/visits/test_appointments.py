"""«Талоны»: the list of a day, a new talon, an old one."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from clinic.institution.models import Institution
from clinic.patients.models import Patient
from clinic.visits.models import Appointment

pytestmark = pytest.mark.django_db
NEW = "/clinic/appointments/new/"


def test_the_registrar_saves_a_talon_and_it_gets_a_number(at_desk, talon_data):
    desk = at_desk("registrar")
    page = desk.post(NEW, talon_data, follow=True)
    talon = Appointment.objects.get()
    assert "Талон № 1 сохранён." in page.content.decode()
    assert (talon.number, talon.author.username, talon.room) == (1, "registrar", "206")
    assert talon.representative.relation == "mother"
    assert talon.starts_at == datetime(2026, 6, 25, 7, 20, tzinfo=UTC)  # 10:20 of Moscow


def test_the_day_shows_its_talons_and_no_others(at_desk, talon_data):
    desk = at_desk("registrar")
    desk.post(NEW, talon_data)
    desk.post(NEW, talon_data | {"starts_at": "2026-06-26T00:00", "room": "999"})
    that_day = desk.get("/clinic/appointments/?day=2026-06-25").content.decode()
    assert "10:20" in that_day
    assert "999" not in that_day
    assert "талонов нет" in desk.get("/clinic/appointments/?day=2026-02-31").content.decode()


def test_a_talon_is_found_by_its_patient_and_by_its_number(at_desk, talon_data):
    desk = at_desk("registrar")
    desk.post(NEW, talon_data)
    for query in ("Тестовый", "тестовый тест", "1", "№ 1", "2156792"):
        assert "10:20" in desk.post("/clinic/appointments/", {"query": query}).content.decode(), query
    for query in ("Иванова", "2", "99999999999999999999"):
        assert "талонов нет" in desk.post("/clinic/appointments/", {"query": query}).content.decode(), query


def test_the_card_s_button_brings_the_patient_with_age_phone_and_who_signs(at_desk, boy):
    page = at_desk("registrar").get(f"{NEW}?patient={boy.pk}").content.decode()
    assert "Тестовый Тест Тестович" in page
    assert "31.08.2013" in page
    assert re.search(r"\(\d+\s(год|года|лет)\)", page)
    assert "selected>Тестовая Мария Петровна — мать</option>" in page


def test_typing_finds_the_patient_and_choosing_keeps_what_was_typed(at_desk, boy, talon_data):
    desk = at_desk("registrar")
    found = desk.post("/clinic/appointments/found-patients/", {"query": "Тест"}).content.decode()
    assert f'name="choose" value="{boy.pk}"' in found
    assert "<html" not in found
    del talon_data["patient"], talon_data["representative"], talon_data["then"]
    page = desk.post(NEW, talon_data | {"choose": boy.pk}).content.decode()
    assert 'value="206"' in page
    assert f'name="patient" value="{boy.pk}"' in page
    assert not Appointment.objects.exists()


def test_enter_on_a_name_that_one_patient_has_chooses_him(at_desk, boy):
    page = at_desk("registrar").post(NEW, {"then": "find", "query": "Тестовый"}).content.decode()
    assert f'name="patient" value="{boy.pk}"' in page


def test_a_talon_without_a_patient_or_a_doctor_is_not_saved(at_desk, talon_data):
    desk = at_desk("registrar")
    without_patient = desk.post(NEW, talon_data | {"patient": "", "representative": ""}).content.decode()
    assert "Выберите пациента." in without_patient
    without_doctor = desk.post(NEW, talon_data | {"doctor_name": " "}).content.decode()
    assert "Талон не сохранён" in without_doctor
    assert not Appointment.objects.exists()


def test_a_representative_of_somebody_else_is_refused(at_desk, talon_data, woman):
    answer = at_desk("registrar").post(NEW, talon_data | {"patient": woman.pk})
    assert answer.status_code == 200
    assert not Appointment.objects.exists()


def test_print_saves_first_and_then_opens_the_choice_of_forms(at_desk, talon_data):
    desk = at_desk("registrar")
    answer = desk.post(NEW, talon_data | {"then": "print"})
    talon = Appointment.objects.get()
    assert answer.headers["Location"] == f"/clinic/appointments/{talon.pk}/?print"
    page = desk.get(answer.headers["Location"]).content.decode()
    choice = reverse("forms:choose", args=["appointment", talon.pk])
    assert f'hx-get="{choice}" hx-target="#dialog" hx-trigger="load"' in page
    assert choice not in desk.get(f"/clinic/appointments/{talon.pk}/").content.decode()


def test_saving_again_changes_the_same_talon(at_desk, talon_data):
    desk = at_desk("registrar")
    desk.post(NEW, talon_data)
    talon = Appointment.objects.get()
    desk.post(f"/clinic/appointments/{talon.pk}/", talon_data | {"room": "207", "then": "close"})
    talon = Appointment.objects.get()
    assert (talon.room, talon.number) == ("207", 1)


def test_earlier_texts_are_suggested(at_desk, talon_data):
    desk = at_desk("registrar")
    desk.post(NEW, talon_data)
    page = desk.get(NEW).content.decode()
    assert '<option value="Врач-педиатр участковый"></option>' in page


def test_the_doctor_reads_a_talon_and_changes_nothing(at_desk, talon_data):
    at_desk("registrar").post(NEW, talon_data)
    talon = Appointment.objects.get()
    doctor = at_desk("doctor")
    page = doctor.get(f"/clinic/appointments/{talon.pk}/").content.decode()
    assert "Сохранить" not in page
    assert doctor.post(f"/clinic/appointments/{talon.pk}/", talon_data).status_code == 403


def test_another_clinic_s_patient_and_talon_are_not_there(at_desk, boy, talon_data):
    desk = at_desk("registrar")
    desk.post(NEW, talon_data)
    talon = Appointment.objects.get()
    another = Institution.objects.create(name="Другая", full_name="Другая")
    Appointment.objects.filter(pk=talon.pk).update(institution=another)
    Patient.objects.filter(pk=boy.pk).update(institution=another)
    assert desk.get(f"/clinic/appointments/{talon.pk}/").status_code == 404
    assert desk.get(f"{NEW}?patient={boy.pk}").status_code == 404
    assert desk.post(NEW, talon_data).status_code == 404
    assert desk.get(f"/clinic/patients/{boy.pk}/visits/").status_code == 404
    assert "Тестовый Тест" not in desk.get("/clinic/appointments/?day=2026-06-25").content.decode()


def test_the_visits_of_a_patient_are_a_part_of_his_card(at_desk, boy, talon_data):
    desk = at_desk("registrar")
    assert "Обращений ещё не было" in desk.get(f"/clinic/patients/{boy.pk}/visits/").content.decode()
    desk.post(NEW, talon_data)
    part = desk.get(f"/clinic/patients/{boy.pk}/visits/").content.decode()
    assert "№ 1" in part
    assert f"{NEW}?patient={boy.pk}" in part
    assert "<html" not in part
    assert "Новый талон" not in at_desk("doctor").get(f"/clinic/patients/{boy.pk}/visits/").content.decode()
