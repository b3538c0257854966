"""Updates set on their way: to every webhook of the bot, or aside for its long polling."""

import json
import secrets
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from simulator.max import dispatcher
from simulator.max.bots import Bot
from simulator.max.models import Delivery, MaxBehaviour, MaxFault, MaxSubscription, Pending
from simulator.routers import ALIAS

KEPT: Final = 1000
"""Updates that wait for long polling at the most, of all bots."""
COPIES: Final = 3
SHUFFLED_SECONDS: Final = 2.0
UNPROMISED: Final = frozenset(
    {"last_activity_time", "username", "last_name", "name", "user_locale", "markup", "chat_type"}
)
"""Fields that a client may not rely on; an empty text or list counts among them."""
_chance = secrets.SystemRandom()


def emit(bot: Bot, update: dict[str, Any]) -> None:
    """Give the bot an update; it leaves once the transaction is committed."""
    fault = MaxBehaviour.current().fault
    batch = [update]
    if fault == MaxFault.ODD_FIELDS:
        unknown = {"update_type": "future_event", "timestamp": update["timestamp"], "future": {"depth": 1}}
        batch = [_ragged(update), unknown]
    webhooks = list(MaxSubscription.objects.filter(bot_id=bot.user_id))
    for each in batch:
        body = json.dumps(each, ensure_ascii=False)
        if not webhooks:
            _put_aside(bot, each["update_type"], body)
        for webhook in webhooks:
            if webhook.update_types is None or each["update_type"] in {*webhook.update_types, "future_event"}:
                _send_out(webhook, body, fault)
    if webhooks:
        transaction.on_commit(partial(dispatcher.wake), using=ALIAS)


def _send_out(webhook: MaxSubscription, body: str, fault: str) -> None:
    for _ in range(COPIES if fault == MaxFault.DUPLICATES else 1):
        late = _chance.uniform(0, SHUFFLED_SECONDS) if fault == MaxFault.DISORDER else 0.0
        due = timezone.now() + timedelta(seconds=late)
        Delivery.objects.create(webhook=webhook, body=body, due_at=due)


def _put_aside(bot: Bot, kind: str, body: str) -> None:
    made = Pending.objects.create(bot_id=bot.user_id, kind=kind, body=body)
    Pending.objects.filter(pk__lte=made.pk - KEPT).delete()


def _ragged(value: Any) -> Any:
    """Leave out some of what is not promised, and put in what nobody knows."""
    if isinstance(value, list):
        return [_ragged(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, each in value.items():
        optional = name in UNPROMISED or (name in {"text", "attachments"} and not each)
        if not optional or _chance.random() < 0.5:  # noqa: PLR2004
            kept[name] = _ragged(each)
    if "buttons" not in value:
        kept["future_field"] = {"version": 2}
    return kept
