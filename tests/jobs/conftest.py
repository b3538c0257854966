import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from sep.jobs.status import table
from tests.jobs import sample


@pytest.fixture
def probe(transactional_db) -> Callable[[], list[str]]:
    """What the sample jobs did, in order."""
    sample.make_probe()
    return sample.marks


@pytest.fixture
def dump(transactional_db) -> Callable[[], str]:
    """Everything that DBOS keeps of the jobs, as text."""

    def read() -> str:
        rows = []
        with connection.cursor() as cursor:
            for name in (
                "workflow_status",
                "workflow_input",
                "workflow_output",
                "operation_outputs",
                "notifications",
            ):
                cursor.execute(f"SELECT * FROM {table(name)}")
                rows += cursor.fetchall()
        return repr(rows)

    return read


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so; a minute is for a machine under load, not a promise."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.05)

    return wait


@pytest.fixture
def start_worker(probe) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Start worker processes on the test's database; what is left of them is killed at the end."""
    database = {
        name: value
        for name, value in connection.settings_dict.items()
        if name in {"ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS"}
    }
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DJANGO_SETTINGS_MODULE": "tests.jobs.settings",
        "SEP_TEST_DATABASE": json.dumps(database, default=str),
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(executor_id: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.worker_process", executor_id]
        worker = subprocess.Popen(command, env=environment)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()
    connection.close()
