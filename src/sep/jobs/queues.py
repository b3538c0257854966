"""The queues, in one table. A queue is a promise about waiting: what stands in one never delays another."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Queue:
    """How one queue is served.

    `concurrency` is the number of its jobs at once in one worker, `polling` the seconds between two looks at
    the queue (each costs some 3 ms of processor).

    A queue with `at_once` or `per_second` is divided into partitions, and every job in it names its own:
    `at_once` is how many jobs of one partition run at a time over all workers (1: strictly one after
    another), `per_second` the most that one partition starts in a second: a provider's limit, with headroom,
    for on SQLite the first second may run ahead. One partition never delays another.
    """

    concurrency: int
    polling: float
    at_once: int | None = None
    per_second: int | None = None

    @property
    def is_partitioned(self) -> bool:
        return self.at_once is not None or self.per_second is not None


QUEUES: Final[dict[str, Queue]] = {
    # A person waits for the code with the page open: never behind anything else.
    "codes": Queue(concurrency=16, polling=0.1),
    # Invitations, reminders, receipts: many at once, and a minute is forgivable.
    "messages": Queue(concurrency=32, polling=0.25),
    # Invitations through MAX, a partition a bot: it allows each 30 requests a second.
    "max": Queue(concurrency=32, polling=0.25, at_once=16, per_second=28),
    # What people write and press in MAX, a partition a dialog: one thing after another, as they did it.
    "chat": Queue(concurrency=16, polling=0.1, at_once=1),
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
