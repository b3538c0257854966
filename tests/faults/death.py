"""Where a process of these tests dies, as by `kill -9`: installed from outside, the service knows nothing."""

import os
import signal
from collections.abc import Callable
from typing import Any

from clinic.signing import exchange, record
from sep import sealing
from sep.ceremony import signature
from sep.delivery import outcomes, routing
from sep.delivery.sms.wire import Wire
from sep.documents import lifecycle
from sep.maxbot import conversation
from sep.maxbot import worker as chat
from sep_client import SepClient


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _before(owner: Any, name: str) -> None:
    setattr(owner, name, _die)


def _after(owner: Any, name: str, where: Callable[..., bool] = lambda *_: True) -> None:
    function = getattr(owner, name)

    def run_and_die(*arguments: Any, **options: Any) -> Any:
        answer = function(*arguments, **options)
        if where(*arguments):
            _die()
        return answer

    setattr(owner, name, run_and_die)


DELIVERY = {
    "before the intent": lambda: _before(routing, "_begin"),
    "after the intent": lambda: _after(routing, "_begin"),
    "before the request leaves": lambda: _before(Wire, "post"),
    "after the gateway took it": lambda: _after(Wire, "post", lambda _wire, url: url.endswith("/send.php")),
    "before the outcome is recorded": lambda: _before(outcomes, "record"),
    "after the outcome is recorded": lambda: _after(outcomes, "record"),
}
"""Steps of a message on its way."""

EXCHANGE = {
    "before the documents leave": lambda: _before(SepClient, "create_package"),
    "after the service took them": lambda: _after(SepClient, "create_package"),
    "after the answer is written down": lambda: _after(record, "write_down"),
    "after the job's work": lambda: _after(exchange, "deliver"),
}
"""Steps of a clinic's documents on their way to the service."""

CHAT = {
    "before the business": lambda: _before(conversation, "handle"),
    "after the business, before its commit": lambda: _after(chat, "_do"),
    "after the commit, before the answer": lambda: _before(chat, "carry_out"),
    "after the file was sent": lambda: _after(chat._Chat, "send_file"),
    "after the new card was sent": lambda: _before(chat._Chat, "delete"),
    "after the old card was taken away": lambda: _after(chat._Chat, "delete"),
}
"""Steps of an answer in the chat."""

SIGNING = {
    "after the seal": lambda: _after(sealing, "seal"),
    "after the file is kept": lambda: _after(signature.blobs, "put"),
    "after everything but the commit": lambda: _after(lifecycle, "move"),
}
"""Steps of a signature."""
