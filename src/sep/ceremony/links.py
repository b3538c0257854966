"""Secret links and what opening one means.

A GET of a link shows a button and changes nothing, so that previews and scanners see and break nothing; only
a POST opens it. The visit lives on the server; the browser holds one opaque cookie.
"""

import hashlib
import secrets
import string
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from sep.ceremony.models import SigningLink, Visit
from sep.documents.models import Package
from sep.ledger import log

_ALPHABET = string.ascii_letters + string.digits
TOKEN_LENGTH = 22  # 62^22 = 131 bits, ASVS 11.5.1
_COOKIE_BYTES = 24

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(minutes=60)
MOST_WRONG_BIRTH_DATES = 5


class LinkUnusable(Exception):
    """Unknown, expired or locked: one answer for all, so that guessing teaches nothing."""


class LinkLocked(Exception):
    """Too many wrong birth dates: the visitor holds the real link and may be told."""


def new_token() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(TOKEN_LENGTH))


def make_link(package: Package, *, now: datetime, expires_at: datetime) -> str:
    """Make one more link to a package and return its token; only the hash stays."""
    token = new_token()
    SigningLink.objects.create(
        package=package, token_hash=_hash(token), created_at=now, expires_at=expires_at
    )
    return token


def open_link(token: str, *, now: datetime, address: str, user_agent: str) -> str:
    """Open a link on a device and return the visit's cookie; an earlier visit of the link ends.

    Raises `LinkUnusable`.
    """
    cookie = secrets.token_urlsafe(_COOKIE_BYTES)
    with transaction.atomic():
        link = (
            SigningLink.objects.select_for_update(of=("self",))
            .select_related("package")
            .filter(token_hash=_hash(token))
            .first()
        )
        if link is None or now >= link.expires_at or link.wrong_birth_dates >= MOST_WRONG_BIRTH_DATES:
            raise LinkUnusable
        visit = Visit.objects.create(
            link=link,
            cookie_hash=_hash(cookie),
            opened_at=now,
            seen_at=now,
            address=address[:60],
            user_agent=user_agent[:300],
        )
        link.live_visit = visit.id
        link.save(update_fields=["live_visit"])
        _note(link.package, "link:opened", now, {"link": link.id, "visit": visit.id})
    return cookie


def known_link(token: str) -> SigningLink | None:
    """Return the link of a token, even one that no longer opens.

    The token is 131 bits that only the message told: who holds it may know what became of it and whom to
    call.
    """
    found = SigningLink.objects.select_related("package__organization").filter(token_hash=_hash(token))
    return found.first()


def visit_of(cookie: str) -> Visit | None:
    """Return the visit of a cookie, even one that is over."""
    return (
        Visit.objects.select_related("link__package__organization", "link__package__signer__organization")
        .filter(cookie_hash=_hash(cookie))
        .first()
    )


def leave(visit: Visit) -> None:
    """End a visit: its cookie opens nothing any more."""
    SigningLink.objects.filter(pk=visit.link_id, live_visit=visit.id).update(live_visit="")


def live_visit(cookie: str, now: datetime) -> Visit | None:
    """Return the visit of a cookie while it lives: 15 minutes idle, 60 in all, one a link."""
    visit = visit_of(cookie)
    if visit is None or visit.link.live_visit != visit.id:
        return None
    if now >= visit.seen_at + IDLE or now >= visit.opened_at + ABSOLUTE:
        return None
    if now >= visit.seen_at + timedelta(minutes=1):  # one write a minute is precise enough for an idle limit
        Visit.objects.filter(pk=visit.pk).update(seen_at=now)
    return visit


def identify(visit: Visit, birth_date: object, *, now: datetime) -> str | None:
    """Compare the signer's birth date; on success return the new cookie of the visit, otherwise `None`.

    The fifth wrong date locks the link. Raises `LinkLocked` when it is locked, now or already.
    """
    with transaction.atomic():
        link = SigningLink.objects.select_for_update(of=("self",)).get(pk=visit.link_id)
        if link.wrong_birth_dates >= MOST_WRONG_BIRTH_DATES:
            raise LinkLocked
        package = visit.link.package
        if birth_date == package.signer.person.birth_date:
            cookie = secrets.token_urlsafe(_COOKIE_BYTES)
            visit.cookie_hash = _hash(cookie)
            visit.identified_at = now
            visit.seen_at = now
            visit.save(update_fields=["cookie_hash", "identified_at", "seen_at"])
            _note(package, "signer:identified", now, {"visit": visit.id})
            return cookie
        SigningLink.objects.filter(pk=link.pk).update(wrong_birth_dates=F("wrong_birth_dates") + 1)
        wrong = link.wrong_birth_dates + 1
        _note(package, "signer:wrong_birth_date", now, {"visit": visit.id, "wrong": wrong})
    if wrong >= MOST_WRONG_BIRTH_DATES:
        raise LinkLocked
    return None


def _note(package: Package, kind: str, now: datetime, data: dict[str, object]) -> None:
    log.append(kind, stream=str(package.organization_id), subject=package.id, at=now, data=data)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
