import hashlib
import json

import pytest
from django.db import DatabaseError, connection, transaction

from sep.ledger import log
from sep.ledger.models import Event
from tests.builders import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def append(kind="document:created", **data):
    with transaction.atomic():
        return log.append(kind, stream="s", subject="d", at=NOON, data=data)


def test_events_are_numbered_without_gaps_even_after_a_rollback():
    append()
    with pytest.raises(RuntimeError), transaction.atomic():
        log.append("document:created", stream="s", subject="d", at=NOON, data={})
        raise RuntimeError
    append()
    assert list(Event.objects.order_by("index").values_list("index", flat=True)) == [0, 1]


def test_body_is_canonical_json_and_its_leaf_hash_is_that_of_rfc_9162():
    event = append(b=1, a="ё")
    body = bytes(event.body)
    expected = (
        '{"at":"2026-06-25T09:00:00.000Z","data":{"a":"ё","b":1},"index":0,'
        '"kind":"document:created","stream":"s","subject":"d"}'
    )
    assert body == expected.encode()
    assert bytes(event.leaf_hash) == hashlib.sha256(b"\x00" + body).digest()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_event SET kind = 'document:signed'",
        'UPDATE ledger_event SET body = body WHERE "index" = 0',
        "DELETE FROM ledger_event",
        'DELETE FROM ledger_event WHERE "index" = 0',
    ],
)
def test_database_refuses_to_change_an_event(statement):
    append()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.get().kind == "document:created"


def test_event_outside_a_transaction_is_refused():
    with pytest.raises(AssertionError):
        log.append("document:created", stream="s", subject="d", at=NOON, data={})


def test_feed_gives_one_stream_in_order_after_a_cursor():
    with transaction.atomic():
        for number in range(3):
            log.append("document:sent", stream="ours", subject=str(number), at=NOON, data={})
            log.append("document:sent", stream="theirs", subject=str(number), at=NOON, data={})
    found = log.feed("ours", after=0, kinds=["document:sent"], limit=10)
    assert [json.loads(bytes(event.body))["subject"] for event in found] == ["1", "2"]
