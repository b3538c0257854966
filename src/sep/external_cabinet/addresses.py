"""Where a webhook may go: never behind our own wall (SSRF)."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings

_HTTPS = 443
_NAT64 = IPv6Address("64:ff9b::")


class AddressRefused(Exception):
    """The address leads, or may lead, to a machine that is not public; `code` tells why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def checked_address(url: str) -> str:
    """Return the IP address to connect to for a webhook; the test contour may use any.

    Every address of the name must be public; connecting to the very one that was checked leaves nothing to
    a second, different answer of the DNS. Raises `AddressRefused`, and `OSError` when the DNS is silent.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (_HTTPS if parts.scheme == "https" else 80)
    except ValueError:
        raise AddressRefused("malformed") from None
    if not parts.hostname or "@" in parts.netloc or parts.scheme not in {"https", "http"}:
        raise AddressRefused("malformed")
    anywhere = settings.ENVIRONMENT.contour == "test"
    if not anywhere and (parts.scheme != "https" or port != _HTTPS):
        raise AddressRefused("not_https")
    found = [each[4][0] for each in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)]
    addresses = [ip_address(str(each).partition("%")[0]) for each in found]
    if not anywhere and not all(is_public(each) for each in addresses):
        raise AddressRefused("not_public")
    return str(addresses[0])


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is of the public internet, also where an IPv6 one wraps an IPv4 one."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None,))[0]
        if inner is not None or int(address) >> 32 == int(_NAT64) >> 32:
            return False  # an honest host has an address of its own
    return address.is_global and not address.is_multicast
