"""What every test stands on: the ledger's triggers step aside only while the test database is emptied."""

import pytest
from django.db import connection

from sep.jobs.engine import install
from sep.ledger.append_only import ALLOW, REFUSE


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Prepare the databases as `sep migrate` does, and let Django's flush empty the append-only ledger.

    The flush runs between transactional tests; the triggers are dropped and made again around it, inside
    its own list of statements, so no test ever runs without them.
    """
    with django_db_blocker.unblock():
        install()
    operations = type(connection.ops)
    flush = operations.sql_flush

    def flush_with_triggers_aside(self, style, tables, **options):
        statements = flush(self, style, tables, **options)
        if "ledger_event" not in tables:
            return statements
        head = 'UPDATE "ledger_head" SET "size" = 0'
        absent = 'WHERE NOT EXISTS (SELECT 1 FROM "ledger_head")'
        refill = f'INSERT INTO "ledger_head" ("id", "size") SELECT 1, 0 {absent}'
        return [*ALLOW[connection.vendor], *statements, head, refill, *REFUSE[connection.vendor]]

    operations.sql_flush = flush_with_triggers_aside
    yield
    operations.sql_flush = flush
