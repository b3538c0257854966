from collections.abc import Callable

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
