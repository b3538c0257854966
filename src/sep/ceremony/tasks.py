"""Background work of the ceremony."""

from django.utils import timezone

from sep import jobs
from sep.ceremony import birthdays, reminders


@jobs.every("ceremony.remind", seconds=60, queue="messages")
def remind() -> None:
    """Repeat invitations that nobody has answered."""
    reminders.remind_due(timezone.now())


@jobs.every("ceremony.birthdays", seconds=1800)
def tell_of_birthdays() -> None:
    """Tell the clinics of documents that somebody else signs since a birthday."""
    birthdays.tell_of_birthdays(timezone.now())
