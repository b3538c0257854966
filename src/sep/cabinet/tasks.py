"""Background work of the cabinet."""

from datetime import timedelta

from django.utils import timezone

from sep import jobs
from sep.cabinet.models import SignIn

_KEPT = timedelta(days=2)


@jobs.job("cabinet.sign_in", queue="codes", retry=jobs.Retry(attempts=3))
def send_sign_in_code(sign_in_id: str) -> None:
    """Send the code of a sign-in, if the phone is a known one."""
    from sep.cabinet import entering  # noqa: PLC0415  it enqueues this very job

    entering.send_code(sign_in_id, timezone.now())


@jobs.every("cabinet.forget", seconds=3600)
def forget() -> None:
    """Forget sign-ins whose counters count no more."""
    SignIn.objects.filter(begun_at__lt=timezone.now() - _KEPT).delete()
