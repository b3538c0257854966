"""Running the two kinds of processes: the web and the worker."""

import os
import signal
import threading

from django.conf import settings
from django.db import connection

from sep.documents import pdf
from sep.jobs.worker import run_worker


def serve_web(address: str, port: int, workers: int) -> None:
    """Serve the WSGI application until a signal; the number of threads follows the database.

    SQLite has one writer: more threads would only wait for each other. PostgreSQL gives each its own.
    """
    from granian import Granian  # noqa: PLC0415  imports a server that no other command needs
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    threads = 1 if connection.vendor == "sqlite" else 4
    connection.close()
    Granian(
        "sep.config.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backlog=1024,
        respawn_failed_workers=True,
        log_access=False,  # a path may carry a link's token
        log_level=LogLevels.warning,
    ).serve()


def serve_worker() -> None:
    """Run background work until SIGTERM or Ctrl-C; what is unfinished goes on at the next start."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pdf.start()
    run_worker(settings.ENVIRONMENT.worker_id, stop)
    # A job that hangs in a gateway's socket must not hold the process: its work is queued again.
    os._exit(0)
