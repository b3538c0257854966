"""The signer's pages once more, in the frame of a cabinet: only its declared origins may frame them."""

import re
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import get_script_prefix, set_script_prefix

from sep.external_cabinet.models import ExternalCabinet

_MOUNTED: Final = re.compile(
    r"(?P<prefix>/external-cabinet/in/(?P<cabinet>[0-9A-HJKMNP-TV-Z]{26}))(?P<page>/(?:sign/.*|language))"
)


def prefix_of(cabinet_id: str) -> str:
    """Return below what the pages stand for one cabinet."""
    return f"/external-cabinet/in/{cabinet_id}"


class MountedInExternalCabinet:
    """Middleware: serve `/external-cabinet/in/<cabinet>/sign/…`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        mounted = _MOUNTED.fullmatch(request.path_info)
        cabinet = (
            mounted
            and ExternalCabinet.objects.filter(pk=mounted["cabinet"], disabled_at__isnull=True).first()
        )
        if mounted is None or cabinet is None:
            return self._get_response(request)
        before = get_script_prefix()
        request.path_info = mounted["page"]
        set_script_prefix(f"{mounted['prefix']}/")
        try:
            return framed(self._get_response(request), cabinet)
        finally:
            set_script_prefix(before)


def framed(response: HttpResponseBase, cabinet: ExternalCabinet) -> HttpResponseBase:
    """Let a cabinet's origins, and no others, frame a page, and let its cookies work in that frame."""
    if cabinet.origins:
        response._csp_replace = {"frame-ancestors": cabinet.origins}  # type: ignore[attr-defined]  # noqa: SLF001
        response.xframe_options_exempt = True  # type: ignore[attr-defined]  # it knows no list of hosts
        if "X-Frame-Options" in response.headers:
            del response.headers["X-Frame-Options"]
    if settings.ENVIRONMENT.secure:
        for cookie in response.cookies.values():
            cookie["samesite"] = "None; Partitioned"
    return response
