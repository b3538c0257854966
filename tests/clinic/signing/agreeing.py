"""Agreements on ПЭП that the clinic has with people of its cards."""

from django.db import transaction
from django.utils import timezone

from sep.ceremony import invitation
from sep.parties.person import Person
from tests import builders


def agree(organization, person):
    """What a clinic does at the desk before anything is sent: an agreement about this person's phone."""
    told = Person(person.family, person.given, person.patronymic, person.birth_date, phone=person.phone)
    with transaction.atomic():
        return invitation.register(organization, told, builders.AGREEMENT, timezone.now())
