from contextlib import suppress

from django.db import transaction

from sep.jobs import enqueue
from sep.jobs.testing import drain
from tests.jobs.sample import note, write


class Trouble(Exception):
    pass


def test_committed_job_runs(probe):
    with transaction.atomic():
        write("row")
        enqueue(note, "job")
    drain()
    assert probe() == ["row", "job"]


def test_job_outside_a_transaction_runs(probe):
    enqueue(note, "job")
    drain()
    assert probe() == ["job"]


def test_rolled_back_job_does_not_run_and_its_rows_are_gone(probe):
    with suppress(Trouble), transaction.atomic():
        write("row")
        enqueue(note, "job")
        raise Trouble
    drain()
    assert probe() == []


def test_job_of_a_rolled_back_savepoint_does_not_run_and_the_others_do(probe):
    with transaction.atomic():
        enqueue(note, "before")
        with suppress(Trouble), transaction.atomic():
            enqueue(note, "inside")
            raise Trouble
        enqueue(note, "after")
        write("row")
    drain()
    assert sorted(probe()) == ["after", "before", "row"]
