"""Numbers of talons and orders: each clinic counts its own, without gaps or repetitions."""

from django.db import transaction
from django.db.models import Max

from clinic.institution.models import Institution
from clinic.visits.models import Appointment, PaidOrder


def number_and_save(visit: Appointment | PaidOrder) -> None:
    """Give a new visit the next number of its clinic, and save it.

    The clinic's row is the lock: on PostgreSQL the second one waits for it, on SQLite the whole transaction
    has the database already. Without `no_key` it would stand in the way of every row that names the clinic.
    """
    with transaction.atomic():
        Institution.objects.select_for_update(no_key=True).values_list("pk").get(pk=visit.institution_id)
        of_clinic = type(visit)._default_manager.filter(institution=visit.institution_id)  # noqa: SLF001
        last = of_clinic.aggregate(last=Max("number"))["last"]
        visit.number = (last or 0) + 1
        visit.save()
