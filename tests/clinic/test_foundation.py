"""The sample clinic exists, and the pages of the workplace are closed to strangers."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_stranger_is_sent_to_sign_in(clinic):
    answer = Client().get("/clinic/patients/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/clinic/account/login/")


def test_the_registrar_sees_her_menu_and_no_settings(at_desk):
    page = at_desk("registrar").get("/clinic/").content.decode()
    assert "Пациенты" in page
    assert "Параметры" not in page
    assert at_desk("registrar").get("/clinic/settings/netrika/").status_code == 403
