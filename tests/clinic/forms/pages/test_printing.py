"""«Печать»: once for one press, into the package when the form says so, and only for those who may."""

import io
import re
import threading

import pikepdf
import pytest
from django.db import connection, connections
from django.test import Client

from clinic.forms.models import Printed, PrintForm, Printing
from clinic.institution.models import Institution
from clinic.signing.models import PackageDocument
from clinic.staff.models import User
from clinic.visits.models import Appointment
from tests.clinic.forms.pages.talons import talon_of

pytestmark = pytest.mark.django_db(transaction=True)
TELEMEDICINE = "ИДС на проведение телемедицинской консультации"


@pytest.fixture
def talon(clinic):
    return talon_of(clinic)


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
        address(talon), {"token": token_on(page), "chosen": [form.pk]}, headers={"HX-Request": "true"}
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
    body = {"token": token_on(desk.get(address(talon))), "chosen": [form_named(TELEMEDICINE).pk]}
    for _ in range(3):
        answer = desk.post(address(talon), body, follow=True)
        assert "Напечатано: 1\u00a0документ" in answer.content.decode()
    assert Printed.objects.count() == PackageDocument.objects.count() == 1


def test_two_presses_at_one_moment_print_once(talon, at_desk):
    desk = at_desk("registrar")
    body = {"token": token_on(desk.get(address(talon))), "chosen": [form_named(TELEMEDICINE).pk]}
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
    assert answers == [302] * 4
    assert Printing.objects.count() == Printed.objects.count() == 1


def test_copies_are_for_paper_alone(talon, at_desk):
    form = form_named(TELEMEDICINE)
    PrintForm.objects.filter(pk=form.pk).update(copies=2)
    desk = at_desk("registrar")
    token = token_on(desk.get(address(talon)))
    desk.post(address(talon), {"token": token, "chosen": [form.pk]})
    once = text_of(desk.get(f"/clinic/printed/{Printed.objects.get().pk}.pdf").content)
    assert text_of(desk.get(f"/clinic/printings/{token}.pdf").content) == 2 * once


def test_looking_keeps_nothing(talon, at_desk):
    desk = at_desk("registrar")
    shown = desk.get(f"{address(talon)}look.pdf?chosen={form_named(TELEMEDICINE).pk}")
    assert shown.content.startswith(b"%PDF-")
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
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
    answer = desk.post(address(talon), {"token": token, "chosen": [foreign.pk]})
    assert "Отметьте хотя бы одну форму" in answer.content.decode()
    User.objects.filter(username="registrar").update(institution=stranger)
    assert at_desk("registrar").get(address(talon)).status_code == 404


@pytest.mark.parametrize(
    ("login", "status"), [("administrator", 200), ("registrar", 200), ("doctor", 403), ("lawyer", 403)]
)
def test_who_may_print(talon, at_desk, login, status):
    name = {"administrator": "admin"}.get(login, login)
    assert at_desk(name).get(address(talon)).status_code == status


def test_what_is_not_kept_comes_out_on_paper_alone(talon, at_desk):
    """«Сохранять результат печати» switched off, and nobody signs it."""
    form = form_named(TELEMEDICINE)
    PrintForm.objects.filter(pk=form.pk).update(save_result=False, pdf_to="")
    desk = at_desk("registrar")
    token = token_on(desk.get(address(talon)))
    done = desk.post(address(talon), {"token": token, "chosen": [form.pk]}, follow=True).content.decode()
    assert "не&nbsp;сохраняется" in done
    assert not Printed.objects.exists()
    assert desk.get(f"/clinic/printings/{token}.pdf").content.startswith(b"%PDF-")


def test_for_the_package_a_document_is_kept_whatever_the_form_says(talon, at_desk):
    form = form_named(TELEMEDICINE)
    PrintForm.objects.filter(pk=form.pk).update(save_result=False)
    desk = at_desk("registrar")
    desk.post(address(talon), {"token": token_on(desk.get(address(talon))), "chosen": [form.pk]})
    assert Printed.objects.count() == PackageDocument.objects.count() == 1


def test_a_form_that_cannot_be_printed_stops_all_and_says_so(talon, at_desk):
    good, bad = PrintForm.objects.filter(object="appointment")[:2]
    bad.versions.update(text="{нет.такого}")
    desk = at_desk("registrar")
    body = {"token": token_on(desk.get(address(talon))), "chosen": [good.pk, bad.pk]}
    said = desk.post(address(talon), body).content.decode()
    assert "Ничего не\u00a0напечатано" in said
    assert bad.name in said
    assert not Printed.objects.exists()
    assert not Printing.objects.exists()
    body["chosen"] = [good.pk]
    desk.post(address(talon), body)
    assert Printed.objects.get().name == good.name


def test_the_dialog_says_who_signs(talon, at_desk):
    desk = at_desk("registrar")
    assert "Подписывает Тестовая\u00a0М.\u00a0П.\u00a0(мать)" in desk.get(address(talon)).content.decode()
    Appointment.objects.update(representative=None)
    talon.patient.representatives.all().delete()
    assert "подписывает представитель" in desk.get(address(talon)).content.decode()


def test_a_printed_document_remembers_its_version(talon, at_desk):
    form = form_named(TELEMEDICINE)
    desk = at_desk("registrar")
    desk.post(address(talon), {"token": token_on(desk.get(address(talon))), "chosen": [form.pk]})
    before = desk.get(f"/clinic/printed/{Printed.objects.get().pk}.pdf").content
    form.versions.create(number=2, text="# Другой текст\n\n[подпись]\n")
    printed = Printed.objects.get()
    assert printed.version.number == 1
    assert desk.get(f"/clinic/printed/{printed.pk}.pdf").content == before


def test_the_card_lists_what_was_printed_and_keeps_a_form_from_the_disk(talon, at_desk):
    form = form_named(TELEMEDICINE)
    desk = at_desk("registrar")
    desk.post(address(talon), {"token": token_on(desk.get(address(talon))), "chosen": [form.pk]})
    printed = Printed.objects.get()
    listed = f"/clinic/patients/{talon.patient_id}/printed/"
    file = f"/clinic/printed/{printed.pk}.pdf?download"
    assert TELEMEDICINE in desk.get(listed, headers={"HX-Request": "true"}).content.decode()
    assert "Скачать" in desk.get(listed).content.decode()
    assert desk.get(file)["Content-Disposition"].startswith("attachment")
    PrintForm.objects.filter(pk=form.pk).update(not_saved_to_pdf=True)
    assert "Скачать" not in desk.get(listed).content.decode()
    assert desk.get(file)["Content-Disposition"].startswith("inline")


def test_another_clinic_sees_nothing_of_a_printing(talon, at_desk):
    desk = at_desk("registrar")
    token = token_on(desk.get(address(talon)))
    body = {"token": token, "chosen": [form_named(TELEMEDICINE).pk]}
    desk.post(address(talon), body)
    printed = Printed.objects.get()
    stranger = Institution.objects.create(name="Другая", full_name="Другая клиника")
    User.objects.filter(username="registrar").update(institution=stranger)
    desk = at_desk("registrar")
    for path in (
        f"/clinic/printed/{printed.pk}.pdf",
        f"/clinic/printings/{token}.pdf",
        f"/clinic/printings/{token}/",
        f"/clinic/patients/{talon.patient_id}/printed/",
        f"{address(talon)}look.pdf?chosen={body['chosen'][0]}",
    ):
        assert desk.get(path).status_code == 404, path
    assert desk.post(address(talon), body).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "Ы" * 26, "0" * 400])
def test_a_token_that_no_page_made_is_refused(talon, at_desk, token):
    body = {"token": token, "chosen": [form_named(TELEMEDICINE).pk]}
    assert at_desk("registrar").post(address(talon), body).status_code == 404


def test_the_chosen_object_must_have_pages_here(talon, at_desk):
    desk = at_desk("registrar")
    for path in ("medical_case/1/", "nonsense/1/", "appointment/987654321/"):
        assert desk.get(f"/clinic/print/{path}").status_code == 404
