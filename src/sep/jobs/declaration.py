"""How an app says what runs in the background: jobs, workflows of several steps, periodic jobs.

Names are given, not derived: a job enqueued before an upgrade must find its function after it.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, ParamSpec, TypeVar, TypeVarTuple

from dbos import DBOS, StepOptions
from dbos._error import DBOSException, DBOSMaxStepRetriesExceeded
from django.db import close_old_connections
from sqlalchemy.exc import SQLAlchemyError

from sep.jobs.failures import StepFailed
from sep.jobs.queues import QUEUES

Ids = TypeVarTuple("Ids")
P = ParamSpec("P")
R = TypeVar("R")

# The tests' `drain` sets it to 0, so that retries do not wait.
backoff_scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Retry:
    """When a failed step is tried again: `attempts` in all, after `first`, then `factor` times longer.

    The waits hold the job's place in its queue, so they are for seconds and minutes; for hours,
    enqueue another job with a delay. Errors outside `on` are final at once.
    """

    attempts: int = 1
    first: timedelta = timedelta(seconds=1)
    factor: float = 2.0
    on: tuple[type[Exception], ...] = (Exception,)

    def _options(self, name: str) -> StepOptions:
        return {
            "name": name,
            "retries_allowed": self.attempts > 1,
            "max_attempts": self.attempts,
            "interval_seconds": self.first.total_seconds() * backoff_scale,
            "backoff_rate": self.factor,
            "should_retry": lambda error: isinstance(error, self.on),
        }


ONCE: Final = Retry()


class Job(Generic[*Ids]):
    """A declared piece of background work. Calling it runs the function here and now, as tests may want."""

    def __init__(
        self,
        name: str,
        queue: str,
        function: Callable[[*Ids], None],
        body: Callable[[*Ids], None],
        period: timedelta | None = None,
    ) -> None:
        if queue not in QUEUES:
            raise ValueError(f"job {name}: no queue {queue!r} in sep.jobs.queues")
        if name in REGISTRY:
            raise ValueError(f"job {name} is declared twice")
        self.name = name
        self.queue = queue
        self.body = body
        self.period = period
        self._function = function
        REGISTRY[name] = self

    def __call__(self, *ids: *Ids) -> None:
        self._function(*ids)

    def __repr__(self) -> str:
        return f"<Job {self.name}>"


REGISTRY: Final[dict[str, Job[*tuple[object, ...]]]] = {}


def step(name: str, retry: Retry = ONCE) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a step of a workflow; outside a workflow it stays a plain function.

    A step runs at least once: after a crash the one that was running starts again, finished ones answer
    with the result that was kept. The result is stored, so it is JSON and carries no personal data.

    Raises:
        StepFailed: (when called in a workflow) the tries are exhausted.

    """

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        def with_fresh_connections(*args: P.args, **kwargs: P.kwargs) -> R:
            close_old_connections()
            try:
                return function(*args, **kwargs)
            finally:
                close_old_connections()

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if DBOS.workflow_id is None or DBOS.step_id is not None:
                return function(*args, **kwargs)
            try:
                return DBOS.run_step(retry._options(name), with_fresh_connections, *args, **kwargs)  # noqa: SLF001
            except DBOSMaxStepRetriesExceeded as error:
                raise StepFailed.of(error) from error.errors[-1]
            except (StepFailed, DBOSException, SQLAlchemyError):
                raise  # kept from an earlier run, or the engine's own trouble and not the step's
            except Exception as error:
                raise StepFailed.of(error) from error

        return run

    return declare


def job(
    name: str, *, queue: str = "messages", retry: Retry = ONCE
) -> Callable[[Callable[[*Ids], None]], Job[*Ids]]:
    """Declare a job: one step that takes ids, on its own queue and with its own retries."""

    def declare(function: Callable[[*Ids], None]) -> Job[*Ids]:
        return Job(name, queue, function, step(name, retry)(function))

    return declare


def workflow(name: str, *, queue: str = "waiting") -> Callable[[Callable[[*Ids], None]], Job[*Ids]]:
    """Declare a workflow: a function that calls steps, `sleep` and `receive`, and nothing else with effects.

    After a crash it is run again from the top, and what was done answers from the record; so between two
    steps it must decide by their results alone: no clock, no chance, no database.
    It holds a thread while it waits: minutes, not days. For days, enqueue a job with a delay.
    """

    def declare(function: Callable[[*Ids], None]) -> Job[*Ids]:
        return Job(name, queue, function, function)

    return declare


def every(name: str, *, seconds: int, queue: str = "housekeeping") -> Callable[[Callable[[], None]], Job[()]]:
    """Declare a job that all workers together start once in each period.

    Periods are counted from the epoch, so 86 400 is midnight UTC; at most a day. A period in which no worker
    lived is skipped, and so is one whose predecessor still runs.
    """
    if not 1 <= seconds <= 86_400:  # noqa: PLR2004  finished runs are remembered for two days
        raise ValueError(f"job {name}: a period is between a second and a day")

    def declare(function: Callable[[], None]) -> Job[()]:
        return Job(name, queue, function, step(name)(function), timedelta(seconds=seconds))

    return declare
