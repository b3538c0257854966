"""The queues, in one table. A queue is a promise about waiting: what stands in one never delays another."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Queue:
    """How one queue is served.

    `concurrency` is the number of its jobs at once in one worker, `polling` the seconds between two looks at
    the queue (each costs some 3 ms of processor), `per_second` the most jobs started in a second over all
    workers: a provider's limit, with headroom, for on SQLite the first second may run ahead.
    """

    concurrency: int
    polling: float
    per_second: int | None = None


QUEUES: Final[dict[str, Queue]] = {
    # A person waits for the code with the page open: never behind anything else.
    "codes": Queue(concurrency=16, polling=0.1),
    # Invitations, reminders, receipts: many at once, and a minute is forgivable.
    "messages": Queue(concurrency=32, polling=0.25),
    # The same through MAX, which allows 30 requests a second; codes and the chat need some of them.
    "max": Queue(concurrency=16, polling=0.25, per_second=20),
    # A receiver that hangs costs its time-out each, and nobody else's.
    "webhooks": Queue(concurrency=16, polling=0.5),
    # Rendering takes a processor each.
    "pages": Queue(concurrency=2, polling=0.25),
    # Workflows that sleep or wait for an answer hold a thread, and must not hold a sender's place.
    "waiting": Queue(concurrency=128, polling=0.5),
    # The workplace's calls to the service: a person looks at the table and waits.
    "clinic": Queue(concurrency=8, polling=0.25),
    "housekeeping": Queue(concurrency=2, polling=1.0),
}
