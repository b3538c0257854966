"""DBOS on the business database: its connections, its JSON, its tables."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from dbos import DBOS, DBOSClient
from dbos._serialization import Serializer
from dbos._sys_db import SystemDatabase
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction

from sep.jobs.failures import StepFailed
from sep.jobs.queues import QUEUES, Queue

APPLICATION: Final = "sep"


class Json(Serializer):
    """What DBOS stores is JSON: readable, safe to read back, and without the messages of exceptions."""

    def name(self) -> str:
        return "sep_json"

    def serialize(self, data: Any) -> str:
        return json.dumps(data, default=_failure, ensure_ascii=False, separators=(",", ":"))

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data, object_hook=_as_failure)


def _failure(value: object) -> dict[str, Any]:
    if not isinstance(value, BaseException):
        raise TypeError(f"{type(value).__name__} is not JSON")
    failed = StepFailed.of(value)
    return {"$failed": [failed.error, failed.code, failed.place]}


def _as_failure(value: dict[str, Any]) -> Any:
    return StepFailed(*value["$failed"]) if value.keys() == {"$failed"} else value


def create_engine(**pool: Any) -> sa.Engine:
    """Make SQLAlchemy's engine for Django's default database; `pool` is its pool's settings.

    Raises:
        ImproperlyConfigured: the database is neither PostgreSQL nor an SQLite file.

    """
    parameters = connection.get_connection_params()
    if connection.vendor == "postgresql":
        for django_only in ("cursor_factory", "context"):
            parameters.pop(django_only, None)
        url = sa.URL.create("postgresql+psycopg", database=str(connection.settings_dict["NAME"]))
        return sa.create_engine(
            url, creator=lambda: psycopg.connect(**parameters), hide_parameters=True, **pool
        )
    path = str(parameters["database"])
    if connection.vendor != "sqlite" or ":memory:" in path or "mode=memory" in path:
        raise ImproperlyConfigured("background jobs need PostgreSQL or an SQLite file")
    engine = sa.create_engine(sa.URL.create("sqlite", database=path), hide_parameters=True, **pool)
    sa.event.listen(engine, "connect", _like_django)
    return engine


def _like_django(raw: Any, _record: object) -> None:
    """Give DBOS's SQLite connections what Django's have: IMMEDIATE, WAL, FULL, patience."""
    raw.isolation_level = "IMMEDIATE"
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        raw.execute(f"PRAGMA {pragma}")


class _Borrowed:
    """Django's raw connection, lent to SQLAlchemy: it may run statements and never ends the transaction."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def commit(self) -> None: ...

    def rollback(self) -> None: ...

    def close(self) -> None: ...

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)


def _borrow() -> _Borrowed:
    connection.ensure_connection()
    return _Borrowed(connection.connection)


@lru_cache(maxsize=4)
def _client(_database: str) -> DBOSClient:
    own = create_engine(poolclass=sa.pool.NullPool)
    # A dialect meets its server once; on the borrowed connection that would end the transaction.
    own.connect().close()
    lent = sa.Engine(
        sa.pool.NullPool(_borrow, reset_on_return=None), own.dialect, own.url, hide_parameters=True
    )
    return DBOSClient(
        system_database_engine=lent,
        serializer=Json(),
        application_name=APPLICATION,
        lazy=True,
        retry_connection_errors=False,
        # A statement timeout would be set for the rest of Django's transaction.
        observability_query_timeout_sec=0,
    )


@contextmanager
def client() -> Iterator[DBOSClient]:
    """Lend DBOS Django's connection for the length of the block: all it writes is part of the transaction.

    Outside of one, the block is a transaction. Nothing is kept open, so threads and forks may share it.

    Raises:
        RuntimeError: called between the steps of a workflow, where a restart would do it again.

    """
    if DBOS.workflow_id is not None and DBOS.step_id is None:
        raise RuntimeError("a workflow touches the database in its steps only")
    with transaction.atomic():
        yield _client(str(connection.settings_dict["NAME"]))


def install() -> None:
    """Create or upgrade the tables of the jobs and write down the queues; again is harmless.

    Called after each `migrate`, on PostgreSQL in the schema `dbos`, on SQLite in the same file.
    """
    engine = create_engine(poolclass=sa.pool.NullPool)
    system = SystemDatabase.create(
        system_database_url=str(engine.url),
        engine_kwargs={},
        engine=engine,
        schema="dbos",
        serializer=Json(),
        executor_id=None,
    )
    system.run_migrations()
    register_queues(QUEUES)


def register_queues(queues: dict[str, Queue]) -> None:
    """Write the queues down where workers read how to serve them."""
    with client() as dbos:
        for name, queue in queues.items():
            dbos.register_queue(
                name,
                worker_concurrency=queue.concurrency,
                polling_interval_sec=queue.polling,
                partition_concurrency=queue.at_once,
                partition_limiter={"limit": queue.per_second, "period": 1.0} if queue.per_second else None,
            )


def forget_everything() -> None:
    """Delete every job, finished or not."""
    with client() as dbos:
        while found := dbos.list_workflows(limit=1000, load_input=False, load_output=False):
            dbos.delete_workflows([each.workflow_id for each in found])
