"""Taking updates in: each once, whatever it is, before anything is done about it."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from sep import jobs
from sep.delivery.max.incoming import UnreadableUpdate, Update, dedupe_key, parse
from sep.delivery.max.models import Bot
from sep.maxbot.models import IncomingUpdate
from sep.maxbot.tasks import partition_of, process_update

_UNREADABLE: Final = "unreadable"
_PRECISE_ENOUGH: Final = timedelta(seconds=30)
"""The row of the bot is where turns are given: it is not locked for every update."""


def accept(bot: Bot, raw: bytes, now: datetime) -> bool:
    """Keep an update and queue the work on it; tell whether it is new.

    What cannot be read is kept too and answered well: refusing it would only bring it again for hours.
    """
    try:
        update = parse(raw)
        kind, person = update.update_type[:40], person_of(update)
    except UnreadableUpdate:
        kind, person = _UNREADABLE, None
    with transaction.atomic():
        incoming = IncomingUpdate(bot=bot, dedupe_key=dedupe_key(raw), kind=kind, received_at=now)
        incoming.write(raw)
        IncomingUpdate.objects.bulk_create([incoming], ignore_conflicts=True)
        kept = IncomingUpdate.objects.get(bot=bot, dedupe_key=incoming.dedupe_key)
        is_new = kept.raw == raw and kept.received_at == now and kept.processed_at is None
        if is_new:
            partition = partition_of(bot.id, person)
            run = f"max-update-{kept.pk:012}"
            jobs.enqueue(process_update, kept.pk, workflow_id=run, partition=partition)
        if bot.last_update_at is None or now >= bot.last_update_at + _PRECISE_ENOUGH:
            Bot.objects.filter(pk=bot.pk).update(last_update_at=now)
    return is_new


def person_of(update: Update) -> int | None:
    """Return the MAX user whose update it is, `None` when it is nobody's or a group's."""
    if update.callback is not None:
        return update.callback.user.user_id
    if update.message is not None and update.message.sender is not None:
        return update.message.sender.user_id
    return update.user.user_id if update.user is not None else update.user_id
