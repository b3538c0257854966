"""Every clinic counts its talons and orders by itself, however many desks there are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.staff.models import User
from clinic.visits.models import Appointment, PaidOrder
from clinic.visits.numbering import number_and_save

DESKS, EACH = 8, 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [Appointment, PaidOrder])
def test_eight_desks_at_once_take_each_number_once(clinic, boy, kind):
    author = User.objects.get(username="registrar")
    about = {"institution": clinic, "patient": boy, "author": author}
    if kind is Appointment:
        about |= {"starts_at": timezone.now(), "doctor_name": "Свиридова Л. Г."}
    else:
        about |= {"valid_from": date(2026, 6, 25), "valid_until": date(2026, 6, 25)}
    together = Barrier(DESKS)

    def desk():
        together.wait()
        try:
            for _ in range(EACH):
                number_and_save(kind(**about))
        finally:
            connection.close()

    with ThreadPoolExecutor(DESKS) as desks:
        for done in [desks.submit(desk) for _ in range(DESKS)]:
            done.result()
    numbers = kind.objects.filter(institution=clinic).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, DESKS * EACH + 1))


@pytest.mark.django_db
def test_another_clinic_begins_with_one(clinic, boy):
    author = User.objects.get(username="registrar")
    another = Institution.objects.create(name="Другая", full_name="Другая")
    about = {"patient": boy, "author": author, "starts_at": timezone.now(), "doctor_name": "Врач"}
    ours, theirs = Appointment(institution=clinic, **about), Appointment(institution=another, **about)
    number_and_save(ours)
    number_and_save(theirs)
    assert (ours.number, theirs.number) == (1, 1)
