"""Proofs that MAX signs with the bot's token: a phone of one's own, a launch of the mini-app."""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from sep.parties.person import InvalidPhone, normalize_phone

FRESH: Final = timedelta(minutes=5)
"""Our own limit; the platform recommends an hour."""
_AHEAD: Final = timedelta(seconds=60)
_TEL = re.compile(r"^TEL[^:\r\n]*:(.*)$", re.MULTILINE | re.IGNORECASE)
_MILLISECONDS_FROM: Final = 10**11


class LaunchRefused(Exception):
    """The launch proves nothing; `code` is `malformed`, `duplicate_key`, `forged`, `stale` or `future`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ContactRefused(Exception):
    """The phone is not proved; `code` as of a launch."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Launch:
    user_id: int
    auth_date: datetime
    hash: str
    query_id: str = ""
    start_param: str = ""


def contact_is_own(
    token: str, vcf_info: str, signature: str, contact_user_id: int | None, sender_user_id: int
) -> str | None:
    """Return the phone (E.164) of a shared contact if it is proved to be the sender's own, else `None`."""
    card = vcf_info.replace("\\r\\n", "\r\n")
    expected = hmac.new(token.encode(), card.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()) or contact_user_id != sender_user_id:
        return None
    phones = _TEL.findall(card)
    if len(phones) != 1:
        return None
    return _phone(phones[0])


def _phone(text: str) -> str | None:
    digits = re.sub(r"\D", "", text)
    try:
        return normalize_phone(digits if digits.startswith("8") else f"+{digits}")
    except InvalidPhone:
        return None


def validate_launch(token: str, init_data: str, now: datetime, max_age: timedelta = FRESH) -> Launch:
    """Check `WebApp.initData`; raises `LaunchRefused`."""
    pairs: dict[str, str] = {}
    for piece in init_data.split("&"):
        key, equals, value = piece.partition("=")
        if not equals or not key:
            raise LaunchRefused("malformed")
        if key in pairs:
            raise LaunchRefused("duplicate_key")
        pairs[key] = value
    signature = pairs.pop("hash", "")
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    for decode in (unquote, unquote_plus):
        values = {key: decode(value) for key, value in pairs.items()}
        lines = "\n".join(f"{key}={values[key]}" for key in sorted(values))
        expected = hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest()
        if hmac.compare_digest(expected.encode(), signature.encode()):
            return _launch(values, signature, now, max_age)
    raise LaunchRefused("forged")


def _launch(values: dict[str, str], signature: str, now: datetime, max_age: timedelta) -> Launch:
    try:
        at = datetime.fromtimestamp(int(values["auth_date"]), UTC)
        user: Any = json.loads(values["user"])
        user_id = user["id"]
    except (KeyError, ValueError, TypeError, OverflowError, OSError) as error:
        raise LaunchRefused("malformed") from error
    if not isinstance(user_id, int) or isinstance(user_id, bool):
        raise LaunchRefused("malformed")
    if at > now + _AHEAD:
        raise LaunchRefused("future")
    if now - at > max_age:
        raise LaunchRefused("stale")
    return Launch(user_id, at, signature, values.get("query_id", ""), values.get("start_param", ""))


def validate_contact(
    token: str,
    user_id: int,
    *,
    phone: str,
    auth_date: str,
    signature: str,
    now: datetime,
    max_age: timedelta = FRESH,
) -> str:
    """Check what `requestContact()` gave to a launched user; returns E.164. Raises `ContactRefused`."""
    digits = phone.removeprefix("+")
    signed = f"authDate={auth_date}\nphone={digits}\nuserId={user_id}"
    expected = hmac.new(token.encode(), signed.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise ContactRefused("forged")
    try:
        seconds = int(auth_date)
        if seconds >= _MILLISECONDS_FROM:
            seconds //= 1000
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ContactRefused("malformed") from error
    if at > now + _AHEAD:
        raise ContactRefused("future")
    if now - at > max_age:
        raise ContactRefused("stale")
    normal = _phone(digits)
    if normal is None:
        raise ContactRefused("malformed")
    return normal
