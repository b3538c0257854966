"""The way in: phone, code, birth date. Nothing tells whether a phone is known until the code has been told.

Nobody can make the service send messages to strangers: a code goes only to a phone to which some clinic has
sent documents (protection from SMS pumping), and the sending is a background job for known and unknown alike.
"""

import hmac
import secrets
from datetime import date, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from django.db import transaction
from django.db.models import F, Sum

from sep import jobs, vault
from sep.cabinet.models import Session, SignIn
from sep.cabinet.sessions import begin_session
from sep.cabinet.tasks import send_sign_in_code
from sep.ceremony import acquaintances
from sep.ceremony.codes import DIGITS, LIFE, MOST_WRONG
from sep.ceremony.visits import MOST_WRONG_BIRTH_DATES, hash_of
from sep.delivery.limits import TooManyMessages
from sep.delivery.models import Purpose
from sep.delivery.sending import send
from sep.parties.models import Signer

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
MOST_AN_HOUR: Final = 20
MOST_OF_A_NETWORK: Final = 100
"""Of one address, and of its network of 256 (security figures of the service, docs/security.md)."""

_COOKIE_BYTES: Final = 24


class TooManyTries(Exception):
    """Enough from this address, or enough wrong birth dates of this phone, for now."""


class SignInOver(Exception):
    """The code has expired or was wrong too often: begin again."""


def begin(phone: str, address: str, now: datetime) -> str:
    """Begin a sign-in and return its cookie; raises `TooManyTries`."""
    _check_address(address, now)
    cookie = secrets.token_urlsafe(_COOKIE_BYTES)
    with transaction.atomic():
        sign_in = SignIn(
            cookie_hash=hash_of(cookie),
            address=address[:60],
            network=network_of(address),
            begun_at=now,
            expires_at=now + LIFE,
        )
        sign_in.phone = phone
        sign_in.save(force_insert=True)
        jobs.enqueue(send_sign_in_code, sign_in.id, workflow_id=f"sign-in-{sign_in.id}")
    return cookie


def send_code(sign_in_id: str, now: datetime) -> None:
    """Send the code of a sign-in, if the phone is one that some clinic writes to."""
    with transaction.atomic():
        sign_in = SignIn.objects.select_for_update().get(pk=sign_in_id)
        known = Signer.objects.filter(phone_index=bytes(sign_in.phone_index)).select_related("organization")
        signer = known.order_by("-id").first()
        if signer is None or sign_in.code_hash is not None or now >= sign_in.expires_at:
            return
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        try:
            with transaction.atomic():
                send(
                    organization=signer.organization,
                    purpose=Purpose.SIGN_IN,
                    phone=sign_in.phone,
                    text=f"Код {code} для входа в личный кабинет СЭП. Никому не сообщайте",
                    secret=code,
                    now=now,
                    expires_at=sign_in.expires_at,
                )
        except TooManyMessages:
            return  # the page says what to do when no code comes, and says it to everybody
        sign_in.code_hash = _code_hash(sign_in, code)
        sign_in.save(update_fields=["code_hash"])


def live_sign_in(cookie: str, now: datetime) -> SignIn | None:
    """Return the sign-in of a cookie while it goes on."""
    found = SignIn.objects.filter(cookie_hash=hash_of(cookie), ended_at__isnull=True, expires_at__gt=now)
    return found.first() if cookie else None


def tell_code(sign_in_id: str, code: str, now: datetime) -> str | None:
    """Compare the code; return the new cookie if it is right, `None` if it is wrong. Raises `SignInOver`."""
    with transaction.atomic():
        sign_in = SignIn.objects.select_for_update().get(pk=sign_in_id)
        if sign_in.ended_at is not None or now >= sign_in.expires_at or sign_in.wrong_codes >= MOST_WRONG:
            raise SignInOver
        expected = bytes(sign_in.code_hash) if sign_in.code_hash is not None else b""
        if hmac.compare_digest(expected, _code_hash(sign_in, code)):
            cookie = secrets.token_urlsafe(_COOKIE_BYTES)
            sign_in.cookie_hash = hash_of(cookie)
            sign_in.code_told_at = now
            sign_in.expires_at = now + LIFE
            sign_in.save(update_fields=["cookie_hash", "code_told_at", "expires_at"])
            return cookie
        SignIn.objects.filter(pk=sign_in.pk).update(wrong_codes=F("wrong_codes") + 1)
        return None


def tell_birth_date(
    sign_in_id: str, born: date, *, now: datetime, address: str, user_agent: str
) -> tuple[Session, str] | None:
    """Find the person of this phone by the birth date and open a session; `None` for a wrong date.

    Raises `SignInOver` and, from the fifth wrong date of this phone in a day on, `TooManyTries`.
    """
    with transaction.atomic():
        sign_in = SignIn.objects.select_for_update().get(pk=sign_in_id)
        if sign_in.ended_at is not None or sign_in.code_told_at is None or now >= sign_in.expires_at:
            raise SignInOver
        index = bytes(sign_in.phone_index)
        if wrong_dates(index, now) >= MOST_WRONG_BIRTH_DATES:
            raise TooManyTries
        person = _person(index, born)
        if person is not None:
            sign_in.ended_at = now
            sign_in.save(update_fields=["ended_at"])
            known = acquaintances.of_phone(index, person)
            if known.identified_at is None:
                known.identified_at = now
                known.save(update_fields=["identified_at"])
            return begin_session(known, now=now, address=address, user_agent=user_agent)
        SignIn.objects.filter(pk=sign_in.pk).update(wrong_birth_dates=F("wrong_birth_dates") + 1)
    if wrong_dates(index, now) >= MOST_WRONG_BIRTH_DATES:
        raise TooManyTries
    return None


def wrong_dates(index: bytes, now: datetime) -> int:
    """Count the wrong birth dates told for a phone in the last day."""
    told = SignIn.objects.filter(phone_index=index, begun_at__gt=now - _DAY)
    return told.aggregate(total=Sum("wrong_birth_dates"))["total"] or 0


def _person(index: bytes, born: date) -> bytes | None:
    """Return the person of a phone who was born on a day, the latest of two such."""
    seen: set[bytes] = set()
    for signer in Signer.objects.filter(phone_index=index).select_related("organization").order_by("-id"):
        person = bytes(signer.person_index)
        if person in seen:
            continue
        seen.add(person)
        if signer.person.birth_date == born:
            return person
    return None


def _check_address(address: str, now: datetime) -> None:
    recent = SignIn.objects.filter(begun_at__gt=now - _HOUR)
    if (
        recent.filter(address=address).count() >= MOST_AN_HOUR
        or recent.filter(network=network_of(address)).count() >= MOST_OF_A_NETWORK
    ):
        raise TooManyTries


def network_of(address: str) -> str:
    """Return the /24 of an IPv4 address and the /64 of an IPv6 one: what one subscriber may roam in."""
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{24 if known.version == 4 else 64}", strict=False))  # noqa: PLR2004


def _code_hash(sign_in: SignIn, code: str) -> bytes:
    return vault.keyed_hash("sign-in-code", sign_in.id, bytes(sign_in.phone_index), code)
