"""A worker that dies at a step: `python -m tests.faults.worker STEP`."""

import os
import sys
import threading

import django

django.setup()

from sep.jobs.worker import run_worker  # noqa: E402
from tests.faults.death import CHAT, DELIVERY, EXCHANGE  # noqa: E402

if __name__ == "__main__":
    (CHAT | DELIVERY | EXCHANGE)[sys.argv[1]]()
    # The name under which `drain` works: the next drain is this worker started again.
    run_worker("drain", threading.Event())
    os._exit(0)
