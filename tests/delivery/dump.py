"""Everything that the database holds, as a thief of its files would read it."""

from pathlib import Path

from django.db import connection


def whole_database() -> bytes:
    """All values of all tables, those of the background work included; on SQLite the raw files as well."""
    values = []
    with connection.cursor() as cursor:
        for table in _tables(cursor):
            cursor.execute(f"SELECT * FROM {table}")
            values += [_bytes(value) for row in cursor.fetchall() for value in row]
    return b"\n".join([*values, *_files()])


def _tables(cursor):
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
    return [name for (name,) in cursor.fetchall()]


def _files():
    if connection.vendor != "sqlite":
        return []
    path = connection.settings_dict["NAME"]
    return [file.read_bytes() for file in map(Path, (path, f"{path}-wal")) if file.exists()]


def _bytes(value) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def traces(secret: str, dump: bytes) -> list[bytes]:
    """The forms in which `secret` stands in clear in `dump`: as it is, as JSON escapes it, in UTF-16."""
    escaped = secret.encode("ascii", "backslashreplace")
    return [form for form in {secret.encode(), escaped, secret.encode("utf-16-le")} if form in dump]
