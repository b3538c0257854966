"""What gets into the patient's package, and who signs it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from clinic.patients.models import Representative
from clinic.signing import package, patience, tasks
from clinic.signing.models import Exchange, PackageDocument, Pending
from tests.clinic.signing.rows import accepted, row

pytestmark = pytest.mark.django_db


def test_a_form_not_for_the_service_stays_out(printed, woman):
    assert printed(woman, "Справка", pdf_to="") is None


def test_a_form_for_the_service_waits_in_the_package(printed, woman, registrar):
    added = printed(woman)
    assert (added.exchange, added.name, added.object_number) == (
        Exchange.DRAFT,
        "ИДС на проведение телемедицинской консультации",
        "107200",
    )
    assert added.added_by == registrar
    assert added.representative is None


def test_printing_undone_leaves_no_row(printed, woman):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        printed(woman)
        raise ZeroDivisionError
    assert not PackageDocument.objects.exists()


@pytest.mark.parametrize(
    ("age", "pdf_type", "signer"),
    [
        (14, "consent", "мать"),
        (15, "consent", "сам"),
        (15, "contract", "мать"),
        (17, "personal_data_consent", "мать"),
        (18, "contract", "сам"),
    ],
)
def test_who_signs_follows_from_the_age_and_the_type(age, pdf_type, signer, printed, boy):
    today = timezone.now().date()
    boy.birth_date = today.replace(year=today.year - age, day=1)
    boy.save()
    added = printed(boy, pdf_type=pdf_type)
    assert (added.representative is not None) == (signer == "мать")


def test_the_representative_chosen_at_printing_signs(printed, boy, mother):
    father = Representative.objects.create(
        patient=boy, family="Тестовый", given="Пётр", birth_date="1980-01-01", relation="father"
    )
    assert printed(boy).representative == mother
    assert printed(boy, "Второе", representative=father).representative == father


def test_nobody_chosen_at_printing_signs_for_one_who_must_do_it_himself(printed, woman):
    son = Representative.objects.create(
        patient=woman, family="Иванов", given="Пётр", birth_date="1980-01-01", relation="guardian"
    )
    assert printed(woman, representative=son).representative is None


def test_a_relative_who_may_not_sign_is_not_proposed(printed, boy, mother):
    mother.relation = "other"
    mother.save()
    assert printed(boy).representative is None


def test_without_the_switch_nothing_leaves_by_itself(printed, woman, clinic):
    assert printed(woman).exchange == Exchange.DRAFT
    clinic.send_at_once = True
    clinic.save()
    woman.refresh_from_db()
    assert printed(woman, "Второе").exchange == Exchange.QUEUED


def test_only_what_may_be_sent_is_queued(woman, registrar):
    rows = {state: row(woman, state, exchange=state, batch="B") for state in Exchange.values}
    assert package.send(rows.values(), registrar) == 3
    left = PackageDocument.objects.filter(batch="B")
    assert {one.exchange for one in left} == {Exchange.QUEUED, Exchange.ACCEPTED}


def test_another_clinics_documents_are_not_sent(woman, registrar, clinic):
    document = row(woman)
    other = type(clinic).objects.create(name="Другая", full_name="Другая")
    PackageDocument.objects.filter(pk=document.pk).update(institution=other)
    assert package.send([document], registrar) == 0


def test_a_lost_job_is_noticed(woman, registrar):
    document = row(woman)
    package.send([document], registrar)
    asked = accepted(woman, "sent", pending=Pending.REVOKE, retry_at=timezone.now() + patience.LEASE)
    with time_machine.travel(timezone.now() + patience.LEASE + timedelta(seconds=1)):
        tasks.try_again()
        document.refresh_from_db()
        assert document.exchange == Exchange.QUEUED
        assert document.retry_at > timezone.now()
    asked.refresh_from_db()
    assert asked.pending == ""
    assert asked.problem == "Сервис не ответил. Повторите действие."


def test_pauses_double_up_to_a_quarter_of_an_hour():
    pauses = [patience.delay(attempts).total_seconds() for attempts in (0, 1, 2, 20)]
    assert pauses == [10, 20, 40, 900]
    assert patience.delay(0, timedelta(minutes=5)) == timedelta(minutes=5)
