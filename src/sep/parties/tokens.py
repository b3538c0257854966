"""Authorization tokens of a МИС: issued once, kept as a hash, revocable."""

import hashlib
import ipaddress
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from sep.parties.models import ApiKey, Organization

LONGEST_LIFE = timedelta(days=365)


class TokenRefused(Exception):
    """No such token, or it is revoked, expired, or used from an address that it does not allow."""


def issue(
    organization: Organization,
    *,
    name: str,
    now: datetime,
    life: timedelta = LONGEST_LIFE,
    allowed_networks: Sequence[str] = (),
) -> str:
    """Issue a token and return it; it can never be shown again.

    A GUID, because that is what the МИС have a field for: version 4 from the system's generator, 122 random
    bits.

    Raises:
        ValueError: a life longer than a year, or something that is not a network.
    """
    if life > LONGEST_LIFE:
        raise ValueError("a token lives a year at most")
    networks = [str(ipaddress.ip_network(network)) for network in allowed_networks]
    token = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    ApiKey.objects.create(
        organization=organization,
        name=name,
        key_hash=_hash(token),
        allowed_networks=networks,
        created_at=now,
        expires_at=now + life,
    )
    return token


def revoke(key: ApiKey, now: datetime) -> None:
    """Make a token useless from now on."""
    key.revoked_at = key.revoked_at or now
    key.save(update_fields=["revoked_at"])


def authenticate(token: str, address: str) -> ApiKey:
    """Return the key of a presented token; raises `TokenRefused` with no hint at the reason."""
    key = ApiKey.objects.select_related("organization").filter(key_hash=_hash(token)).first()
    now = timezone.now()
    if key is None or key.revoked_at is not None or now >= key.expires_at:
        raise TokenRefused
    if key.allowed_networks:
        try:
            source = ipaddress.ip_address(address)
        except ValueError as error:
            raise TokenRefused from error
        if not any(source in ipaddress.ip_network(network) for network in key.allowed_networks):
            raise TokenRefused
    return key


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.strip().lower().encode()).digest()
