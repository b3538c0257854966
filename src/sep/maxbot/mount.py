"""The signer's pages once more, inside MAX: the same views under /max/, with its bridge, in its frame.

`/max/sign/…` is `/sign/…` mounted below `/max`, as a server mounts an application below a prefix, so every
address that a page makes stays inside. The bridge is allowed on these addresses alone.
"""

import re
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix

PREFIX: Final = "/max"
_MOUNTED: Final = re.compile(rf"{PREFIX}(?P<page>/(?:sign/.*|language))")
_OWN: Final = f"{PREFIX}/app/"


def is_inside(request: HttpRequest) -> bool:
    """Tell whether a page is shown inside MAX."""
    return bool(getattr(request, "inside_max", False))


class MountedInMax:
    """Middleware: serve `/max/sign/…`, and tell the browser what pages inside MAX may do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        mounted = _MOUNTED.fullmatch(request.path_info)
        if mounted is None and not request.path_info.startswith(_OWN):
            return self._get_response(request)
        request.inside_max = True  # type: ignore[attr-defined]
        if mounted is None:
            return _framed(self._get_response(request))
        before = get_script_prefix()
        request.path_info = mounted["page"]
        set_script_prefix(f"{PREFIX}/")
        try:
            return _framed(self._get_response(request))
        finally:
            set_script_prefix(before)


def _framed(response: HttpResponseBase) -> HttpResponseBase:
    """Let MAX frame the page and its bridge run in it, and let the cookies work in that frame."""
    environment = settings.ENVIRONMENT
    response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001  how django-csp is told
        "script-src": [environment.max_bridge],
        "frame-ancestors": environment.max_hosts,
    }
    if "X-Frame-Options" in response.headers:
        del response.headers["X-Frame-Options"]  # it knows no list of hosts; frame-ancestors does
    if environment.secure:
        for cookie in response.cookies.values():
            # In the web client of MAX our pages are a frame of another site, where Lax cookies do not go.
            cookie["samesite"] = "None; Partitioned"
    return response
