"""A clinic connected to the real service, over a road that can fail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from clinic.forms.models import FormVersion, PdfType, Printed, PrintForm, PrintObject
from clinic.forms.signals import form_printed
from clinic.institution import service
from clinic.patients.models import Patient, Representative
from clinic.signing import tasks
from clinic.signing.models import PackageDocument
from clinic.staff.models import User
from sep.documents.models import Document
from sep.jobs.testing import drain
from sep.parties import tokens
from sep.vault import blobs
from sep_client import Retries
from tests import builders
from tests.clinic.signing.agreeing import agree
from tests.clinic.signing.road import Road


@pytest.fixture
def registrar(clinic):
    return User.objects.get(username="registrar")


@pytest.fixture
def mother(boy):
    return Representative.objects.get(patient=boy)


@pytest.fixture
def printed(clinic, registrar):
    """`printed(patient, "Согласие")`: a form printed for a patient, as the pages of printing do it."""

    def print_form(patient, name="ИДС на проведение телемедицинской консультации", **changes):
        values = {
            "object": PrintObject.APPOINTMENT,
            "pdf_to": "sep",
            "pdf_type": PdfType.CONSENT,
            "text": name,
            "representative": None,
        } | changes
        form, _ = PrintForm.objects.get_or_create(
            institution=clinic,
            code="ТЕСТ.1",
            name=name,
            defaults={key: values[key] for key in ("object", "pdf_to", "pdf_type")},
        )
        version, _ = FormVersion.objects.get_or_create(
            form=form, number=1, defaults={"text": "Я согласен.", "author": registrar}
        )
        with transaction.atomic():
            one = Printed.objects.create(
                institution=clinic,
                patient=patient,
                version=version,
                name=name,
                object=form.object,
                object_number="107200",
                representative=values["representative"],
                sha256=blobs.put(clinic, builders.pdf(values["text"], pages=1)),
                author=registrar,
                created_at=timezone.now(),
            )
            form_printed.send(sender=Printed, printed=one)
        return PackageDocument.objects.filter(printed=one).first()

    return print_form


@pytest.fixture
def road(live_server):
    made = Road(live_server.url)
    yield made
    made.end()


@pytest.fixture
def at_service(clinic, road, monkeypatch):
    """The clinic's organization at the service; the clinic is connected to it. Nothing pauses for long."""
    organization = builders.organization()  # has accepted SMS for consents
    for person in (*Patient.objects.filter(institution=clinic), *Representative.objects.all()):
        if person.phone:
            agree(organization, person)
    clinic.service_address = road.address
    clinic.id_lpu = str(organization.id)
    clinic.set_token(tokens.issue(organization, name="МИС", now=timezone.now()))
    clinic.save()
    monkeypatch.setattr(service, "RETRIES", Retries(attempts=2, first_delay=0.01, longest_delay=0.05))
    monkeypatch.setattr(service, "ANSWER_SECONDS", 5.0)
    return organization


@pytest.fixture
def desk(registrar, printed, road, at_service):
    """All that a test of the exchange uses."""
    return Desk(registrar, printed, road)


@dataclass
class Desk:
    registrar: User
    printed: Callable[..., PackageDocument]
    """A form printed for a patient, and its row."""
    road: Road

    def worker(self, **options):
        """The worker at work: everything asked for so far is done."""
        drain(**options)

    def later(self, **amount):
        """Some time passes, and the worker tries again what waits: `later(minutes=20)`."""
        with time_machine.travel(timezone.now() + timedelta(**amount), tick=True):
            tasks.try_again()
            drain()

    def known(self):
        """What the service knows, by our ids."""
        return {one.id_document_mis: one for one in Document.objects.all()}
