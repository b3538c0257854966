"""Who is calling: `Authorization: N3 <GUID>` or `Bearer <key>`; how often each may call."""

import re
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja.errors import AuthenticationError, HttpError
from ninja.security import APIKeyHeader

from sep.parties.models import ApiKey, Organization
from sep.parties.tokens import TokenRefused, authenticate

_SCHEME = re.compile(r"(?:N3|Bearer)\s+(\S{1,200})", re.IGNORECASE)

# NIST SP 800-63B: a hundred failures at the most before an address must wait.
BAD_A_MINUTE = 10
BAD_AN_HOUR = 100


class Token(APIKeyHeader):
    """The scheme of OpenAPI and the check behind it: the organization comes from the token alone."""

    param_name = "Authorization"
    openapi_description = "N3 <GUID> или Bearer <токен>"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        address = request.META.get("REMOTE_ADDR", "")
        if _count(f"bad-minute:{address}", 60, add=0) >= BAD_A_MINUTE or (
            _count(f"bad-hour:{address}", 3600, add=0) >= BAD_AN_HOUR
        ):
            raise HttpError(429, "")
        match = _SCHEME.fullmatch((key or "").strip())
        try:
            if match is None:
                raise TokenRefused  # noqa: TRY301  no token and a wrong one are told alike
            api_key = authenticate(match.group(1), address)
        except TokenRefused as error:
            _count(f"bad-minute:{address}", 60, add=1)
            _count(f"bad-hour:{address}", 3600, add=1)
            raise AuthenticationError from error
        _take_from_allowance(request, api_key)
        return api_key


def organization_of(request: HttpRequest) -> Organization:
    """Return the organization of the token that authenticated this request."""
    api_key: ApiKey = request.auth  # type: ignore[attr-defined]  # set by ninja after `authenticate`
    return api_key.organization


def _take_from_allowance(request: HttpRequest, api_key: ApiKey) -> None:
    limit = settings.ENVIRONMENT.api_requests_a_minute
    used = _count(f"calls:{api_key.pk}", 60, add=1)
    request.rate_limit = (limit, max(limit - used, 0), 60 - int(time.time()) % 60)  # type: ignore[attr-defined]
    if used > limit:
        raise HttpError(429, "")


def _count(name: str, window: int, *, add: int) -> int:
    """Count in fixed windows.

    The cache is this process's own: with N web processes the limit is N times wider.
    """
    key = f"{name}:{int(time.time()) // window}"
    if not add:
        return int(cache.get(key, 0))
    cache.add(key, 0, timeout=window)
    try:
        return int(cache.incr(key))
    except ValueError:  # the window ended between the two calls
        return 1
