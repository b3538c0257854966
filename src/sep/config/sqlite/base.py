"""Waiting for SQLite's one writer without oversleeping.

SQLite's own waiting sleeps 1, 2, 5, 10, 15, 20, 25… milliseconds between two looks
(`sqliteDefaultBusyCallback` in its main.c), while a transaction of ours holds the lock for two or three: who
comes second sleeps through the moment when it is free. Here the look is every millisecond.
"""

import time
from sqlite3 import OperationalError as DriverError
from typing import Final

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_PAUSE: Final = 0.001
_BUSY: Final = 5
"""SQLITE_BUSY, https://sqlite.org/rescode.html#busy; its extended codes share the low byte."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's wrapper, with `BEGIN IMMEDIATE` tried each millisecond until the time-out of the settings."""

    def _start_transaction_under_autocommit(self) -> None:
        patience = self.settings_dict["OPTIONS"]["timeout"]
        deadline = time.monotonic() + patience
        with self.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 0")
            try:
                while True:
                    try:
                        cursor.execute("BEGIN IMMEDIATE")
                    except OperationalError as error:
                        if not _is_busy(error) or time.monotonic() >= deadline:
                            raise
                        time.sleep(_PAUSE)
                    else:
                        return
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")


def _is_busy(error: OperationalError) -> bool:
    cause = error.__cause__
    return isinstance(cause, DriverError) and cause.sqlite_errorcode & 0xFF == _BUSY
