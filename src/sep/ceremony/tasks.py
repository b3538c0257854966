"""Background work of the ceremony."""

from django.utils import timezone

from sep import jobs
from sep.ceremony import reminders


@jobs.every("ceremony.remind", seconds=60, queue="messages")
def remind() -> None:
    """Repeat invitations that nobody has answered."""
    reminders.remind_due(timezone.now())
