"""When to ask again, and how long to wait before it."""

import random
from dataclasses import dataclass
from typing import Final

from sep_client.errors import CertificateFailed, ConnectionFailed, RateLimited, SepError

_PASSING: Final = frozenset({502, 503, 504})
"""Answers that speak of a moment, not of the request; after 500 the same request would fail again."""

_IN_PROGRESS: Final = "in_progress"
"""409: the first attempt, whose answer was lost, is still being done under the same `Idempotency-Key`."""


@dataclass(frozen=True)
class Retries:
    """Bounds of automatic repetition. Every call of the SDK is safe to repeat: it reads, or carries a key.

    Attributes:
        attempts: calls in all, the first included; 1 turns repetition off.
        first_delay: seconds before the second attempt; doubles with each next one.
        longest_delay: seconds, the ceiling of one pause; a longer `Retry-After` is the caller's to decide.
    """

    attempts: int = 4
    first_delay: float = 0.4
    longest_delay: float = 15.0

    def pause_after(self, attempt: int, error: SepError, status: int | None) -> float | None:
        """Return seconds to wait after the failed `attempt` (from 1), or `None` when to give up."""
        if attempt >= self.attempts or not _may_pass(error, status):
            return None
        asked = error.retry_after
        if asked is not None:
            # A little over what was asked, so that many clients told the same second do not return together.
            return None if asked > self.longest_delay else asked + random.uniform(0, self.first_delay)  # noqa: S311
        delay = min(self.first_delay * 2 ** (attempt - 1), self.longest_delay)
        return random.uniform(delay / 2, delay)  # noqa: S311  jitter, not a secret


def _may_pass(error: SepError, status: int | None) -> bool:
    if isinstance(error, ConnectionFailed):
        return not isinstance(error, CertificateFailed)
    return isinstance(error, RateLimited) or status in _PASSING or error.code == _IN_PROGRESS
