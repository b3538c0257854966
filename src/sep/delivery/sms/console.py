"""No gateway at all: messages are written to the terminal. For a developer's machine."""

import sys
from collections.abc import Mapping
from typing import ClassVar, TextIO

import httpx2
from pydantic import BaseModel, ConfigDict

from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.sms.gateway import Gateway, OutgoingSms, Receipt, ReceiptState
from sep.delivery.sms.segments import measure


class ConsoleSettings(BaseModel):
    """Nothing to set."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ConsoleGateway(Gateway):
    """Shows the text, and with it codes and links: the production contour refuses to start with it."""

    name: ClassVar[str] = "console"
    finds_by_own_id: ClassVar[bool] = True

    def __init__(
        self,
        settings: ConsoleSettings,  # noqa: ARG002  every gateway is built the same way
        client: httpx2.Client | None = None,  # noqa: ARG002
        stream: TextIO | None = None,
    ) -> None:
        self._stream = stream

    @property
    def receipts_are_signed(self) -> bool:
        return False

    def send(self, sms: OutgoingSms) -> Outcome:
        print(f"SMS {sms.phone}: {sms.text}", file=self._stream or sys.stderr, flush=True)
        return Outcome(
            OutcomeState.ACCEPTED,
            "accepted",
            "Выведено на экран.",
            str(sms.own_id),
            measure(sms.text).parts,
        )

    def status(self, own_id: int, gateway_message_id: str | None, phone: str) -> Receipt | None:  # noqa: ARG002
        return Receipt(ReceiptState.DELIVERED, "console", "Выведено на экран.", str(own_id), own_id)

    def parse_receipts(self, body: bytes, headers: Mapping[str, str]) -> list[Receipt]:  # noqa: ARG002  none come
        return []

    def close(self) -> None:
        return
