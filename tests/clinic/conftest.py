"""The sample clinic, and its people at their desks."""

import pytest
from django.test import Client

from clinic import sample
from clinic.patients.models import Patient
from clinic.staff.models import User

PASSWORD = "ряБина-на-опушке-7"


@pytest.fixture
def clinic(db):
    return sample.make(PASSWORD)


@pytest.fixture
def boy(clinic):
    """«Тестовый Тест Тестович», 31.08.2013, with his mother as representative."""
    return Patient.objects.get(institution=clinic, card_number="2156792")


@pytest.fixture
def woman(clinic):
    """«Иванова Мария Петровна», who signs for herself."""
    return Patient.objects.get(institution=clinic, card_number="2156801")


@pytest.fixture
def at_desk(clinic):
    """`at_desk("registrar")`: a browser signed in as that member of the staff."""

    def sign_in(login):
        client = Client()
        client.force_login(
            User.objects.get(username=login), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return sign_in
