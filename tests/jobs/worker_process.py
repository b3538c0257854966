"""A worker of the sample jobs in a process of its own: `python -m tests.jobs.worker_process ID`."""

import os
import signal
import sys
import threading

import django

django.setup()

from sep.jobs.worker import run_worker  # noqa: E402
from tests.jobs import sample  # noqa: E402, F401  its jobs are declared

if __name__ == "__main__":
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run_worker(sys.argv[1], stop)
    os._exit(0)
