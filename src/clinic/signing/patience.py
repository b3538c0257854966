"""How long to wait before trying again what the service did not do."""

from datetime import timedelta
from typing import Final

from sep_client import SepError

LEASE: Final = timedelta(minutes=5)
"""A job that has not finished what a row waits for in this time is believed lost, and another is started."""

_FIRST, _LONGEST = timedelta(seconds=10), timedelta(minutes=15)


def delay(attempts: int, asked: timedelta | None = None) -> timedelta:
    """Return the pause after `attempts` earlier failures: it doubles, and is never shorter than `asked`."""
    growing = min(_FIRST * (1 << min(attempts, 10)), _LONGEST)
    return max(growing, asked) if asked is not None else growing


def asked(error: SepError) -> timedelta | None:
    """Return how long the service itself asked to wait (`Retry-After`)."""
    return timedelta(seconds=error.retry_after) if error.retry_after is not None else None
