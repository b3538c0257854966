"""How many messages one phone may receive, and one organization send; counted on the rows themselves.

The figure of the field is 3 in 10 minutes, 5 an hour and 10 a day for all messages together. Here invitations
and codes are counted apart, and codes have more room: the law wants a code of its own for every consent
(152-ФЗ ст. 9, 323-ФЗ ст. 20), and one package may hold twenty documents.
"""

from datetime import datetime, timedelta

from django.conf import settings

from sep.delivery.models import Channel, Delivery, DeliveryState, Purpose
from sep.parties.models import Organization

_MINUTES, _HOUR, _DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)

LIMITS: dict[tuple[Channel, Purpose], tuple[tuple[int, timedelta], ...]] = {
    (Channel.SMS, Purpose.INVITATION): ((3, _MINUTES), (5, _HOUR), (10, _DAY)),
    (Channel.SMS, Purpose.CODE): ((8, _MINUTES), (24, _HOUR), (40, _DAY)),
    (Channel.SMS, Purpose.SIGN_IN): ((3, _MINUTES), (5, _HOUR), (10, _DAY)),
    (Channel.SMS, Purpose.PHONE_CHECK): ((3, _MINUTES), (5, _HOUR), (10, _DAY)),
    (Channel.SMS, Purpose.NOTICE): ((3, _MINUTES), (5, _HOUR), (10, _DAY)),
    # A message in the chat costs nothing and is one more card there: the limit is only against a flood.
    (Channel.MAX, Purpose.INVITATION): ((10, _MINUTES), (30, _HOUR), (60, _DAY)),
    (Channel.MAX, Purpose.CODE): ((8, _MINUTES), (24, _HOUR), (40, _DAY)),
}


_sent = Delivery.objects.exclude(state=DeliveryState.RESERVED)


class TooManyMessages(Exception):
    """Enough has been sent for now.

    Attributes:
        retry_after: when one more may go.
        of_organization: whether the organization's day is used up, not the phone's room.
    """

    def __init__(self, retry_after: timedelta, *, of_organization: bool = False) -> None:
        super().__init__()
        self.retry_after = retry_after
        self.of_organization = of_organization


def check_organization(organization: Organization, now: datetime) -> None:
    """Raise `TooManyMessages` when the organization has sent what it may in a day.

    It is the ceiling of a bill: a МИС gone mad, or a stolen token, stops here.
    """
    most = settings.ENVIRONMENT.sms_a_day
    of_today = _sent.filter(organization=organization, channel=Channel.SMS, created_at__gt=now - _DAY)
    if of_today.count() >= most:
        oldest = of_today.order_by("created_at").values_list("created_at", flat=True)[0]
        raise TooManyMessages(oldest + _DAY - now, of_organization=True)


def check_phone(phone_index: bytes, channel: Channel, purpose: Purpose, now: datetime) -> None:
    """Raise `TooManyMessages` when one more message of this purpose to this phone would pass a limit."""
    sent = list(
        _sent.filter(
            phone_index=phone_index, channel=channel, purpose=purpose, created_at__gt=now - _DAY
        ).values_list("created_at", flat=True)
    )
    for most, window in LIMITS[channel, purpose]:
        recent = sorted(moment for moment in sent if moment > now - window)
        if len(recent) >= most:
            raise TooManyMessages(recent[-most] + window - now)
