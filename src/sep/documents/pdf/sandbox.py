"""Hands a hostile file to a disposable process and takes back plain facts; the service parses no PDF."""

import atexit
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Final

from sep.documents.pdf.errors import PdfRefused, refusal
from sep.documents.pdf.limits import Limits
from sep.documents.pdf.wire import (
    ORDER,
    STATUS,
    Frame,
    FrameError,
    OversizedFrameError,
    receive_frame,
    send_frame,
)

_logger = logging.getLogger(__name__)

_ATTEMPTS = 3
_PATIENCE_SECONDS = 20.0
"""Beyond the job's own limit: for the fork server to start on a busy machine, and to report."""

# How a process ended before its answer was whole. A kill comes from outside: from an operator, or from the
# kernel when the machine, not the process, is out of memory. Everything else is pdfium or qpdf giving up.
_ENDINGS: Final = MappingProxyType(
    {
        -signal.SIGXCPU: "pdf_too_slow",
        -signal.SIGALRM: "pdf_too_slow",
        -signal.SIGKILL: "pdf_interrupted",
        -signal.SIGTERM: "pdf_interrupted",
    },
)


class _ServerLostError(Exception):
    """The fork server died; the job says nothing about the file and may be given again."""


@dataclass(frozen=True, slots=True, eq=False)
class _Server:
    process: subprocess.Popen[bytes]
    control: socket.socket


class Sandbox:
    """A fork server: started when first needed, when it died, and anew in a forked copy of the service.

    Safe from several threads. At most as many files are read at once as there are processors, and at least
    two.
    """

    def __init__(self) -> None:
        self._server: _Server | None = None
        self._renew_locks()

    def _renew_locks(self) -> None:
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))

    def run(self, task: str, data: bytes, limits: Limits) -> list[Frame]:
        """Run one task of `fork_server.TASKS` over the file.

        Raises:
            PdfRefused: for every reason there is, crashes included.
        """
        with self._places:
            for _ in range(_ATTEMPTS):
                try:
                    server = self.start()
                    return self._attempt(server, task, data, limits)
                except _ServerLostError:
                    self._drop(server)
                except OSError:  # no descriptor, process or memory is left for it on this machine
                    _logger.exception("the process that reads PDF files is out of reach")
                    break
        raise refusal("pdf_interrupted")

    def _attempt(self, server: _Server, task: str, data: bytes, limits: Limits) -> list[Frame]:
        job, far_job = socket.socketpair()
        status, far_status = socket.socketpair()
        with job, status:
            with far_job, far_status:
                self._order(server, limits, far_job, far_status)
            frames: list[Frame] = []
            patience = limits.wall_seconds + _PATIENCE_SECONDS
            job.settimeout(patience)
            status.settimeout(patience)
            try:
                send_frame(job, {"task": task, "limits": asdict(limits)}, data)
                _receive_answer(job, limits, frames)
            except OversizedFrameError:
                raise refusal("pdf_bomb") from None
            except TimeoutError:
                # The kernel would have ended the reader long ago: it is the server that hangs.
                raise _ServerLostError from None
            except (FrameError, OSError):
                raise _ending(status, midway=bool(frames)) from None
        return frames

    def _order(
        self, server: _Server, limits: Limits, far_job: socket.socket, far_status: socket.socket
    ) -> None:
        with self._lock:
            if server is not self._server:
                raise _ServerLostError
            try:
                seconds = ORDER.pack(limits.wall_seconds)
                socket.send_fds(server.control, [seconds], [far_job.fileno(), far_status.fileno()])
            except OSError:
                raise _ServerLostError from None

    def start(self) -> _Server:
        """The fork server, started if there is none."""
        with self._lock:
            if self._server is None:
                self._server = _started()
            return self._server

    def _drop(self, server: _Server) -> None:
        with self._lock:
            if server is self._server:
                self._server = None
                _end(server)

    def stop(self) -> None:
        """End the fork server with all that it has forked; the next file starts another."""
        with self._lock:
            server, self._server = self._server, None
            if server is not None:
                _end(server)

    def abandon(self) -> None:
        """After a fork of the service: its server is the other copy's, and so is whoever held the locks."""
        if self._server is not None:
            self._server.control.close()
            self._server.process.poll()  # not our child: marks it as ended, so that nobody waits for it
        self._server = None
        self._renew_locks()


def _started() -> _Server:
    near, far = socket.socketpair()
    with far:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "sep.documents.pdf.fork_server", str(far.fileno())],
            pass_fds=[far.fileno()],
            env=_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
    return _Server(process, near)


def _environment() -> dict[str, str]:
    """Where Python is; nothing else of the service's own environment, for that is where secrets are."""
    found = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PYTHONHOME") if name in os.environ}
    return {**found, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LANG": "C.UTF-8"}


def _end(server: _Server) -> None:
    server.control.close()
    try:
        code = server.process.wait(timeout=1)
    except subprocess.TimeoutExpired:  # it is still importing its libraries, or hangs
        server.process.kill()
        server.process.wait()
        return
    if code:
        _logger.error("the process that reads PDF files ended with code %d", code)


def _receive_answer(job: socket.socket, limits: Limits, frames: list[Frame]) -> None:
    """Add frames as they come, up to the last."""
    room = limits.max_output_bytes
    while len(frames) <= limits.max_pages:
        frame = receive_frame(job, room)
        room -= frame.size
        if "refused" in frame.fields:
            if str(because := frame.fields.get("because", "")).isidentifier():
                _logger.warning("a PDF file was refused because of %.50s", because)
            raise refusal(str(frame.fields["refused"]), limits)
        if "end" in frame.fields:
            return
        frames.append(frame)
    raise OversizedFrameError


def _ending(status: socket.socket, *, midway: bool) -> PdfRefused | _ServerLostError:
    """Why the answer is not whole. With its first part a process says that it now draws."""
    try:
        report = status.recv(STATUS.size)
    except OSError:
        report = b""
    if len(report) != STATUS.size:
        return _ServerLostError()
    (code,) = STATUS.unpack(report)
    return refusal(_ENDINGS.get(code, "pdf_cannot_be_drawn" if midway else "pdf_unreadable"))


SANDBOX: Final = Sandbox()
os.register_at_fork(after_in_child=SANDBOX.abandon)
atexit.register(SANDBOX.stop)
