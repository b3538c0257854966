"""Waiting inside a workflow, so that a stopping worker can let go of it without ending the wait."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from dbos import DBOS
from dbos._sys_db import SystemDatabase

_stopping: Final = threading.Event()
# The workflows of this process that wait: id → topic, or None for a sleep.
WAITING: Final[dict[str, str | None]] = {}


class Interrupted(BaseException):
    """This process stops: the workflow is left as it is and goes on elsewhere. Not for catching."""


def sleep(duration: timedelta) -> None:
    """Sleep in a workflow. A restart sleeps only what remains."""
    until = DBOS.run_step({"name": "sep.sleep"}, lambda: time.time() + duration.total_seconds())
    with _waiting(None):
        if _stopping.wait(max(0.0, until - time.time())):
            raise Interrupted


def receive(topic: str, timeout: timedelta) -> Any:
    """Wait in a workflow for `notify` on this topic; each value is received once.

    Returns:
        The JSON value that was sent, or `None` when `timeout` has passed. A restart waits only what remains.

    """
    with _waiting(topic):
        return DBOS.recv(topic, timeout.total_seconds())


@contextmanager
def _waiting(topic: str | None) -> Iterator[None]:
    workflow_id = DBOS.workflow_id
    if workflow_id is None:
        raise RuntimeError("sleep and receive belong in a workflow")
    if _stopping.is_set():
        raise Interrupted
    WAITING[workflow_id] = topic
    try:
        yield
    finally:
        WAITING.pop(workflow_id, None)


def allow(system: SystemDatabase) -> None:
    """Let workflows wait in this process, until `interrupt`.

    DBOS has no way to give up a wait and leave the workflow pending: it would hold the thread, and with it
    the process, to the end. So the moment between waking and taking the message is ours.
    """
    consume = system.recv_consume

    def leave_or_consume(workflow_uuid: str, function_id: int, topic: str | None, start_time: int) -> Any:
        if _stopping.is_set():
            raise Interrupted
        WAITING.pop(workflow_uuid, None)
        return consume(workflow_uuid, function_id, topic, start_time)

    _stopping.clear()
    system.recv_consume = leave_or_consume  # type: ignore[method-assign]


def interrupt(system: SystemDatabase) -> None:
    """Wake every waiting workflow of this process and leave it pending."""
    _stopping.set()
    for _, _, signal in system.notifications_map.snapshot():
        signal.set()
