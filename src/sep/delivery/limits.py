"""How many messages one phone may receive, over all organizations; counted on the rows themselves.

The figure of the field is 3 in 10 minutes, 5 an hour and 10 a day for all messages together. Here invitations
and codes are counted apart, and codes have more room: the law wants a code of its own for every consent
(152-ФЗ ст. 9, 323-ФЗ ст. 20), and one package may hold twenty documents.
"""

from datetime import datetime, timedelta

from sep.delivery.models import Delivery, Purpose

_MINUTES, _HOUR, _DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)

LIMITS: dict[Purpose, tuple[tuple[int, timedelta], ...]] = {
    Purpose.INVITATION: ((3, _MINUTES), (5, _HOUR), (10, _DAY)),
    Purpose.CODE: ((8, _MINUTES), (24, _HOUR), (40, _DAY)),
}


class TooManyMessages(Exception):
    """This phone has received enough; `retry_after` tells in how many seconds one more may go."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


def check(phone_index: bytes, purpose: Purpose, now: datetime) -> None:
    """Raise `TooManyMessages` when one more message of this purpose to this phone would pass a limit."""
    sent = list(
        Delivery.objects.filter(
            phone_index=phone_index, purpose=purpose, created_at__gt=now - _DAY
        ).values_list("created_at", flat=True)
    )
    for most, window in LIMITS[purpose]:
        recent = sorted(moment for moment in sent if moment > now - window)
        if len(recent) >= most:
            raise TooManyMessages(recent[-most] + window - now)
