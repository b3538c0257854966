"""What the door forgets in time."""

from datetime import timedelta

from django.utils import timezone

from sep import jobs
from sep.external_cabinet import notices
from sep.external_cabinet.models import Opening, TakenRequest

__all__ = ["forget", "notices"]

_REQUESTS_KEPT = timedelta(hours=1)  # a repeated one is refused by its time after five minutes


@jobs.every("external_cabinet.forget", seconds=3600)
def forget() -> None:
    """Forget requests that can no longer be repeated and addresses that can no longer be opened."""
    earlier = timezone.now() - _REQUESTS_KEPT
    TakenRequest.objects.filter(taken_at__lt=earlier).delete()
    Opening.objects.filter(expires_at__lt=earlier).delete()
