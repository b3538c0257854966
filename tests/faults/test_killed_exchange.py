"""kill -9 of the worker while it sends a clinic's documents: nothing is lost, and each is sent once."""

import pytest
from django.utils import timezone

from clinic.forms import shipped_forms
from clinic.forms.models import PrintForm
from clinic.forms.printing import print_form
from clinic.forms.subjects import subject_of
from clinic.signing import package
from clinic.signing.models import Exchange, PackageDocument
from clinic.staff.models import User
from sep.delivery.models import Delivery, Purpose
from sep.documents.models import Document
from sep.jobs.testing import drain
from sep.parties import tokens
from tests import builders
from tests.clinic.conftest import boy, clinic  # noqa: F401  fixtures
from tests.faults.death import EXCHANGE

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
]


@pytest.fixture
def waiting(clinic, boy, live_server):  # noqa: F811
    """Two consents printed for the boy, in a clinic that is connected to the service."""
    organization = builders.organization()
    clinic.service_address = f"{live_server.url}/sep/api"
    clinic.id_lpu = str(organization.id)
    clinic.set_token(tokens.issue(organization, name="МИС", now=timezone.now()))
    clinic.save()
    shipped_forms.install(clinic)
    registrar = User.objects.get(username="registrar")
    for code in ("KAV.0089", "СЭП.0001"):
        form = PrintForm.objects.get(institution=clinic, code=code)
        print_form(form, subject_of(clinic, "patient_card", boy.pk, form.pdf_type), registrar)
    return registrar


@pytest.mark.parametrize("step", EXCHANGE)
def test_documents_survive_the_death_of_the_worker_and_are_sent_once(run, waiting, step):
    assert package.send(PackageDocument.objects.all(), waiting) == 2
    assert run("worker", step) == -9
    drain()
    rows = PackageDocument.objects.all()
    assert {row.exchange for row in rows} == {Exchange.ACCEPTED}
    assert {row.pk for row in rows} == {one.id_document_mis for one in Document.objects.filter(is_ours=False)}
    assert Delivery.objects.filter(purpose=Purpose.INVITATION).count() == 1
