"""Reminders: an unanswered invitation is repeated, by day, a few times, and never after an answer."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from sep.ceremony import turn
from sep.ceremony.invitation import invite, next_reminder
from sep.ceremony.models import Visit
from sep.ceremony.visits import note
from sep.delivery.limits import TooManyMessages
from sep.delivery.models import Channel, DeliveryState, Purpose
from sep.documents.models import Package

QUIET_UNTIL: Final = time(9)
QUIET_FROM: Final = time(21)
_AT_ONCE: Final = 200
_LAST_HOURS: Final = timedelta(hours=2)
"""Nobody is called to a document that ends before he can read it."""


def remind_due(now: datetime) -> int:
    """Send the reminders whose time has come; returns how many went."""
    found = Package.objects.filter(remind_at__lte=now).select_related("organization").order_by("remind_at")
    due = [package.id for package in found if is_day(package, now)][:_AT_ONCE]
    return sum(_remind(package_id, now) for package_id in due)


def is_day(package: Package, now: datetime) -> bool:
    """Tell whether people are awake: the patient is taken to live in the clinic's zone."""
    local = now.astimezone(ZoneInfo(package.organization.time_zone)).time()
    return QUIET_UNTIL <= local < QUIET_FROM


def _remind(package_id: str, now: datetime) -> bool:
    with transaction.atomic():
        package = (
            Package.objects.select_for_update(of=("self",))
            .select_related("organization", "principal__signer", "signer__organization")
            .get(pk=package_id)
        )
        if package.remind_at is None or package.remind_at > now:
            return False  # another worker has just done it
        in_time = [each for each in package.ordered() if each.expires_at > now + _LAST_HOURS]
        waits = any(turn.awaits(document, package, now) for document in in_time) and not _answered(package)
        package.reminded += 1
        package.remind_at = next_reminder(package, now) if waits else None
        package.save(update_fields=["reminded", "remind_at"])
        if not waits:
            return False
        try:
            with transaction.atomic():
                invite(package, now, by=Channel.SMS if _unread_in_max(package) else None, is_reminder=True)
        except TooManyMessages:
            return False  # this one is let go: the next has its own time
        note(package, "signer:reminded", now, {"number": package.reminded})
    return True


def _answered(package: Package) -> bool:
    """Any answer stops the reminders: a decision, a question, a coming that told the birth date."""
    if Visit.objects.filter(package=package, identified_at__isnull=False).exists():
        return True
    return package.ordered().filter(questions__visit__package=package).exists()


def _unread_in_max(package: Package) -> bool:
    """Tell whether the latest invitation went into a chat where nobody has looked at it."""
    latest = package.deliveries.filter(purpose=Purpose.INVITATION).exclude(state=DeliveryState.RESERVED)
    delivery = latest.order_by("created_at", "id").last()
    return delivery is not None and delivery.channel == Channel.MAX
