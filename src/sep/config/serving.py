"""Running the two kinds of processes: the web and the worker."""

import os
import signal
import threading

from django.conf import settings
from django.db import connection

from sep.ceremony.seal_key import SealKeyUnfit, seal_key
from sep.config.trial import trial_pdf
from sep.documents import pdf
from sep.jobs.worker import run_worker
from sep.sealing import SealingError, can_seal

_BEHIND_THE_WEB = 10
"""A request that somebody waits for goes ahead of background work where processors are few."""


class CannotServe(Exception):
    """The process would accept work that it cannot finish; the message says what to do."""


def serve_web(address: str, port: int, workers: int) -> None:
    """Serve the WSGI application until a signal; the number of threads follows the database.

    SQLite has one writer: more threads would only wait for each other. PostgreSQL gives each its own.

    Raises `CannotServe`.
    """
    _check_seal()
    from granian import Granian  # noqa: PLC0415  imports a server that no other command needs
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    threads = 1 if connection.vendor == "sqlite" else 4
    connection.close()
    # A forked worker inherits granian's handler, which only tells the parent's loop: until the worker has one
    # of its own, SIGTERM would be lost and the port kept.
    os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
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
    """Run background work until SIGTERM or Ctrl-C; what is unfinished goes on at the next start.

    Raises `CannotServe`.
    """
    _check_seal()
    os.nice(_BEHIND_THE_WEB)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pdf.start()
    run_worker(settings.ENVIRONMENT.worker_id, stop)
    # A job that hangs in a gateway's socket must not hold the process: its work is queued again.
    os._exit(0)


def _check_seal() -> None:
    try:
        seal_key()
    except OSError as error:
        raise CannotServe("Файл из SEP_SEAL_PKCS12 не читается: проверьте путь и права.") from error
    except (SealKeyUnfit, SealingError) as error:
        raise CannotServe(str(error)) from error


def warm_up() -> None:
    """Do once in each web process what the first signer would wait for: open the key, fork the parser."""
    seal_key()
    can_seal(trial_pdf())
    pdf.start()
