"""Waiting inside a workflow, so that a stopping worker can let go of it without ending the wait."""

import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from dbos import DBOS
from dbos._dbos import _get_dbos_instance
from dbos._sys_db import SystemDatabase

SLEEP: Final = "sep.sleep"

_stopping: Final = threading.Event()
_one_at_a_time: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Wait:
    """What a workflow waits for: a message on a topic, or nothing but the time, in seconds of the epoch."""

    until: float
    topic: str | None = None


# The workflows of this process that wait, by id.
WAITS: Final[dict[str, Wait]] = {}


class Interrupted(BaseException):
    """This process stops: the workflow is left as it is and goes on elsewhere. Not for catching."""


def sleep(duration: timedelta) -> None:
    """Sleep in a workflow. A restart sleeps only what remains."""
    workflow_id = _workflow_id()
    until = DBOS.run_step({"name": SLEEP}, lambda: time.time() + duration.total_seconds())
    WAITS[workflow_id] = Wait(until)
    try:
        if _stopping.wait(max(0.0, until - time.time())):
            raise Interrupted
    finally:
        WAITS.pop(workflow_id, None)


def receive(topic: str, timeout: timedelta) -> Any:
    """Wait in a workflow for `notify` on this topic; each value is received once.

    Returns:
        The JSON value that was sent, or `None` when `timeout` has passed. A restart waits only what remains.

    """
    workflow_id = _workflow_id()
    _watch(_get_dbos_instance()._sys_db)  # noqa: SLF001
    try:
        return DBOS.recv(topic, timeout.total_seconds())
    finally:
        WAITS.pop(workflow_id, None)


def _workflow_id() -> str:
    workflow_id = DBOS.workflow_id
    if workflow_id is None or DBOS.step_id is not None:
        raise RuntimeError("sleep and receive belong in a workflow, between its steps")
    return workflow_id


def _watch(system: SystemDatabase) -> None:
    """Make the moments before a wait and after it ours.

    DBOS has no way to give up a wait and leave the workflow pending: it would hold the thread, and with it
    the process, to the end.
    """
    with _one_at_a_time:
        if "recv_consume" not in vars(system):
            _wrap(system)


def _wrap(system: SystemDatabase) -> None:
    set_up, consume = system.recv_setup, system.recv_consume

    def set_up_unless_stopping(
        workflow_uuid: str, function_id: int, timeout_function_id: int, topic: str | None, timeout: float
    ) -> Any:
        if _stopping.is_set():
            raise Interrupted
        waiting = set_up(workflow_uuid, function_id, timeout_function_id, topic, timeout)
        if not waiting[0]:
            WAITS[workflow_uuid] = Wait(time.time() + waiting[2], topic)
        return waiting

    def consume_unless_stopping(
        workflow_uuid: str, function_id: int, topic: str | None, start_time: int
    ) -> Any:
        if _stopping.is_set():
            raise Interrupted
        WAITS.pop(workflow_uuid, None)
        return consume(workflow_uuid, function_id, topic, start_time)

    system.recv_setup = set_up_unless_stopping  # type: ignore[method-assign,assignment]
    system.recv_consume = consume_unless_stopping  # type: ignore[method-assign]


def allow() -> None:
    """Let the workflows of this process wait, until `interrupt`."""
    _stopping.clear()


def interrupt(system: SystemDatabase) -> None:
    """Wake every waiting workflow of this process and leave it pending."""
    _stopping.set()
    for _, _, signal in system.notifications_map.snapshot():
        signal.set()
