"""What the page of the code must know, read without sending anything."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sep.ceremony.codes import LIFE, MOST_WRONG, resend_at
from sep.ceremony.models import Confirmation, Visit
from sep.delivery.models import DeliveryState
from sep.documents.models import Document
from sep.parties.person import mask_phone


@dataclass(frozen=True)
class CodeOnPage:
    """The latest code of a visit for a document."""

    masked_phone: str
    delivery_state: DeliveryState
    lives_for: timedelta
    tries_left: int
    was_wrong: bool
    resend_in: timedelta

    @property
    def is_live(self) -> bool:
        return self.lives_for > timedelta() and self.tries_left > 0

    @property
    def was_not_taken(self) -> bool:
        return self.delivery_state is DeliveryState.FAILED


def latest_code(document: Document, visit: Visit, now: datetime) -> CodeOnPage | None:
    """Return the latest code of this visit for this document; `None` when none was asked for."""
    code = (
        Confirmation.objects.filter(document=document, visit=visit)
        .select_related("delivery")
        .order_by("issued_at", "id")
        .last()
    )
    if code is None:
        return None
    ended = code.ended_at is not None
    return CodeOnPage(
        masked_phone=mask_phone(visit.link.package.signer.person.phone),
        delivery_state=DeliveryState(code.delivery.state),
        lives_for=timedelta() if ended else min(max(code.expires_at - now, timedelta()), LIFE),
        tries_left=max(MOST_WRONG - code.wrong_attempts, 0),
        was_wrong=code.last_wrong_at is not None and code.last_wrong_at >= code.sent_at,
        resend_in=max(resend_at(code) - now, timedelta()),
    )


def clock(left: timedelta) -> str:
    """Return «4:35»."""
    seconds = math.ceil(left.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"
