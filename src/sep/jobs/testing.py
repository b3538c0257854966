"""Running the queued work inside a test, with the real DBOS."""

import time
from datetime import timedelta
from typing import Final

from django.db import connection

from sep.jobs import declaration, waiting, worker
from sep.jobs.engine import client
from sep.jobs.failures import StepFailed
from sep.jobs.status import table

_POLLING: Final = 0.01  # seconds
_SOON: Final = 1.0  # seconds


def drain(*, delayed: bool = False, timeout: timedelta = timedelta(seconds=30)) -> None:
    """Run a real worker in this process until nothing is left to do, and stop it.

    For tests with `transactional_db` (the worker reads what was committed, through connections of its own).
    On return every job has finished, except delayed ones and workflows that `sleep` or `receive` for more
    than a second: these go on in a later `drain`, and time_machine's travels count. Periodic jobs are not
    started: call them. Retries do not wait. Between tests Django's flush empties the queues together with
    the tables.

    Args:
        delayed: As though a long time had passed since the last `drain`: what was delayed or asleep by then
            goes on, and who waited for an answer gives up.
        timeout: After which the test fails.

    Raises:
        Exception: the first error that ended a job for good, as it was raised.
        TimeoutError: there is still something to do.

    """
    if connection.in_atomic_block:
        raise RuntimeError("drain() needs transactional_db: a worker does not see an open transaction")
    _bring_forward(everything=delayed)
    errors: list[Exception] = []
    deadline = time.monotonic() + timeout.total_seconds()
    _hurry()
    declaration.backoff_scale, worker.on_failure = 0.0, errors.append
    try:
        with worker.launched("drain", grace_seconds=0, reaction=_POLLING):
            while not _idle():
                if time.monotonic() > deadline:
                    raise TimeoutError("drain(): jobs are still running")
                time.sleep(_POLLING)
    finally:
        declaration.backoff_scale, worker.on_failure = 1.0, worker.ignore
    if errors:
        raise errors[0].__cause__ if isinstance(errors[0], StepFailed) and errors[0].__cause__ else errors[0]


def _hurry() -> None:
    with connection.cursor() as cursor:
        # A worker writes its own figures at its start.
        cursor.execute(f"UPDATE {table('queues')} SET polling_interval_sec = %s", [_POLLING])  # noqa: S608


def _bring_forward(*, everything: bool) -> None:
    with client() as dbos, connection.cursor() as cursor:
        if everything:
            for each in dbos.list_workflows(status="DELAYED", load_input=False, load_output=False):
                dbos.set_workflow_delay(each.workflow_id, delay_seconds=0)
            # The recorded ends of sleeps, ours and those of time-outs.
            cursor.execute(
                f"UPDATE {table('operation_outputs')} SET output = '0' WHERE function_name IN (%s, %s)",  # noqa: S608
                [waiting.SLEEP, "DBOS.sleep"],
            )
        dbos._sys_db.transition_delayed_workflows()  # noqa: SLF001  or else within a second


def _idle() -> bool:
    """Tell whether all that is unfinished waits for something from outside.

    The order of the three looks matters: a message goes from its sender (unfinished until it is sent) to the
    table (unconsumed), to its receiver (no longer waiting before it is consumed).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT workflow_uuid FROM {table('workflow_status')} WHERE status IN ('ENQUEUED', 'PENDING')"  # noqa: S608
        )
        unfinished = {workflow_id for (workflow_id,) in cursor.fetchall()}
        cursor.execute(
            f"SELECT destination_uuid, topic FROM {table('notifications')} WHERE NOT consumed"  # noqa: S608
        )
        unread = set(cursor.fetchall())
    soon = time.time() + _SOON
    waits = {workflow_id: wait for workflow_id, wait in waiting.WAITS.copy().items() if wait.until > soon}
    return unfinished <= waits.keys() and not any((key, wait.topic) in unread for key, wait in waits.items())
