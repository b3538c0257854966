"""«Печать»: once for one press, into the package when the form says so, and only for those who may."""

import io
import re
import threading

import pikepdf
import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from clinic.forms import shipped_forms
from clinic.forms.models import Printed, PrintForm, Printing
from clinic.institution.models import Institution
from clinic.signing.models import PackageDocument
from clinic.staff.models import User
from clinic.visits.models import Appointment
from clinic.visits.numbering import number_and_save

pytestmark = pytest.mark.django_db(transaction=True)
TELEMEDICINE = "ИДС на проведение телемедицинской консультации"


@pytest.fixture
def talon(clinic, boy):
    shipped_forms.install(clinic)
    made = Appointment(
        institution=clinic,
        patient=boy,
        representative=boy.representatives.get(),
        author=User.objects.get(username="registrar"),
        starts_at=timezone.now(),
        doctor_name="Свиридова Любовь Гавриловна",
        doctor_position="Врач-педиатр участковый",
    )
    number_and_save(made)
    return made


def address(talon):
    return f"/clinic/print/appointment/{talon.pk}/"


def token_on(page):
    return re.search(r'name="token" value="(\w+)"', page.content.decode()).group(1)


def form_named(name):
    return PrintForm.objects.get(name=name)


def text_of(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def test_a_printed_consent_is_in_the_package_and_can_be_seen(talon, at_desk):
    desk = at_desk("registrar")
    page = desk.get(address(talon), headers={"HX-Request": "true"})
    assert TELEMEDICINE in page.content.decode()
    form = form_named(TELEMEDICINE)
    done = desk.post(
        address(talon), {"token": token_on(page), "form": [form.pk]}, headers={"HX-Request": "true"}
    )
    assert "1\u00a0документ добавлен" in done.content.decode()
    row = PackageDocument.objects.get()
    assert row.name == TELEMEDICINE
    assert row.representative == talon.representative
    printed = Printed.objects.get()
    assert printed.version.number == 1
    file = desk.get(f"/clinic/printed/{printed.pk}.pdf")
    assert file.content.startswith(b"%PDF-")
    assert file["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in file["Content-Security-Policy"]
    assert "no-store" in file["Cache-Control"]


def test_one_press_prints_once_however_often_it_arrives(talon, at_desk):
    desk = at_desk("registrar")
    body = {"token": token_on(desk.get(address(talon))), "form": [form_named(TELEMEDICINE).pk]}
    for _ in range(3):
        assert "Напечатано: 1" in desk.post(address(talon), body).content.decode()
    assert Printed.objects.count() == PackageDocument.objects.count() == 1


def test_two_presses_at_one_moment_print_once(talon, at_desk):
    desk = at_desk("registrar")
    body = {"token": token_on(desk.get(address(talon))), "form": [form_named(TELEMEDICINE).pk]}
    answers = []

    def press():
        answers.append(desk_of_thread().post(address(talon), body).status_code)
        connections.close_all()

    def desk_of_thread():
        client = Client()
        client.cookies = desk.cookies
        return client

    threads = [threading.Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    assert answers == [200] * 4
    assert Printing.objects.count() == Printed.objects.count() == 1


def test_copies_are_for_paper_alone(talon, at_desk):
    form = form_named(TELEMEDICINE)
    PrintForm.objects.filter(pk=form.pk).update(copies=2)
    desk = at_desk("registrar")
    token = token_on(desk.get(address(talon)))
    desk.post(address(talon), {"token": token, "form": [form.pk]})
    once = text_of(desk.get(f"/clinic/printed/{Printed.objects.get().pk}.pdf").content)
    assert text_of(desk.get(f"/clinic/printings/{token}.pdf").content) == 2 * once


def test_looking_keeps_nothing(talon, at_desk):
    desk = at_desk("registrar")
    shown = desk.get(f"/clinic/print/appointment/{talon.pk}/{form_named(TELEMEDICINE).pk}.pdf")
    assert shown.content.startswith(b"%PDF-")
    assert not Printed.objects.exists()


def test_nothing_chosen_is_said(talon, at_desk):
    desk = at_desk("registrar")
    answer = desk.post(address(talon), {"token": token_on(desk.get(address(talon)))})
    assert "Отметьте хотя бы одну форму" in answer.content.decode()


def test_an_inactive_form_is_not_offered(talon, at_desk):
    PrintForm.objects.filter(name=TELEMEDICINE).update(inactive=True)
    assert TELEMEDICINE not in at_desk("registrar").get(address(talon)).content.decode()


def test_a_form_of_another_clinic_and_its_talon_are_not_there(talon, at_desk, clinic):
    stranger = Institution.objects.create(name="Другая", full_name="Другая клиника")
    foreign = PrintForm.objects.create(institution=stranger, code="X", name="Чужая", object="appointment")
    desk = at_desk("registrar")
    token = token_on(desk.get(address(talon)))
    answer = desk.post(address(talon), {"token": token, "form": [foreign.pk]})
    assert "Отметьте хотя бы одну форму" in answer.content.decode()
    User.objects.filter(username="registrar").update(institution=stranger)
    assert at_desk("registrar").get(address(talon)).status_code == 404


@pytest.mark.parametrize(
    ("login", "status"), [("administrator", 200), ("registrar", 200), ("doctor", 403), ("lawyer", 403)]
)
def test_who_may_print(talon, at_desk, login, status):
    name = {"administrator": "admin"}.get(login, login)
    assert at_desk(name).get(address(talon)).status_code == status
