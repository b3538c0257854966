"""Sessions of the cabinet: who is in, on which devices, and how long."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from sep.cabinet.models import PushSubscription, Session
from sep.ceremony.models import Acquaintance
from sep.ceremony.visits import hash_of

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=12)
"""Longer than the 15 and 60 minutes of a signing visit: here one reads, and every signature begins a visit
with those limits and asks for a code of its own."""

_COOKIE_BYTES: Final = 24
_PRECISE_ENOUGH: Final = timedelta(minutes=1)


def begin_session(
    known: Acquaintance, *, now: datetime, address: str, user_agent: str
) -> tuple[Session, str]:
    """Open a session in the caller's transaction; returns it and its cookie."""
    cookie = secrets.token_urlsafe(_COOKIE_BYTES)
    session = Session.objects.create(
        acquaintance=known,
        cookie_hash=hash_of(cookie),
        opened_at=now,
        seen_at=now,
        address=address[:60],
        user_agent=user_agent[:300],
    )
    return session, cookie


def live_session(cookie: str, now: datetime) -> Session | None:
    """Return the session of a cookie while it lives, and note that it was seen."""
    if not cookie:
        return None
    found = Session.objects.select_related("acquaintance").filter(
        cookie_hash=hash_of(cookie), ended_at__isnull=True
    )
    session = found.first()
    if session is None or not is_live(session, now):
        return None
    if now >= session.seen_at + _PRECISE_ENOUGH:
        Session.objects.filter(pk=session.pk).update(seen_at=now)
    return session


def is_live(session: Session, now: datetime) -> bool:
    return session.ended_at is None and now < session.seen_at + IDLE and now < session.opened_at + ABSOLUTE


def devices(session: Session, now: datetime) -> list[Session]:
    """Return the sessions of the same person that live or take notices, this one first."""
    found = Session.objects.filter(
        Q(opened_at__gt=now - ABSOLUTE) | Q(push__isnull=False),
        acquaintance=session.acquaintance,
        ended_at__isnull=True,
    ).select_related("push")
    shown = [each for each in found if is_live(each, now) or takes_notices(each)]
    return sorted(shown, key=lambda each: (each.pk != session.pk, -each.seen_at.timestamp()))


def takes_notices(session: Session) -> bool:
    """Tell whether notices go to the browser of a session."""
    return hasattr(session, "push")


def end(session: Session, which: str, now: datetime) -> None:
    """End a session of the same person by its id, or all `others`; no notice goes there any more."""
    own = Session.objects.filter(acquaintance=session.acquaintance, ended_at__isnull=True)
    chosen = own.exclude(pk=session.pk) if which == "others" else own.filter(pk=which)
    PushSubscription.objects.filter(session__in=chosen).delete()
    chosen.update(ended_at=now)
