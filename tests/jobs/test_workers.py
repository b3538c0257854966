import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from sep.jobs import enqueue, notify
from sep.jobs.models import WorkerHeartbeat
from sep.jobs.status import table, worker_alive
from sep.jobs.waiting import SLEEP
from tests.jobs.sample import nap, note, note_code, pulses, question, slow

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


def asleep():
    """Whether a sleep has begun, and so the step before it is recorded."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table('operation_outputs')} WHERE function_name = %s", [SLEEP])
        return cursor.fetchone() is not None


def test_killed_worker_goes_on_where_it_was_when_started_again(probe, start_worker, eventually):
    worker = start_worker("a")
    enqueue(nap, "nap", 4)
    eventually(asleep)
    assert probe() == ["nap:before"]
    worker.kill()
    worker.wait()
    start_worker("a")
    eventually(lambda: probe() == ["nap:before", "nap:after"])


def test_work_of_a_worker_lost_for_good_is_taken_over(probe, start_worker, eventually):
    lost = start_worker("lost")
    enqueue(nap, "nap", 2)
    eventually(asleep)
    assert probe() == ["nap:before"]
    lost.kill()
    lost.wait()
    WorkerHeartbeat.objects.filter(executor_id="lost").update(beat_at=Now() - timedelta(hours=1))
    start_worker("heir")
    eventually(lambda: probe() == ["nap:before", "nap:after"])
    assert list(WorkerHeartbeat.objects.values_list("executor_id", flat=True)) == ["heir"]


def test_two_workers_share_the_jobs_and_run_each_once(probe, start_worker, eventually):
    for number in range(60):
        enqueue(note, f"job-{number}")
    start_worker("a")
    start_worker("b")
    jobs = {f"job-{number}" for number in range(60)}
    eventually(lambda: jobs <= set(probe()))
    assert sorted(probe()) == sorted(jobs)


def test_periodic_job_starts_once_in_a_period_with_two_workers(probe, start_worker, eventually):
    first_period = int(time.time())
    start_worker("a")
    start_worker("b")
    eventually(lambda: WorkerHeartbeat.objects.count() == 2 and pulses() >= 5)
    assert pulses() <= int(time.time()) - first_period + 1


def test_backlog_of_messages_does_not_delay_a_code(probe, start_worker, eventually):
    start_worker("a")
    eventually(worker_alive)
    for number in range(300):
        enqueue(slow, f"message-{number}")
    enqueue(note_code, "code")
    eventually(lambda: "code" in probe())
    assert sum(mark.startswith("message") for mark in probe()) < 150


def test_stopped_worker_leaves_what_waits_to_the_next_one(probe, start_worker, eventually):
    worker = start_worker("a")
    workflow_id = enqueue(question, "q", 3600)
    eventually(lambda: probe() == ["q:asked"])
    worker.terminate()
    assert worker.wait(timeout=60) == 0
    notify(workflow_id, "answer", "yes")
    start_worker("a")
    eventually(lambda: probe() == ["q:asked", "q:yes"])


def test_worker_is_alive_while_its_heart_beats(probe, start_worker, eventually):
    assert not worker_alive()
    start_worker("a")
    eventually(worker_alive)
