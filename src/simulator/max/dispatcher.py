"""The dispatcher: one background thread a process brings updates to the webhooks of the bots.

Never from inside a request: the receiver may be the very server that is busy answering it.
"""

import logging
import threading
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import httpx2
from django.db import DatabaseError, connections
from django.db.models import F, Min
from django.utils import timezone

from simulator.max.models import Delivery, MaxSubscription
from simulator.routers import ALIAS

FIRST_PAUSE: Final = 60.0
GROWTH: Final = 2.5
MOST_REPETITIONS: Final = 10
GIVEN_UP_AFTER: Final = timedelta(hours=8)
"""A webhook that has answered nothing for so long is unsubscribed, and nobody is told."""
ANSWER_SECONDS: Final = 30.0

_LEASE = timedelta(seconds=ANSWER_SECONDS + 5)  # a process that died in the middle leaves it to another
_BATCH = 100
_IDLE_SECONDS = 20.0
_log = logging.getLogger(__name__)
_lock = threading.Lock()
_alarm = threading.Event()
_thread: threading.Thread | None = None
enabled = True
"""Tests that bring updates by their own hand switch the thread off."""


def wake() -> None:
    """Have the due updates sent soon; starts the thread if it has gone to sleep."""
    global _thread  # noqa: PLW0603  one thread a process
    if not enabled:
        return
    with _lock:
        _alarm.set()
        if _thread is None:
            _thread = threading.Thread(target=_run, name="simulator-max", daemon=True)
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
                _log.warning("simulator_max_updates_postponed")
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
    """Seconds until there is something to do; None when nothing waits."""
    due: datetime | None = Delivery.objects.aggregate(due=Min("due_at"))["due"]
    return None if due is None else max((due - timezone.now()).total_seconds(), 0.0)


def send_due(now: datetime | None = None) -> int:
    """Bring every update whose time has come, as if it were `now`. Returns how many were taken."""
    unsubscribe_dead(now)
    taken = 0
    due = Delivery.objects.filter(due_at__lte=now or timezone.now())
    while batch := list(due.select_related("webhook").order_by("due_at", "id")[:_BATCH]):
        for delivery in batch:
            moment = now or timezone.now()
            claimed = Delivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at).update(
                due_at=moment + _LEASE, tries=F("tries") + 1
            )
            if not claimed:  # another process was quicker
                continue
            if post(delivery.webhook.url, delivery.body.encode(), delivery.webhook.secret):
                taken += 1
                delivery.delete()
                if delivery.webhook.failing_since is not None:
                    MaxSubscription.objects.filter(pk=delivery.webhook_id).update(failing_since=None)
            else:
                _postpone(delivery, moment)
    return taken


def _postpone(delivery: Delivery, now: datetime) -> None:
    MaxSubscription.objects.filter(pk=delivery.webhook_id, failing_since=None).update(failing_since=now)
    if delivery.tries >= MOST_REPETITIONS:
        delivery.delete()
        return
    again = now + timedelta(seconds=FIRST_PAUSE * GROWTH**delivery.tries)
    Delivery.objects.filter(pk=delivery.pk).update(due_at=again)


def unsubscribe_dead(now: datetime | None = None) -> None:
    """Drop the webhooks that have failed for eight hours, with everything that waited for them."""
    MaxSubscription.objects.filter(failing_since__lte=(now or timezone.now()) - GIVEN_UP_AFTER).delete()


@cache
def _client() -> httpx2.Client:
    return httpx2.Client(timeout=ANSWER_SECONDS, follow_redirects=False, trust_env=False)


def post(url: str, body: bytes, secret: str) -> bool:
    """Bring one update. Whether it was taken: 200 and nothing else counts."""
    headers = {"Content-Type": "application/json"}
    if secret:
        headers["X-Max-Bot-Api-Secret"] = secret
    try:
        answer = _client().post(url, content=body, headers=headers)
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return False
    return answer.status_code == httpx2.codes.OK
