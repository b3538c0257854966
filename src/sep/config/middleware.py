"""Where a request came from, past the proxies in front."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class TrustedProxies:
    """Put the caller's address into `REMOTE_ADDR`, so that nothing behind needs to know of proxies.

    Each trusted proxy appends to X-Forwarded-For the address it saw, so ours is counted from the right; what
    stands further left was written by the caller. A proxy may tell the port too (`address:port`), and then it
    is in `REMOTE_PORT`: behind a carrier's NAT only the port leads to the subscriber.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proxies = settings.ENVIRONMENT.trusted_proxies
        forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if proxies and len(forwarded) >= proxies:
            address, port = _parts(forwarded[-proxies])
            if address:
                request.META["REMOTE_ADDR"], request.META["REMOTE_PORT"] = address, port
        return self._get_response(request)


def _parts(text: str) -> tuple[str, str]:
    """Split `192.0.2.7:51234`, `[2001:db8::1]:51234` or an address alone; nothing when it is none of them."""
    if text.startswith("["):
        address, _, port = text[1:].partition("]")
        port = port.removeprefix(":")
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    else:
        address, port = text, ""
    try:
        ip_address(address)
    except ValueError:
        return "", ""
    return address, port
