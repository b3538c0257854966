"""A connected bot without the way of connecting it."""

import itertools
import secrets

from django.db import transaction
from django.utils import timezone

from sep.delivery.max import dialogs
from sep.delivery.max.models import Bot, Reach

_numbers = itertools.count(700_000_001)


def bot(organization=None, **changes):
    number = next(_numbers)
    made = Bot(
        organization=organization,
        user_id=number,
        username=f"id{number}_bot",
        name="Документы клиники",
        webhook_key=secrets.token_urlsafe(32),
        connected_at=timezone.now(),
        **changes,
    )
    made.token, made.secret = f"token-{number}", f"secret-{number}"
    made.save()
    return made


def dialog(bot, phone, *, user_id=None, reach=Reach.OPEN):
    """A dialog whose owner has proved a phone."""
    now = timezone.now()
    with transaction.atomic():
        made = dialogs.meet(bot, user_id or next(_numbers), now)
        dialogs.verify(made, phone, now)
        dialogs.set_reach(made, reach, now)
    return made
