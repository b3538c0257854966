"""How the background work does: for `sep doctor`, the gauges and the readiness probe."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models.functions import Now

from sep.jobs.engine import client
from sep.jobs.failures import StepFailed
from sep.jobs.models import WorkerHeartbeat
from sep.jobs.queues import QUEUES

FAILED = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_UNFINISHED = ("ENQUEUED", "DELAYED", "PENDING")


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Jobs of one queue: ready to start, delayed to a later time, running (or waiting inside)."""

    ready: int = 0
    delayed: int = 0
    running: int = 0


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that will not be tried again. `error` names the exception and its place, not its message."""

    workflow_id: str
    name: str
    queue: str
    error: str
    failed_at: datetime


def table(name: str) -> str:
    """Return the SQL name of one of DBOS's tables."""
    return f'"dbos"."{name}"' if connection.vendor == "postgresql" else f'"{name}"'


def queue_depths() -> dict[str, QueueDepth]:
    """Count the unfinished jobs of each queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT queue_name, status, count(*) FROM {table('workflow_status')}"  # noqa: S608  a constant
            " WHERE status IN (%s, %s, %s) GROUP BY queue_name, status",
            _UNFINISHED,
        )
        counted = {(queue, status): number for queue, status, number in cursor.fetchall()}
    return {
        queue: QueueDepth(*(counted.get((queue, status), 0) for status in _UNFINISHED)) for queue in QUEUES
    }


def failed_jobs(limit: int = 100) -> list[FailedJob]:
    """List the jobs that failed for good, the latest first; they are kept for thirty days."""
    with client() as dbos:
        found = dbos.list_workflows(status=list(FAILED), sort_desc=True, limit=limit, load_input=False)
    return [
        FailedJob(
            workflow_id=each.workflow_id,
            name=each.name,
            queue=each.queue_name or "",
            error=str(each.error) if isinstance(each.error, StepFailed) else each.status,
            failed_at=datetime.fromtimestamp((each.completed_at or each.updated_at or 0) / 1000, UTC),
        )
        for each in found
    ]


def worker_alive(max_age: timedelta = timedelta(seconds=30)) -> bool:
    """Tell whether any worker gave a sign of life within `max_age`."""
    return WorkerHeartbeat.objects.filter(beat_at__gte=Now() - max_age).exists()
