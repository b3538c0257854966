"""What a member of the staff sees when something is not there, not allowed, or broken."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_what_is_absent_or_forbidden_is_said_in_the_workplace(at_desk):
    absent = at_desk("registrar").get("/clinic/nothing/")
    assert absent.status_code == 404
    assert "Такой страницы нет" in absent.content.decode()
    assert "Талоны" in absent.content.decode(), "the menu is still there"
    forbidden = at_desk("doctor").get("/clinic/staff/")
    assert forbidden.status_code == 403
    assert "Ваша роль не открывает эту страницу" in forbidden.content.decode()


def test_a_stranger_learns_nothing_of_the_workplace():
    page = Client().get("/clinic/nothing/")
    assert page.status_code == 404
    assert "Талоны" not in page.content.decode()


def test_a_failure_is_told_without_asking_the_database(at_desk, monkeypatch):
    desk = at_desk("registrar")
    desk.raise_request_exception = False

    def fail(*_arguments, **_options):
        raise RuntimeError

    monkeypatch.setattr("clinic.home.views.render", fail)
    page = desk.get("/clinic/")
    assert page.status_code == 500
    assert "Ничего не потеряно" in page.content.decode()
