"""Putting work into the queues and taking it out, inside the business transaction."""

from contextlib import suppress
from datetime import timedelta
from typing import TypeVarTuple

from dbos import EnqueueOptions
from dbos._error import DBOSNonExistentWorkflowError, DBOSQueueDeduplicatedError

from sep.jobs.declaration import Job
from sep.jobs.engine import client
from sep.jobs.queues import QUEUES

Ids = TypeVarTuple("Ids")


class UnknownWorkflow(LookupError):
    """No workflow has this id: never enqueued, or finished and forgotten."""


def enqueue(
    job: Job[*Ids],
    *ids: *Ids,
    workflow_id: str | None = None,
    delay: timedelta | None = None,
    partition: str | None = None,
) -> str:
    """Queue a job in the current transaction: rows and job commit together or not at all.

    Args:
        job: What a `tasks.py` declared.
        *ids: Its arguments: `str` or `int`, since they are stored as they are.
        workflow_id: Names the run: an id already known, running or finished, adds nothing. Finished runs are
            forgotten after two days, failed ones after thirty.
        delay: Start no earlier than this from now.
        partition: Of a partitioned queue, and only of one. Its jobs start in the order of the second (SQLite)
            or the millisecond of their enqueueing, then of their ids: number the ids to keep the order.

    Returns:
        The id of the run, for `cancel` and `notify`.

    Raises:
        TypeError: an argument is not an id.
        ValueError: a partition is missing, or there are none in this queue.

    """
    if QUEUES[job.queue].is_partitioned != (partition is not None):
        raise ValueError(f"job {job.name}: queue {job.queue} and partition {partition!r} do not fit")
    if not all(isinstance(each, str | int) for each in ids):
        raise TypeError(f"job {job.name} takes ids: str or int")
    options: EnqueueOptions = {"workflow_name": job.name, "queue_name": job.queue}
    if workflow_id is not None:
        options["workflow_id"] = workflow_id
    if delay is not None:
        options["delay_seconds"] = delay.total_seconds()
    if partition is not None:
        options["queue_partition_key"] = partition
    with client() as dbos:
        return dbos.enqueue(options, *ids).get_workflow_id()


def cancel(workflow_id: str) -> None:
    """Withdraw a run in the current transaction: it does not start, or stops before its next step.

    What is finished or unknown stays as it is.
    """
    with client() as dbos:
        dbos.cancel_workflow(workflow_id)


def notify(workflow_id: str, topic: str, value: str | float | bool | dict[str, object]) -> None:
    """Give a value to a workflow that waits, or will wait, in `receive`; sent when the transaction commits.

    Raises:
        UnknownWorkflow: there is none to give it to; the transaction goes on unharmed.

    """
    try:
        with client() as dbos:
            dbos.send(workflow_id, value, topic)
    except DBOSNonExistentWorkflowError as error:
        raise UnknownWorkflow(workflow_id) from error


def enqueue_period(name: str, queue: str, number: int) -> None:
    """Start a periodic job for its period of this number, unless any worker did or its last run goes on."""
    options: EnqueueOptions = {
        "workflow_name": name,
        "queue_name": queue,
        "workflow_id": f"{name}/{number}",
        "deduplication_id": name,
    }
    with suppress(DBOSQueueDeduplicatedError), client() as dbos:
        dbos.enqueue(options)
