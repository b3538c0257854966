import pytest
from click.testing import CliRunner
from django.db.models.functions import Now
from django.test import Client

from sep.config.cli import main
from sep.jobs.models import WorkerHeartbeat
from sep.parties.models import ApiKey, Organization

pytestmark = pytest.mark.django_db(transaction=True)


def test_alive_needs_nothing():
    assert Client().get("/healthz").content == b"ok"


def test_not_ready_without_a_worker_and_ready_with_one():
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "worker": False, "seal": True}
    WorkerHeartbeat.objects.create(executor_id="w", beat_at=Now())
    assert Client().get("/readyz").status_code == 200


def test_figures_are_served():
    assert b"sep_documents_waiting" in Client().get("/metrics").content


def test_operator_adds_an_organization_and_its_token_by_commands():
    run = CliRunner().invoke
    added = run(
        main, ["organization", "add", "--name", "ООО «Клиника»", "--short-name", "Клиника", "--phone", "1"]
    )
    assert added.exit_code == 0, added.output
    clinic = Organization.objects.get()
    assert str(clinic.id) in added.output
    issued = run(main, ["token", "issue", str(clinic.id), "--allow", "10.0.0.0/8"])
    assert issued.exit_code == 0, issued.output
    key = ApiKey.objects.get()
    assert key.allowed_networks == ["10.0.0.0/8"]
    assert run(main, ["token", "issue", str(clinic.id), "--allow", "сеть"]).exit_code == 2
    assert run(main, ["token", "revoke", str(key.pk)]).exit_code == 0
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert run(main, ["token", "revoke", "999999"]).exit_code == 1
