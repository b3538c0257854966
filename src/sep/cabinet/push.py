"""«Есть документ для подписания» on the screen of a phone: Web Push (RFC 8030, 8291, 8292).

What is sent tells nothing of anybody: a push service belongs to the maker of the browser, abroad as a rule,
and a notice is seen on a locked screen (323-ФЗ ст. 13, 152-ФЗ ст. 18 ч. 5).
"""

import base64
import binascii
import json
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import httpx2
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings
from django.db import transaction
from webpush import WebPush, WebPushSubscription
from webpush.types import WebPushKeys

from sep import jobs, vault
from sep.cabinet.models import PushSubscription, Session
from sep.documents.models import Package
from sep.parties.identifiers import new_id

logger = structlog.get_logger(__name__)

NOTICE: Final = {"title": "Есть документ для подписания", "url": "/cabinet/"}
LIVES: Final = timedelta(days=1)
"""How long a push service keeps a notice for a phone that is off (RFC 8030 §5.2)."""

_SECONDS: Final = 10.0
_LONGEST_ENDPOINT: Final = 1000
_POINT_BYTES, _AUTH_BYTES, _KEY_BYTES = 65, 16, 32  # RFC 8291 §3.1, P-256
_GONE: Final = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}  # RFC 8030 §7.3: the person has unsubscribed


class NotASubscription(ValueError):
    """What a browser gave is no subscription of a push service that we write to."""


class PushServiceBusy(Exception):
    """A push service did not take a notice now; the job repeats it."""


def public_key() -> str:
    """Return the key by which a browser knows our notices, base64url; empty when notices are off."""
    secret = settings.ENVIRONMENT.push_private_key.get_secret_value()
    return _public_key(secret) if secret else ""


def subscribe(session: Session, *, endpoint: str, p256dh: str, auth: str, now: datetime) -> None:
    """Keep the subscription of a session's browser, one a session; raises `NotASubscription`.

    The same browser signed in anew brings the same endpoint: it is the new session's from then on.
    """
    _check(endpoint, p256dh, auth)
    digest = vault.keyed_hash("push-endpoint", endpoint)
    with transaction.atomic():
        PushSubscription.objects.filter(endpoint_hash=digest).delete()
        PushSubscription.objects.filter(session=session).delete()
        subscription = PushSubscription(session=session, endpoint_hash=digest, created_at=now)
        subscription.write({"endpoint": endpoint, "p256dh": p256dh, "auth": auth})
        subscription.save(force_insert=True)


def unsubscribe(session: Session) -> None:
    PushSubscription.objects.filter(session=session).delete()


def notify(phone_index: bytes, person_index: bytes) -> None:
    """Queue a notice to every subscribed device of a person, in the caller's transaction."""
    if not public_key():
        return
    found = PushSubscription.objects.filter(
        session__acquaintance__phone_index=bytes(phone_index),
        session__acquaintance__person_index=bytes(person_index),
        session__ended_at__isnull=True,
    )
    for subscription_id in found.values_list("id", flat=True):
        jobs.enqueue(send_notice, subscription_id, workflow_id=f"push-{subscription_id}-{new_id()}")


def notify_invited(package: Package, **_: object) -> None:
    """Call the person of an invited package to his cabinet too, beside the message that he gets."""
    notify(bytes(package.signer.phone_index), bytes(package.signer.person_index))


@jobs.job("cabinet.push", queue="messages", retry=jobs.Retry(attempts=5, factor=3.0))
def send_notice(subscription_id: str) -> None:
    """Send one notice; a subscription that its service no longer knows is forgotten."""
    subscription = PushSubscription.objects.filter(pk=subscription_id).first()
    if subscription is None or not public_key():
        return
    known = subscription.read()
    if not is_served(known["endpoint"]):
        return
    message = _sender().get(
        json.dumps(NOTICE, ensure_ascii=False),
        WebPushSubscription(
            endpoint=known["endpoint"],  # type: ignore[arg-type]  # pydantic parses it
            keys=WebPushKeys(auth=known["auth"], p256dh=known["p256dh"]),
        ),
    )
    # Topic: of several notices that wait for a phone only the last is shown (RFC 8030 §5.4).
    headers = {**message.headers, "topic": "documents", "urgency": "normal"}
    try:
        answer = httpx2.post(known["endpoint"], content=message.encrypted, headers=headers, timeout=_SECONDS)
    except httpx2.HTTPError as error:
        raise PushServiceBusy(type(error).__name__) from None  # its text holds the address, which is secret
    if answer.status_code in _GONE:
        PushSubscription.objects.filter(pk=subscription_id).delete()
    elif answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error:
        raise PushServiceBusy(str(answer.status_code))
    elif not answer.is_success:
        logger.error("push.refused", subscription=subscription_id, status=answer.status_code)


def is_served(endpoint: str) -> bool:
    """Tell whether an endpoint belongs to a push service of the list.

    A browser names the address that we shall call: anything else could be a machine behind our wall (SSRF).
    """
    try:
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return False
    if "@" in parts.netloc:
        return False
    return any(_is_of(origin, service) for service in settings.ENVIRONMENT.push_services)


def _is_of(origin: str, service: str) -> bool:
    """Compare with `https://push.example` or, subdomains included, with `https://*.push.example`."""
    scheme, star, domain = service.partition("://*.")
    if not star:
        return origin == service
    return origin.startswith(f"{scheme}://") and origin.endswith(f".{domain}")


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    if len(endpoint) > _LONGEST_ENDPOINT or not is_served(endpoint):
        raise NotASubscription("endpoint")
    try:
        point, secret = _decoded(p256dh), _decoded(auth)
        if len(point) != _POINT_BYTES or len(secret) != _AUTH_BYTES:
            raise NotASubscription("keys")
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, binascii.Error):
        raise NotASubscription("keys") from None


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _private_key(secret: str) -> ec.EllipticCurvePrivateKey:
    number = _decoded(secret)
    if len(number) != _KEY_BYTES:
        raise ValueError("SEP_PUSH_PRIVATE_KEY: нужны 32 байта в base64url")
    return ec.derive_private_key(int.from_bytes(number, "big"), ec.SECP256R1())


@lru_cache(maxsize=2)
def _public_key(secret: str) -> str:
    point = _private_key(secret).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _sender() -> WebPush:
    key = _private_key(settings.ENVIRONMENT.push_private_key.get_secret_value())
    return WebPush(
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        public_key=key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        subscriber=settings.ENVIRONMENT.push_contact,
        ttl=int(LIVES.total_seconds()),
    )
