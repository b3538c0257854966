"""Proofs that MAX signs with the bot's token: a phone of one's own, a launch of the mini-app.

The bot, and so the token, is chosen before anything here is called: by the route, never by what is checked.
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from sep.parties.person import InvalidPhone, normalize_phone

FRESH: Final = timedelta(minutes=5)
"""Our own limit; the platform recommends an hour."""
_AHEAD: Final = timedelta(seconds=60)
_TEL = re.compile(r"^(?:[\w-]+\.)?TEL[^:\r\n]*:(.*)$", re.MULTILINE | re.IGNORECASE)
_RUSSIAN_MOBILE = re.compile(r"8(9[0-9]{9})")
_MILLISECONDS_FROM: Final = 10**11


class LaunchRefused(Exception):
    """The launch proves nothing.

    Attributes:
        code: `malformed`, `duplicate_key`, `forged`, `stale` or `future`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ContactRefused(Exception):
    """The phone is not proved.

    Attributes:
        code: `malformed`, `forged`, `stale` or `future`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Launch:
    """A launch of the mini-app as MAX has signed it.

    `auth_date`: aware; `hash`: 64 lower-case hex digits, one launch's own. `start_param` came over a link
    that anybody may write, so it proves nothing by itself.
    """

    user_id: int
    auth_date: datetime
    hash: str = field(repr=False)
    query_id: str = ""
    start_param: str = field(default="", repr=False)
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)


def _hmac(key: bytes, message: str) -> str:
    # JSON may bring halves of surrogate pairs; they are signed by nobody, and must not raise.
    return hmac.new(key, message.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _is(signature: str, expected: str) -> bool:
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass"))


def contact_is_own(
    token: str, vcf_info: str, signature: str, contact_user_id: int | None, sender_user_id: int
) -> str | None:
    """Return the phone (E.164) of a contact shared in the chat if it is proved to be the sender's own.

    The signature has neither time nor nonce: believe it in an update of MAX alone, never from a browser, and
    in a message that is not forwarded.
    """
    # Some transports leave the line ends as the four characters of their escapes.
    for card in (vcf_info, vcf_info.replace("\\r\\n", "\r\n")):
        if _is(signature, _hmac(token.encode(), card)):
            phones = _TEL.findall(card)
            return _phone(phones[0]) if contact_user_id == sender_user_id and len(phones) == 1 else None
    return None


def _phone(text: str) -> str | None:
    """Read a number that MAX writes without a plus.

    Only 8 9… is a Russian number with the domestic prefix: the other eights are countries, and +84 91… of
    Vietnam must not become a number in Moscow.
    """
    digits = re.sub(r"[^0-9]", "", text)
    if russian := _RUSSIAN_MOBILE.fullmatch(digits):
        digits = f"7{russian[1]}"
    try:
        return normalize_phone(f"+{digits}")
    except InvalidPhone:
        return None


def validate_launch(token: str, init_data: str, now: datetime, max_age: timedelta = FRESH) -> Launch:
    """Check `WebApp.initData`, a string of `key=value&…` with values URL-encoded once.

    Raises `LaunchRefused`.
    """
    pairs: dict[str, str] = {}
    for piece in init_data.split("&"):
        key, equals, value = piece.partition("=")
        if not equals or not key:
            raise LaunchRefused("malformed")
        if key in pairs:
            raise LaunchRefused("duplicate_key")
        pairs[key] = value
    if "hash" not in pairs:
        raise LaunchRefused("malformed")
    signature = pairs.pop("hash")
    secret = hmac.new(b"WebAppData", token.encode(), hashlib.sha256).digest()
    for decode in (unquote, unquote_plus):  # which one signed the plus is told by the signature alone
        values = {key: decode(value) for key, value in pairs.items()}
        # What is signed are lines: with a line end inside, the same signature would fit other pairs.
        if any("\n" in key or "\n" in value for key, value in values.items()):
            raise LaunchRefused("malformed")
        lines = "\n".join(f"{key}={values[key]}" for key in sorted(values))
        if _is(signature, _hmac(secret, lines)):
            return _launch(values, signature, now, max_age)
    raise LaunchRefused("forged")


def _launch(values: dict[str, str], signature: str, now: datetime, max_age: timedelta) -> Launch:
    try:
        at = datetime.fromtimestamp(int(values["auth_date"]), UTC)
        user: Any = json.loads(values["user"])
        user_id = user["id"]
        first_name, last_name = (str(user.get(name) or "") for name in ("first_name", "last_name"))
    except (KeyError, ValueError, TypeError, OverflowError, OSError, RecursionError):
        raise LaunchRefused("malformed") from None
    if not isinstance(user_id, int) or isinstance(user_id, bool) or not 0 < user_id < 2**63:
        raise LaunchRefused("malformed")
    if late := _untimely(at, now, max_age):
        raise LaunchRefused(late)
    return Launch(
        user_id,
        at,
        signature,
        query_id=values.get("query_id", ""),
        start_param=values.get("start_param", ""),
        first_name=first_name,
        last_name=last_name,
    )


def _untimely(at: datetime, now: datetime, max_age: timedelta) -> str | None:
    if at > now + _AHEAD:
        return "future"
    return "stale" if now - at > max_age else None


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
    """Check what `requestContact()` gave to a launched user; return the phone in E.164.

    `user_id` is that of the validated launch; `auth_date` is Unix seconds or milliseconds, as MAX wrote it.
    Raises `ContactRefused`.
    """
    digits = phone.removeprefix("+")
    if not _is(signature, _hmac(token.encode(), f"authDate={auth_date}\nphone={digits}\nuserId={user_id}")):
        raise ContactRefused("forged")
    try:
        seconds = int(auth_date)
        if seconds >= _MILLISECONDS_FROM:
            seconds //= 1000
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise ContactRefused("malformed") from None
    if late := _untimely(at, now, max_age):
        raise ContactRefused(late)
    normal = _phone(digits)
    if normal is None:
        raise ContactRefused("malformed")
    return normal
