"""What an organization wishes of its bot: the worker talks to MAX, nobody waits for it in a page."""

from datetime import datetime

from django.db import transaction

from sep import jobs
from sep.delivery.max.models import Bot, ConnectionRequest, RequestState
from sep.delivery.max.tasks import connect_requested, take_webhooks_away
from sep.parties.models import Organization


def request_connection(token: str, organization: Organization, now: datetime) -> None:
    """Ask the worker to connect an organization's bot."""
    with transaction.atomic():
        ConnectionRequest.objects.update_or_create(
            organization=organization,
            defaults={
                "token_sealed": organization.key.encrypt(token.encode(), f"bot.request|{organization.id}"),
                "state": RequestState.CONNECTING,
                "code": "",
                "message": "",
                "requested_at": now,
            },
        )
        jobs.enqueue(connect_requested, str(organization.id))


def request_disconnection(organization: Organization, now: datetime) -> None:
    """Let an organization's own bot go at once; the worker takes its webhook away."""
    with transaction.atomic():
        ConnectionRequest.objects.filter(organization=organization).delete()
        for bot in Bot.objects.filter(organization=organization, disconnected_at__isnull=True):
            bot.disconnected_at = now
            bot.save(update_fields=["disconnected_at"])
            jobs.enqueue(take_webhooks_away, bot.id)
