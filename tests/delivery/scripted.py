"""Gateways that answer as a test says and remember what they were handed."""

import json

from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.sms.gateway import (
    ForgedReceiptError,
    Gateway,
    Receipt,
    ReceiptState,
    UnreadableReceiptError,
)

ACCEPTED = Outcome(OutcomeState.ACCEPTED, "accepted", "Принято.", "7-001", 2)
BUSY = Outcome(OutcomeState.REJECTED_TEMPORARY, "busy", "Шлюз занят.")
NO_SUCH_NUMBER = Outcome(OutcomeState.REJECTED_PERMANENT, "no_number", "Нет такого номера.")
LOST = Outcome(OutcomeState.UNKNOWN, "timeout", "Ответ шлюза не дошёл.")


class ScriptedGateway(Gateway):
    """`answers` in turn, the last one for ever; an answer may be a function of the message.

    `fates`: what `status` says, in the same way; `None` is silence.
    """

    def __init__(self, name, *answers, fates=(None,), signed=True, finds=True):
        self.name = name
        self.finds_by_own_id = finds
        self.taken = []
        self.asked = []
        self._answers = list(answers or [ACCEPTED])
        self._fates = list(fates)
        self._signed = signed

    @property
    def receipts_are_signed(self):
        return self._signed

    @property
    def texts(self):
        return [sms.text for sms in self.taken]

    def send(self, sms):
        self.taken.append(sms)
        answer = _next(self._answers)
        return answer(sms) if callable(answer) else answer

    def status(self, own_id, gateway_message_id, phone):  # noqa: ARG002  the interface
        self.asked.append(own_id)
        state = _next(self._fates)
        return None if state is None else receipt(state, own_id)

    def parse_receipts(self, body, headers):  # noqa: ARG002
        if body == b"forged":
            raise ForgedReceiptError
        try:
            told = json.loads(body)
        except ValueError as error:
            raise UnreadableReceiptError from error
        return [receipt(ReceiptState(each["state"]), each["own_id"]) for each in told]

    def close(self):
        return


def receipt(state, own_id):
    return Receipt(state, "scripted", "Абонент недоступен.", f"7-{own_id}", own_id)


def _next(script):
    return script.pop(0) if len(script) > 1 else script[0]
