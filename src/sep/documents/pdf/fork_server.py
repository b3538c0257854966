"""The process from which disposable processes are forked: everything imported, nothing known.

Started by `sandbox` as `python -m sep.documents.pdf.fork_server FD` with an empty environment, it holds no
database connection, no settings and no keys, and never sees a document: each travels straight to the process
that will read it. It ends when its end of the control socket is closed, that is, with the service.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, NoReturn

from PIL import WebPImagePlugin  # noqa: F401 - Pillow finds its formats among what is imported

from sep.documents.pdf.confinement import (
    address_space,
    give_up_files,
    give_up_system_calls,
    limit_resources,
    system_call_filter,
)
from sep.documents.pdf.errors import PdfRefused
from sep.documents.pdf.inspection import examine
from sep.documents.pdf.limits import Limits
from sep.documents.pdf.rehearsal import rehearse
from sep.documents.pdf.rendering import draw, try_to_draw
from sep.documents.pdf.wire import ORDER, STATUS, receive_frame, send_frame

_GRACE_SECONDS = 1.0

Answer = tuple[dict[str, Any], bytes]


@dataclass(frozen=True, slots=True)
class _Child:
    deadline: float
    status: int


def _inspect(data: bytes, limits: Limits) -> Iterator[Answer]:
    found = examine(data, limits)
    yield (
        {
            "page_count": found.page_count,
            "presigned": found.presigned,
            "repairs": list(found.repairs),
            "rewritten": found.normalized is not None,
        },
        found.normalized or b"",
    )
    # After the facts are told, so that the service knows what a process was at when it died.
    try_to_draw(data if found.normalized is None else found.normalized, limits)


def _render(data: bytes, limits: Limits) -> Iterator[Answer]:
    for page in draw(data, limits):
        yield (
            {"number": page.number, "width": page.width, "height": page.height, "text": page.text},
            page.webp,
        )


TASKS: Final[MappingProxyType[str, Callable[[bytes, Limits], Iterator[Answer]]]] = MappingProxyType(
    {"inspect": _inspect, "render": _render},
)


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    rehearse()
    system_call_filter()
    occupied = address_space()
    give_up_files()
    os.dup2(0, 2)
    gc.collect()
    gc.freeze()
    awake, wake = os.pipe()
    os.set_blocking(awake, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    children: dict[int, _Child] = {}
    while True:
        nearest = min((child.deadline for child in children.values()), default=None)
        timeout = None if nearest is None else max(0.0, nearest - time.monotonic())
        waited: list[Any] = [control, awake]
        ready = select.select(waited, [], [], timeout)[0]
        if awake in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(awake, 4096)
        _reap(children)
        _end_overdue(children)
        if control in ready and not _take_order(control, children, occupied):
            break
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def _take_order(control: socket.socket, children: dict[int, _Child], occupied: int) -> bool:
    """Fork a process for the next job; False when the service is gone."""
    order, descriptors, _, _ = socket.recv_fds(control, ORDER.size, 2)
    if len(order) != ORDER.size:
        return False
    (seconds,) = ORDER.unpack(order)
    job, status = descriptors
    try:
        pid = os.fork()
    except OSError:  # no memory or no process left on the machine
        _report(status, -signal.SIGKILL)
    else:
        if pid == 0:
            _become_disposable(job, occupied)
        children[pid] = _Child(time.monotonic() + seconds + _GRACE_SECONDS, status)
    os.close(job)
    return True


def _reap(children: dict[int, _Child]) -> None:
    for pid in tuple(children):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            child = children.pop(pid)
            _report(child.status, os.waitstatus_to_exitcode(status))


def _report(channel: int, code: int) -> None:
    with contextlib.suppress(OSError):  # the service may have stopped listening
        os.write(channel, STATUS.pack(code))
    os.close(channel)


def _end_overdue(children: dict[int, _Child]) -> None:
    now = time.monotonic()
    for pid, child in children.items():
        if child.deadline <= now:
            os.kill(pid, signal.SIGKILL)


def _become_disposable(job: int, occupied: int) -> NoReturn:
    """The whole life of a disposable process. It never returns into the loop of the server."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.closerange(3, job)
        os.closerange(job + 1, os.sysconf("SC_OPEN_MAX"))
        with socket.socket(fileno=job) as channel:
            _work(channel, occupied)
    except BaseException:  # noqa: BLE001 - a traceback would show the document; the exit code says enough
        os._exit(1)
    os._exit(0)


def _work(channel: socket.socket, occupied: int) -> None:
    order = receive_frame(channel, sys.maxsize)
    limits = Limits(**order.fields["limits"])
    limit_resources(limits, occupied)
    give_up_system_calls()
    try:
        for fields, blob in TASKS[order.fields["task"]](order.blob, limits):
            send_frame(channel, fields, blob)
        send_frame(channel, {"end": True})
    except PdfRefused as refused:
        send_frame(channel, {"refused": refused.code})
    except (MemoryError, RecursionError):
        send_frame(channel, {"refused": "pdf_bomb"})
    except OSError as error:
        # The confinement is tighter than a library expects: our fault, not the file's.
        send_frame(channel, {"refused": "pdf_interrupted", "because": type(error).__name__})
    except Exception as error:  # noqa: BLE001 - whatever a library raises on this file, the file is at fault
        send_frame(channel, {"refused": "pdf_damaged", "because": type(error).__name__})


if __name__ == "__main__":
    main()
