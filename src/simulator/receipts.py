"""Receipts: one background thread a process tells the account's address what became of its messages.

Never from inside a request: the receiver may be the very server that is busy answering it.
"""

import hashlib
import logging
import threading
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import httpx2
from django.db import DatabaseError, connections
from django.db.models import F, Min
from django.utils import timezone

from simulator.account import Account
from simulator.models import Message
from simulator.routers import ALIAS

PAUSES: Final = (1, 2, 5, 15, 60)
"""Seconds before each repetition of a receipt that was not taken; after them it is given up."""

_LEASE = timedelta(seconds=30)  # a process that died in the middle of a receipt leaves it to another
_IDLE_SECONDS = 20.0
_log = logging.getLogger(__name__)
_lock = threading.Lock()
_alarm = threading.Event()
_thread: threading.Thread | None = None


def wake() -> None:
    """Have the due receipts sent soon; starts the thread if it has gone to sleep."""
    global _thread  # noqa: PLW0603  one thread a process
    if Account.current().callback_url is None:
        return
    with _lock:
        _alarm.set()
        if _thread is None:
            _thread = threading.Thread(target=_run, name="simulator-receipts", daemon=True)
            _thread.start()


def _run() -> None:
    global _thread  # noqa: PLW0603
    try:
        while True:
            _alarm.clear()
            try:
                send_due()
                pause = _pause()
            except DatabaseError:
                _log.warning("simulator_receipts_postponed")
                pause = 1.0
            if pause is None and not _alarm.wait(_IDLE_SECONDS):
                with _lock:
                    if not _alarm.is_set():
                        _thread = None
                        return
            elif pause is not None:
                _alarm.wait(pause)
    finally:
        connections[ALIAS].close()


def _pause() -> float | None:
    """Seconds until the next receipt is due; None when there are none."""
    due: datetime | None = Message.objects.aggregate(due=Min("receipt_at"))["due"]
    return None if due is None else max((due - timezone.now()).total_seconds(), 0.05)


def send_due() -> int:
    """Send every receipt whose time has come. Returns how many were taken."""
    account = Account.current()
    if account.callback_url is None:
        return 0
    taken = 0
    for message in Message.objects.filter(receipt_at__lte=timezone.now()):
        claimed = Message.objects.filter(pk=message.pk, receipt_at=message.receipt_at).update(
            receipt_at=timezone.now() + _LEASE, receipt_tries=F("receipt_tries") + 1
        )
        if not claimed:  # another process was quicker
            continue
        again: datetime | None = None
        if _post(account.callback_url, receipt_form(message, account.callback_secret)):
            taken += 1
        elif message.receipt_tries < len(PAUSES):
            again = timezone.now() + timedelta(seconds=PAUSES[message.receipt_tries])
        Message.objects.filter(pk=message.pk).update(receipt_at=again)
    return taken


def receipt_form(message: Message, secret: str) -> dict[str, str]:
    """Fields of SMSC.ru's callback; the check sums are over `id:phone:status:secret`."""
    phone = message.to.removeprefix("+")
    form = {
        "id": str(message.number),
        "phone": phone,
        "status": str(message.outcome),
        "time": timezone.localtime(message.due_at).strftime("%d.%m.%Y %H:%M:%S"),
        "ts": str(int(message.due_at.timestamp())),
        "err": str(message.reason),
        "cnt": str(message.parts),
        "type": "0",
        "sender": message.sender,
    }
    if secret:
        signed = f"{message.number}:{phone}:{message.outcome}:{secret}".encode()
        form["md5"] = hashlib.md5(signed, usedforsecurity=False).hexdigest()
        form["sha1"] = hashlib.sha1(signed, usedforsecurity=False).hexdigest()
    return form


@cache
def _client() -> httpx2.Client:
    """One client for all receipts: making one costs as much time as a hundred receipts."""
    return httpx2.Client(timeout=5, follow_redirects=False, trust_env=False)


def _post(url: str, form: dict[str, str]) -> bool:
    try:
        answer = _client().post(url, data=form)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return False
    return answer.is_success
