"""Secret links and what opening one means.

A GET of a link shows a button and changes nothing, so that previews and scanners see and break nothing; only
a POST opens it. The visit lives on the server; the browser holds one opaque cookie.
"""

import secrets
import string
from datetime import datetime, timedelta

from django.db import transaction

from sep.ceremony import visits
from sep.ceremony.models import Entrance, SigningLink
from sep.documents.models import Package

_ALPHABET = string.ascii_letters + string.digits
AT_THE_DESK = timedelta(minutes=15)
TOKEN_LENGTH = 22  # 62^22 = 131 bits, ASVS 11.5.1


class LinkUnusable(Exception):
    """Unknown, expired or locked: one answer for all, so that guessing teaches nothing."""


def new_token() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(TOKEN_LENGTH))


def make_link(
    package: Package, *, now: datetime, expires_at: datetime, entrance: Entrance = Entrance.LINK
) -> str:
    """Make one more link to a package and return its token; only the hash stays."""
    token = new_token()
    SigningLink.objects.create(
        package=package,
        token_hash=visits.hash_of(token),
        entrance=entrance,
        created_at=now,
        expires_at=expires_at,
    )
    return token


def make_desk_link(package: Package, entrance: Entrance, now: datetime) -> tuple[str, datetime]:
    """Make a short-lived link for somebody who stands at the desk; returns its token and when it ends."""
    expires_at = now + AT_THE_DESK
    with transaction.atomic():
        token = make_link(package, now=now, expires_at=expires_at, entrance=entrance)
        visits.note(package, "link:at_the_desk", now, {"entrance": entrance})
    return token, expires_at


def open_link(token: str, *, now: datetime, address: str, user_agent: str) -> str:
    """Open a link on a device and return the visit's cookie; an earlier visit of the link ends.

    Raises `LinkUnusable`.
    """
    with transaction.atomic():
        link = (
            SigningLink.objects.select_for_update(of=("self",))
            .select_related("package")
            .filter(token_hash=visits.hash_of(token))
            .first()
        )
        if link is None or not is_usable(link, now):
            raise LinkUnusable
        visit, cookie = visits.begin(
            link.package, link, Entrance(link.entrance), now=now, address=address, user_agent=user_agent
        )
        visits.note(link.package, "link:opened", now, {"link": link.id, "visit": visit.id})
    return cookie


def is_usable(link: SigningLink, now: datetime) -> bool:
    """Tell whether a link still opens."""
    frozen_at = link.package.frozen_at
    return (
        now < link.expires_at
        and link.wrong_birth_dates < visits.MOST_WRONG_BIRTH_DATES
        and (frozen_at is None or link.created_at > frozen_at)
    )


def known_link(token: str) -> SigningLink | None:
    """Return the link of a token, even one that no longer opens.

    The token is 131 bits that only the message told: who holds it may know what became of it and whom to
    call.
    """
    found = SigningLink.objects.select_related("package__organization", "package__signer__organization")
    return found.filter(token_hash=visits.hash_of(token)).first()
