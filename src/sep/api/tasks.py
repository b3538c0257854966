"""Background work of the API: forgetting kept answers."""

from django.utils import timezone

from sep import jobs
from sep.api.idempotency import KEPT
from sep.api.models import KeptAnswer


@jobs.every("api.forget_answers", seconds=3600)
def forget_answers() -> None:
    """Delete answers older than their term."""
    KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
