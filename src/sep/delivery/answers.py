"""How whoever carries a message took it: the words shared by the SMS gateways and MAX."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class OutcomeState(StrEnum):
    ACCEPTED = "accepted"
    REJECTED_PERMANENT = "rejected_permanent"  # the number itself: no gateway will do better
    REJECTED_TEMPORARY = "rejected_temporary"  # surely not taken: another try or gateway may succeed
    UNKNOWN = "unknown"  # the request left us, and nobody can say whether it was taken


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the gateway took a message. `cost` in roubles; `code` is for programs, `detail` for people."""

    state: OutcomeState
    code: str
    detail: str
    gateway_message_id: str | None = None
    parts: int | None = None
    cost: Decimal | None = None
