"""Appending to the log and reading it back."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import rfc8785
from django.db import connection

from sep.ledger.models import Event

_LEAF_PREFIX = b"\x00"  # RFC 9162 §2.1.1: leaves and nodes are hashed in separate domains


def leaf_hash(body: bytes) -> bytes:
    """Return the RFC 9162 leaf hash of an event's canonical body: 32 bytes."""
    return hashlib.sha256(_LEAF_PREFIX + body).digest()


def append(kind: str, *, stream: str, subject: str, at: datetime, data: Mapping[str, Any]) -> Event:
    """Append one event inside the caller's transaction and return it.

    Lock the rows of the business first and append last: the head is locked until the transaction ends, so
    every appender waits here, and nobody must wait for anything else while holding it.

    Args:
        kind: `subject:action`, e.g. `document:signed`.
        stream: whose feed the event belongs to; the organization's id.
        subject: the id of what it happened to.
        at: aware time of the act.
        data: JSON values: hashes, ids, masked values; never personal data.
    """
    assert connection.in_atomic_block, "an event belongs to the transaction that it witnesses"
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    index = _next_index()
    body = rfc8785.dumps(
        {
            "at": moment,
            "data": dict(data),
            "index": index,
            "kind": kind,
            "stream": stream,
            "subject": subject,
        },
    )
    return Event.objects.create(
        index=index,
        stream=stream,
        subject=subject,
        kind=kind,
        at=at,
        body=body,
        leaf_hash=leaf_hash(body),
    )


def _next_index() -> int:
    """Take the next number and hold the head until the transaction ends, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_head SET size = size + 1 WHERE id = 1 RETURNING size - 1")
        (index,) = cursor.fetchone()
    return int(index)


def feed(stream: str, *, after: int, kinds: Sequence[str], limit: int) -> list[Event]:
    """Return up to `limit` events of a stream with an index greater than `after`, oldest first."""
    found = Event.objects.filter(stream=stream, index__gt=after, kind__in=kinds).order_by("index")
    return list(found[:limit])


def history(subject: str) -> list[dict[str, Any]]:
    """Return the bodies of everything that happened to one subject, oldest first."""
    bodies = Event.objects.filter(subject=subject).order_by("index").values_list("body", flat=True)
    return [json.loads(bytes(body)) for body in bodies]
