"""What every SMS gateway can do, and the words in which it answers.

A gateway never raises for trouble on the other side: every call ends in one of four outcomes, because
the next step differs. A second gateway may be tried after `REJECTED_TEMPORARY`; after `UNKNOWN` only
once `status` has been asked; after `REJECTED_PERMANENT` only another channel helps.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from sep.delivery.answers import Outcome
from sep.delivery.sms.segments import MAX_PARTS, measure

MAX_OWN_ID: Final = 2_147_483_647
"""SMSC.ru takes our number of the message as a signed 32-bit integer."""

_E164 = re.compile(r"\+[1-9]\d{9,14}")


class ReceiptState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED_PERMANENT = "failed_permanent"
    FAILED_TEMPORARY = "failed_temporary"
    EXPIRED = "expired"
    UNKNOWN = "unknown"  # the gateway answered that it does not know the message

    @property
    def final(self) -> bool:
        """Whether nothing more will be heard of this message."""
        return self not in {ReceiptState.QUEUED, ReceiptState.SENT, ReceiptState.UNKNOWN}


class ReceiptError(Exception):
    """A callback that cannot be used; nothing in it may be believed."""


class UnreadableReceiptError(ReceiptError):
    """The body is not what the provider sends."""


class ForgedReceiptError(ReceiptError):
    """The provider's check sum is absent or wrong."""


def masked(phone: str) -> str:
    """Keep the last two digits: enough to tell two numbers apart in a log, too few to call."""
    return f"+{'*' * max(len(phone) - 3, 0)}{phone[-2:]}"


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """One message to one person.

    `own_id`: 1…2147483647, unique per gateway account; `phone`: E.164 with a plus;
    `sender`: the registered sender's name, else the gateway's own; `callback_url`: where receipts go,
    for the gateways that take it with the message. Raises ValueError that quotes neither phone nor text.
    """

    own_id: int
    phone: str = field(repr=False)
    text: str = field(repr=False)
    sender: str | None = None
    callback_url: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.own_id <= MAX_OWN_ID:
            raise ValueError(f"Номер сообщения вне диапазона 1…{MAX_OWN_ID}.")
        if not _E164.fullmatch(self.phone):
            raise ValueError("Телефон должен быть в международном формате: +79…")
        if not self.text.strip():
            raise ValueError("Пустое сообщение.")
        if measure(self.text).parts > MAX_PARTS:
            raise ValueError(f"Сообщение длиннее {MAX_PARTS} частей SMS.")

    @property
    def digits(self) -> str:
        """The number as the gateways write it: no plus."""
        return self.phone.removeprefix("+")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message. `at`: aware, when the gateway says so.

    A gateway that numbers messages by itself leaves `own_id` empty.
    """

    state: ReceiptState
    code: str
    detail: str
    gateway_message_id: str | None = None
    own_id: int | None = None
    at: datetime | None = None


class Gateway(ABC):
    """One provider of SMS. Thread-safe: keeps nothing between calls but its HTTP client."""

    name: ClassVar[str]
    finds_by_own_id: ClassVar[bool]
    """Whether `status` works without the gateway's id, that is after a lost answer."""
    callback_reply: ClassVar[bytes] = b"OK"
    """The body that stops the provider from repeating a callback; always with HTTP 200."""

    @property
    @abstractmethod
    def receipts_are_signed(self) -> bool:
        """Whether a receipt proves its origin. If not, ask `status` before believing it."""

    @abstractmethod
    def send(self, sms: OutgoingSms) -> Outcome:
        """Hand the message over. Never raises for the gateway's trouble."""

    @abstractmethod
    def status(self, own_id: int, gateway_message_id: str | None, phone: str) -> Receipt | None:
        """Ask what became of a message.

        Returns a receipt; `ReceiptState.UNKNOWN` says that the gateway never had the message.
        None: no answer could be had, ask later. Never raises for the gateway's trouble.
        """

    @abstractmethod
    def parse_receipts(self, body: bytes, headers: Mapping[str, str]) -> list[Receipt]:
        """Read a callback: form or JSON, as the provider sends it.

        Receipts may come before the answer to `send`, twice, late, or for messages of others.
        Raises ForgedReceiptError, UnreadableReceiptError.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the connections that this gateway opened itself."""
