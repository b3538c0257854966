from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db.models.functions import Now

from sep.jobs import enqueue, job
from sep.jobs.models import WorkerHeartbeat
from sep.jobs.queues import QUEUES
from sep.jobs.status import QueueDepth, failed_jobs, queue_depths, worker_alive
from sep.jobs.testing import drain
from sep.jobs.worker import forget_finished
from tests.jobs.sample import GatewayDown, hopeless, note, note_code, question


def test_depths_tell_ready_delayed_and_running_jobs_of_each_queue(probe):
    enqueue(question, "a", 3600)
    drain()
    enqueue(note_code, "b")
    enqueue(note, "c")
    enqueue(note, "d", delay=timedelta(hours=1))
    depths = queue_depths()
    assert depths.keys() == QUEUES.keys()
    assert depths["waiting"] == QueueDepth(running=1)
    assert depths["codes"] == QueueDepth(ready=1)
    assert depths["messages"] == QueueDepth(ready=1, delayed=1)
    assert depths["pages"] == QueueDepth()


def test_finished_jobs_are_forgotten_after_two_days_and_failed_ones_after_thirty(probe):
    enqueue(note, "a", workflow_id="finished")
    enqueue(hopeless, "b")
    with pytest.raises(GatewayDown):
        drain()
    now = datetime.now(UTC)
    with time_machine.travel(now + timedelta(days=3)):
        forget_finished()
    assert len(failed_jobs()) == 1
    enqueue(note, "again", workflow_id="finished")
    drain()
    assert "again" in probe()
    with time_machine.travel(now + timedelta(days=31)):
        forget_finished()
    assert failed_jobs() == []


def test_finished_jobs_are_remembered_for_two_days(probe):
    enqueue(note, "a", workflow_id="finished")
    drain()
    forget_finished()
    enqueue(note, "again", workflow_id="finished")
    drain()
    assert probe() == ["a"]


def test_flush_empties_the_queues(probe):
    enqueue(note, "a")
    call_command("flush", interactive=False, verbosity=0)
    assert queue_depths()["messages"] == QueueDepth()


def test_migrating_again_keeps_the_jobs(probe):
    enqueue(note, "a")
    call_command("migrate", verbosity=0)
    drain()
    assert probe() == ["a"]


def test_worker_with_an_old_heartbeat_is_not_alive(transactional_db):
    assert not worker_alive()
    WorkerHeartbeat.objects.create(executor_id="a", beat_at=Now() - timedelta(minutes=1))
    assert not worker_alive(timedelta(seconds=30))
    assert worker_alive(timedelta(seconds=90))


def test_job_cannot_be_declared_twice_or_on_an_unknown_queue():
    with pytest.raises(ValueError, match="declared twice"):
        job("sample.note")(print)
    with pytest.raises(ValueError, match="no queue"):
        job("sample.other", queue="nowhere")(print)
