"""Background work: enqueue, cancel, schedule. The only importer of DBOS: another engine can take its place.

An app declares its work in `tasks.py` and enqueues it where the business row is written::

    @job("delivery.send", queue="messages", retry=Retry(attempts=4, on=(GatewayUnavailable,)))
    def send(delivery_id: str) -> None: ...

    with transaction.atomic():
        delivery.save()
        enqueue(send, delivery.pk)

A job runs at least once. Legal state lives in the business tables: a job locks its row, looks at the state,
and only then acts; the queue decides when, never whether.
"""

from sep.jobs.declaration import ONCE, Job, Retry, every, job, step, workflow
from sep.jobs.failures import StepFailed
from sep.jobs.queueing import UnknownWorkflow, cancel, enqueue, notify
from sep.jobs.waiting import receive, sleep

__all__ = [
    "ONCE",
    "Job",
    "Retry",
    "StepFailed",
    "UnknownWorkflow",
    "cancel",
    "enqueue",
    "every",
    "job",
    "notify",
    "receive",
    "sleep",
    "step",
    "workflow",
]
