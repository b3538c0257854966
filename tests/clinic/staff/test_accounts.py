"""«Сотрудники»: the administrator's work with accounts."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.test import Client
from structlog.testing import capture_logs

from clinic.institution.models import Institution
from clinic.staff import administration
from clinic.staff.models import User
from clinic.staff.roles import Role
from tests.clinic.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = {"full_name": "Новикова Нина", "username": "Novikova", "role": "registrar", "is_active": "on"}


def shown_password(page):
    return re.search(r"<code>((?:[a-z2-9]{4}-){3}[a-z2-9]{4})</code>", page.content.decode()).group(1)


def account_of(login):
    return User.objects.get(username=login)


def test_a_new_colleague_gets_a_password_once_and_replaces_it(at_desk):
    page = at_desk("admin").post("/clinic/staff/new/", NEW)
    password, account = shown_password(page), account_of("novikova")
    assert (account.role, account.institution.name) == ("registrar", "Клиника «Рябина»")
    browser = Client()
    answer = browser.post("/clinic/account/login/", {"login": "novikova", "password": password})
    assert answer.status_code == 302
    assert browser.get("/clinic/").headers["Location"] == "/clinic/account/password/change/"
    assert password not in at_desk("admin").get(f"/clinic/staff/{account.pk}/").content.decode()


def test_a_login_is_taken_whatever_its_letters_case(at_desk):
    page = at_desk("admin").post("/clinic/staff/new/", NEW | {"username": "REGISTRAR"})
    assert "Такой логин занят." in page.content.decode()


def test_a_new_password_ends_the_old_sessions(at_desk):
    doctor = at_desk("doctor")
    assert doctor.get("/clinic/").status_code == 200
    page = at_desk("admin").post(f"/clinic/staff/{account_of('doctor').pk}/", {"then": "password"})
    assert doctor.get("/clinic/").status_code == 302
    account = account_of("doctor")
    assert account.must_change_password
    assert account.check_password(shown_password(page))
    assert not account.check_password(PASSWORD)


def test_a_closed_account_is_out_at_once(at_desk):
    doctor, account = at_desk("doctor"), account_of("doctor")
    data = {"full_name": account.full_name, "username": "doctor", "role": "doctor", "then": "save"}
    at_desk("admin").post(f"/clinic/staff/{account.pk}/", data)
    assert doctor.get("/clinic/").status_code == 302


def test_a_lost_second_step_is_taken_away(at_desk):
    account = account_of("doctor")
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": "00"})
    page = at_desk("admin").get(f"/clinic/staff/{account.pk}/").content.decode()
    assert "Сбросить второй шаг" in page
    at_desk("admin").post(f"/clinic/staff/{account.pk}/", {"then": "mfa"})
    assert not Authenticator.objects.filter(user=account).exists()


def test_the_administrator_cannot_shut_herself_out(at_desk):
    me = account_of("admin")
    data = {"full_name": "Администратор А. С.", "username": "admin", "role": "doctor", "then": "save"}
    desk = at_desk("admin")
    desk.post(f"/clinic/staff/{me.pk}/", data)
    me.refresh_from_db()
    assert (me.role, me.is_active, me.full_name) == (Role.ADMINISTRATOR, True, "Администратор А. С.")
    for then in ("password", "mfa"):
        desk.post(f"/clinic/staff/{me.pk}/", {"then": then})
    me.refresh_from_db()
    assert me.check_password(PASSWORD)


def test_two_administrators_who_dismiss_each_other_do_not_both_succeed(clinic):
    first = account_of("admin")
    second = User.objects.create(
        username="second", full_name="Вторая", role=Role.ADMINISTRATOR, institution=clinic
    )
    dismissed = User.objects.get(pk=first.pk)
    dismissed.role = Role.DOCTOR
    administration.change(second, dismissed)
    second.role = Role.DOCTOR
    with pytest.raises(PermissionDenied):
        administration.change(first, second)
    assert User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count() == 1


def test_another_clinic_s_colleague_is_not_there(at_desk):
    another = Institution.objects.create(name="Другая", full_name="Другая")
    theirs = User.objects.create(
        username="theirs", full_name="Чужая Ч.", role=Role.ADMINISTRATOR, institution=another
    )
    desk = at_desk("admin")
    for method in (desk.get, desk.post):
        assert method(f"/clinic/staff/{theirs.pk}/").status_code == 404
    assert "Чужая" not in desk.get("/clinic/staff/").content.decode()


def test_changes_are_told_to_the_log_by_ids_alone(at_desk):
    desk = at_desk("admin")
    with capture_logs() as told:
        page = desk.post("/clinic/staff/new/", NEW)
    lines = [line for line in told if line["event"] == "staff.created"]
    assert lines[0]["user"] == account_of("novikova").pk
    for secret in ("novikova", "Новикова", shown_password(page)):
        assert secret not in str(lines)
