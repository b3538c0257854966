"""Who can carry a message: each SMS gateway in turn, or the bot of the dialog it is for."""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.gateways import gateways
from sep.delivery.max import dialogs
from sep.delivery.max.bots import api_of
from sep.delivery.max.errors import MaxError, Trouble
from sep.delivery.max.models import Reach
from sep.delivery.max.outgoing import NewMessage, keyboard_from_json
from sep.delivery.max.pacing import Lane, take_turn
from sep.delivery.models import Attempt, Channel, Delivery, Purpose
from sep.delivery.sms.gateway import Gateway, OutgoingSms, ReceiptState

_ASKING = timedelta(seconds=10)
_ASKING_PAUSE = timedelta(seconds=2)


class Carrier(ABC):
    """One way out for one message; never raises for trouble on the other side."""

    name: str

    @abstractmethod
    def send(self, attempt: Attempt) -> Outcome:
        """Hand the message over."""

    @abstractmethod
    def ask(self, attempt: Attempt, unknown: Outcome) -> Outcome:
        """Find out what became of an attempt whose answer was lost; `unknown` when nobody can tell."""


class SmsCarrier(Carrier):
    """An SMS gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self.name = gateway.name
        self._gateway = gateway

    def send(self, attempt: Attempt) -> Outcome:
        delivery = attempt.delivery
        return self._gateway.send(
            OutgoingSms(
                own_id=attempt.pk,
                phone=delivery.phone,
                text=delivery.live_text or "",
                sender=delivery.organization.sms_sender or None,
                callback_url=settings.ENVIRONMENT.address + reverse("sms-receipts", args=[attempt.gateway]),
            )
        )

    def ask(self, attempt: Attempt, unknown: Outcome) -> Outcome:
        """Ask the gateway by our own id; 10 seconds at most."""
        if not self._gateway.finds_by_own_id:
            return unknown
        deadline = time.monotonic() + _ASKING.total_seconds()
        while True:
            receipt = self._gateway.status(attempt.pk, None, attempt.delivery.phone)
            if receipt is not None and receipt.state is ReceiptState.UNKNOWN:
                return Outcome(OutcomeState.REJECTED_TEMPORARY, "not_taken", "Шлюз не получил сообщение.")
            if receipt is not None:
                return Outcome(
                    OutcomeState.ACCEPTED,
                    "found",
                    "Ответ потерян, но сообщение принято.",
                    receipt.gateway_message_id,
                )
            if time.monotonic() + _ASKING_PAUSE.total_seconds() > deadline:
                return unknown
            time.sleep(_ASKING_PAUSE.total_seconds())


class MaxCarrier(Carrier):
    """The bot of the dialog."""

    name = "max"

    _STATES: ClassVar[dict[Trouble, OutcomeState]] = {
        Trouble.RECIPIENT: OutcomeState.REJECTED_PERMANENT,
        Trouble.BOT: OutcomeState.REJECTED_PERMANENT,
        Trouble.PERMANENT: OutcomeState.REJECTED_PERMANENT,
        Trouble.RETRY: OutcomeState.REJECTED_TEMPORARY,
        Trouble.UNKNOWN: OutcomeState.UNKNOWN,
    }

    def send(self, attempt: Attempt) -> Outcome:
        delivery = attempt.delivery
        dialog = delivery.dialog
        if dialog is None or dialog.reach != Reach.OPEN:
            return Outcome(OutcomeState.REJECTED_PERMANENT, "closed", "Чат с ботом закрыт.")
        lane = Lane.ANSWER if delivery.purpose == Purpose.CODE else Lane.BROADCAST
        message = NewMessage(delivery.live_text or "", keyboard=keyboard_from_json(delivery.keyboard))
        try:
            take_turn(dialog.bot_id, dialog.id, lane)
            sent = api_of(dialog.bot).send(dialog.max_user_id, message)
        except MaxError as error:
            if error.trouble is Trouble.RECIPIENT:
                dialogs.lose(dialog.id, timezone.now())
            return Outcome(self._STATES[error.trouble], error.code, error.detail)
        return Outcome(OutcomeState.ACCEPTED, "accepted", "Принято MAX.", sent.mid)

    def ask(self, attempt: Attempt, unknown: Outcome) -> Outcome:  # noqa: ARG002  MAX knows no ids of ours
        """Nobody can tell: a second invitation to the same act does no harm, a lost one would."""
        return unknown


def carriers(delivery: Delivery) -> Sequence[Carrier]:
    """Return who can carry a message, in the order in which they are tried."""
    if delivery.channel == Channel.MAX:
        return (MaxCarrier(),)
    return [SmsCarrier(gateway) for gateway in gateways().values()]
