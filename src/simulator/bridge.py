"""The script of mini-apps at an address of its own, as MAX serves its at one address for all."""

from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

_SCRIPT: Final = Path(__file__).parent / "static" / "simulator" / "max-bridge.js"


@require_safe
def script(_request: HttpRequest) -> HttpResponse:
    """GET /phone/max/bridge.js: `window.WebApp` for a page that the phone shows as a mini-app."""
    return HttpResponse(
        _SCRIPT.read_bytes(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )
