"""The worker: runs what the queues hold, takes over from lost workers, starts periodic jobs, tidies up."""

import functools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVarTuple

import sqlalchemy as sa
from dbos import DBOS
from django.db import Error, close_old_connections, connection
from django.db.models.functions import Now
from django.utils.module_loading import autodiscover_modules

from sep.jobs import waiting
from sep.jobs.declaration import REGISTRY, Job, every
from sep.jobs.engine import APPLICATION, Json, client, create_engine, register_queues
from sep.jobs.failures import StepFailed
from sep.jobs.models import WorkerHeartbeat
from sep.jobs.queueing import enqueue_period
from sep.jobs.queues import QUEUES
from sep.jobs.status import FAILED

logger = logging.getLogger("sep.jobs")
Ids = TypeVarTuple("Ids")

# By default the version is a hash of the code, and a workflow interrupted by an upgrade would be stranded.
VERSION: Final = "1"
TICK: Final = 0.5
BEAT: Final = timedelta(seconds=5)
LOST_AFTER: Final = timedelta(seconds=30)
GRACE_SECONDS: Final = 10
KEPT: Final = {("SUCCESS", "CANCELLED"): timedelta(days=2), FAILED: timedelta(days=30)}

_known_to_dbos: Final[set[str]] = set()


def ignore(_error: Exception) -> None:
    """Do nothing more with the error of a failed job."""


# The tests' `drain` listens here.
on_failure: Callable[[Exception], None] = ignore


def run_worker(executor_id: str, stop: threading.Event) -> None:
    """Run the background work of every app until `stop` is set, then finish within `GRACE_SECONDS`.

    What is still running then stays pending and goes on at the next start under the same `executor_id`, or in
    another worker once this one's heartbeat is old. So the id is stable and belongs to one process at a time.
    A job that ignores the grace holds its thread: end the process with `os._exit`.

    Raises:
        Exception: the tables are missing or old; run `sep migrate`.

    """
    autodiscover_modules("tasks")
    register_queues(QUEUES)
    rounds = _Rounds(executor_id)
    rounds.beat()  # before the first job: a worker that dies at once must be missed
    with launched(executor_id, grace_seconds=GRACE_SECONDS):
        while not stop.wait(TICK):
            close_old_connections()
            try:
                rounds.make()
            except (Error, sa.exc.SQLAlchemyError) as error:
                logger.warning("jobs.round_failed %s", StepFailed.of(error))
    connection.close()


@contextmanager
def launched(executor_id: str, *, grace_seconds: int, reaction: float = 0.25) -> Iterator[None]:
    """Run DBOS in this process for the length of the block; a notice is seen after `reaction` seconds."""
    _quieten()
    for name, job in REGISTRY.items():
        if name not in _known_to_dbos:
            DBOS.workflow(name=name)(_reported(job))
            _known_to_dbos.add(name)
    engine = create_engine(pool_size=8, max_overflow=24)
    ended = threading.Event()

    @sa.event.listens_for(engine, "checkin")
    def close_latecomers(_raw: object, record: sa.pool.ConnectionPoolEntry) -> None:
        if ended.is_set():
            record.invalidate()

    # Each of the many threads would keep a connection of its own open, and PostgreSQL has a hundred for all.
    kept_open, connection.settings_dict["CONN_MAX_AGE"] = connection.settings_dict["CONN_MAX_AGE"], 0
    waiting.allow()
    try:
        dbos = DBOS(
            config={
                "name": APPLICATION,
                "application_version": VERSION,
                "executor_id": executor_id,
                "system_database_url": str(engine.url),
                "system_database_engine": engine,
                "serializer": Json(),
                "run_migrations": False,
                "log_level": "WARNING",
                "notification_listener_polling_interval_sec": reaction,
                "notification_coalesce_sec": reaction,
            }
        )
        DBOS.launch()
        yield
        waiting.interrupt(dbos._sys_db)  # noqa: SLF001
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=grace_seconds)
        ended.set()
        engine.dispose()
        connection.settings_dict["CONN_MAX_AGE"] = kept_open


def _reported(job: Job[*Ids]) -> Callable[[*Ids], None]:
    @functools.wraps(job.body)
    def run(*ids: *Ids) -> None:
        try:
            job.body(*ids)
        except Exception as error:
            logger.error("jobs.failed job=%s id=%s %s", job.name, DBOS.workflow_id, StepFailed.of(error))  # noqa: TRY400
            on_failure(error)
            raise

    return run


class _Rounds:
    """What a worker does every half a second besides running jobs."""

    def __init__(self, executor_id: str) -> None:
        self._executor_id = executor_id
        self._next_beat = 0.0
        self._started_periods: dict[str, int] = {}

    def make(self) -> None:
        if time.monotonic() >= self._next_beat:
            self.beat()
            self._take_over()
            self._next_beat = time.monotonic() + BEAT.total_seconds()
        self._start_periods()

    def beat(self) -> None:
        WorkerHeartbeat.objects.update_or_create(executor_id=self._executor_id, defaults={"beat_at": Now()})

    def _take_over(self) -> None:
        """Queue again what lost workers ran. One that was only slow loses its claim and nothing else."""
        lost = WorkerHeartbeat.objects.filter(beat_at__lt=Now() - LOST_AFTER)
        for executor_id in lost.values_list("executor_id", flat=True):
            taken = DBOS._recover_pending_workflows([executor_id])  # noqa: SLF001  DBOS has no public call
            logger.warning("jobs.taken_over executor=%s workflows=%d", executor_id, len(taken))
            lost.filter(executor_id=executor_id).delete()

    def _start_periods(self) -> None:
        for job in REGISTRY.values():
            if job.period is None:
                continue
            number = int(time.time() // job.period.total_seconds())
            if self._started_periods.get(job.name) != number:
                enqueue_period(job.name, job.queue, number)
                self._started_periods[job.name] = number


@every("jobs.forget_finished", seconds=600)
def forget_finished() -> None:
    """Delete finished runs whose time has passed."""
    for statuses, age in KEPT.items():
        before = (datetime.now(UTC) - age).isoformat()
        while True:
            with client() as dbos:
                found = dbos.list_workflows(
                    status=list(statuses),
                    completed_before=before,
                    limit=500,
                    load_input=False,
                    load_output=False,
                )
                dbos.delete_workflows([each.workflow_id for each in found])
            if not found:
                break


class _WithoutValues(logging.Filter):
    """Keep the messages of exceptions out of the log: they may quote a row."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg == "Exception encountered in background workflow:":
            return False  # told with the job's name in `_reported`
        if record.exc_info and record.exc_info[1] is not None:
            record.msg = f"{record.getMessage()} {StepFailed.of(record.exc_info[1])}"
            record.args = record.exc_info = record.exc_text = None
        return True


def _quieten() -> None:
    dbos_logger = logging.getLogger("dbos")
    if not dbos_logger.handlers:
        # A handler of any kind keeps DBOS from installing its own and from turning propagation off.
        dbos_logger.addHandler(logging.NullHandler())
        dbos_logger.addFilter(_WithoutValues())
