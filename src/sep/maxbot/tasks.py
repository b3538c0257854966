"""The work behind the webhook."""

from datetime import timedelta

from django.utils import timezone

from sep import jobs
from sep.maxbot import worker

_STUMBLES = jobs.Retry(attempts=6, factor=3.0)
_INBOX_KEPT = timedelta(hours=48)
_LAUNCHES_KEPT = timedelta(hours=1)


@jobs.job("maxbot.update", queue="chat", retry=_STUMBLES)
def process_update(update_id: int) -> None:
    """Work on one update and answer the person."""
    worker.process(update_id)


@jobs.every("maxbot.forget", seconds=3600)
def forget() -> None:
    """Forget updates that can no longer be repeated and launches that can no longer be fresh."""
    worker.forget(timezone.now() - _INBOX_KEPT, timezone.now() - _LAUNCHES_KEPT)
