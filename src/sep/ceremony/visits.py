"""A visit: who is there, how far he has come, and when he is no longer there."""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.query import QuerySet

from sep.ceremony.models import Acquaintance, Entrance, SigningLink, Visit
from sep.documents.models import Package
from sep.ledger import log

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(minutes=60)
MOST_WRONG_BIRTH_DATES = 5
_COOKIE_BYTES = 24


class Locked(Exception):
    """Too many wrong birth dates: the visitor holds the real link, or the phone, and may be told."""


def begin(
    package: Package,
    guard: SigningLink | Acquaintance,
    entrance: Entrance,
    *,
    now: datetime,
    address: str,
    user_agent: str,
) -> tuple[Visit, str]:
    """Begin a visit under the lock of its `guard`; an earlier one by the same way ends.

    Returns the visit and its cookie. An acquaintance that has told the birth date need not tell it again.
    """
    link = guard if isinstance(guard, SigningLink) else None
    acquaintance = guard if isinstance(guard, Acquaintance) else None
    earlier = Visit.objects.filter(
        package=package, link=link, acquaintance=acquaintance, entrance=entrance, ended_at__isnull=True
    )
    earlier.update(ended_at=now)
    cookie = secrets.token_urlsafe(_COOKIE_BYTES)
    known = acquaintance is not None and acquaintance.identified_at is not None
    visit = Visit.objects.create(
        package=package,
        entrance=entrance,
        link=link,
        acquaintance=acquaintance,
        cookie_hash=hash_of(cookie),
        opened_at=now,
        seen_at=now,
        identified_at=now if known else None,
        address=address[:60],
        user_agent=user_agent[:300],
    )
    return visit, cookie


def visit_of(cookie: str) -> Visit | None:
    """Return the visit of a cookie, even one that is over."""
    return _visits().filter(cookie_hash=hash_of(cookie)).first()


def live_visit(cookie: str, now: datetime) -> Visit | None:
    """Return the visit of a cookie while it lives: 15 minutes idle, 60 in all, one a link."""
    visit = visit_of(cookie)
    return visit if visit is not None and is_live(visit, now) else None


def live_visit_in_chat(package: Package, acquaintance: Acquaintance, now: datetime) -> Visit | None:
    """Return the visit of an acquaintance to a package in the chat, while it lives."""
    found = _visits().filter(
        package=package, acquaintance=acquaintance, entrance=Entrance.MAX_CHAT, ended_at__isnull=True
    )
    visit = found.order_by("opened_at").last()
    return visit if visit is not None and is_live(visit, now) else None


def is_live(visit: Visit, now: datetime) -> bool:
    """Tell whether a visit lives, and note that it was seen."""
    if visit.ended_at is not None or now >= visit.seen_at + IDLE or now >= visit.opened_at + ABSOLUTE:
        return False
    if now >= visit.seen_at + timedelta(minutes=1):  # one write a minute is precise enough for an idle limit
        Visit.objects.filter(pk=visit.pk).update(seen_at=now)
    return True


def leave(visit: Visit, now: datetime) -> None:
    """End a visit: its cookie opens nothing any more."""
    Visit.objects.filter(pk=visit.pk, ended_at__isnull=True).update(ended_at=now)


def identify(visit: Visit, birth_date: date, *, now: datetime) -> str | None:
    """Compare the signer's birth date; on success return the new cookie of the visit, otherwise `None`.

    The fifth wrong date locks the link, or the acquaintance. Raises `Locked` when it is locked, now or
    already.
    """
    with transaction.atomic():
        guard = _locked(visit.guard)
        if guard.wrong_birth_dates >= MOST_WRONG_BIRTH_DATES:
            raise Locked
        package = visit.package
        if birth_date == package.signer.person.birth_date:
            cookie = secrets.token_urlsafe(_COOKIE_BYTES)
            visit.cookie_hash = hash_of(cookie)
            visit.identified_at = now
            visit.seen_at = now
            visit.save(update_fields=["cookie_hash", "identified_at", "seen_at"])
            if isinstance(guard, Acquaintance):
                guard.identified_at = now
                guard.save(update_fields=["identified_at"])
            note(package, "signer:identified", now, {"visit": visit.id, "entrance": visit.entrance})
            return cookie
        type(guard).objects.filter(pk=guard.pk).update(wrong_birth_dates=F("wrong_birth_dates") + 1)
        wrong = guard.wrong_birth_dates + 1
        note(package, "signer:wrong_birth_date", now, {"visit": visit.id, "wrong": wrong})
    if wrong >= MOST_WRONG_BIRTH_DATES:
        raise Locked
    return None


def move(visit: Visit, package: Package, now: datetime) -> str:
    """Go on in another package of the same signer; returns the cookie of the new visit.

    He is known already: the birth date was told a moment ago, on this device, by this very way.
    """
    cookie = secrets.token_urlsafe(_COOKIE_BYTES)
    with transaction.atomic():
        link = visit.link
        if link is not None:
            link = SigningLink.objects.create(
                package=package,
                token_hash=hash_of(secrets.token_urlsafe(_COOKIE_BYTES)),  # nobody is told it
                entrance=visit.entrance,
                created_at=now,
                expires_at=now + ABSOLUTE,
            )
        moved = Visit.objects.create(
            package=package,
            entrance=visit.entrance,
            link=link,
            acquaintance=visit.acquaintance,
            cookie_hash=hash_of(cookie),
            opened_at=now,
            seen_at=now,
            identified_at=visit.identified_at,
            address=visit.address,
            user_agent=visit.user_agent,
        )
        note(package, "signer:came_over", now, {"visit": moved.id, "from": visit.id})
    return cookie


def note(package: Package, kind: str, now: datetime, data: dict[str, object]) -> None:
    """Witness something that happened to a package."""
    log.append(kind, stream=str(package.organization_id), subject=package.id, at=now, data=data)


def hash_of(secret: str) -> bytes:
    """Return what is kept of a token or a cookie: 131 and 192 random bits need no salt."""
    return hashlib.sha256(secret.encode()).digest()


def _visits() -> "QuerySet[Visit]":
    return Visit.objects.select_related(
        "link",
        "acquaintance__dialog__bot",
        "package__organization",
        "package__principal__signer",
        "package__signer__organization",
    )


def _locked(guard: SigningLink | Acquaintance) -> SigningLink | Acquaintance:
    if isinstance(guard, SigningLink):
        return SigningLink.objects.select_for_update(of=("self",)).get(pk=guard.pk)
    return Acquaintance.objects.select_for_update(of=("self",)).get(pk=guard.pk)
