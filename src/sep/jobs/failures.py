"""What is kept of a failure: the kind and the place, never the message, which may quote a person's data."""

import traceback
from typing import Self

from dbos._error import DBOSMaxStepRetriesExceeded


class StepFailed(Exception):
    """A step failed for good: its tries are exhausted, or the error was not worth another.

    Attributes:
        error: Name of the last exception's class.
        code: Its stable `code`, if it has one.
        place: `module:line` where it was raised.

    """

    def __init__(self, error: str, code: str | None, place: str) -> None:
        super().__init__(f"{error} ({code}) at {place}" if code else f"{error} at {place}")
        self.error = error
        self.code = code
        self.place = place

    @classmethod
    def of(cls, error: BaseException) -> Self:
        """Describe any exception without its message."""
        if isinstance(error, DBOSMaxStepRetriesExceeded) and error.errors:
            error = error.errors[-1]
        if isinstance(error, cls):
            return error
        code = getattr(error, "code", None)
        return cls(type(error).__qualname__, code if isinstance(code, str) else None, _place(error))


def _place(error: BaseException) -> str:
    frames = list(traceback.walk_tb(error.__traceback__))
    if not frames:
        return "?"
    frame, line = frames[-1]
    return f"{frame.f_globals.get('__name__', '?')}:{line}"
