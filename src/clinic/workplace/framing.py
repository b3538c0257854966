"""PDF files of the workplace: shown in a frame of our own pages, and nowhere else."""

import re
from collections.abc import Callable
from typing import Final, ParamSpec, cast

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin

P = ParamSpec("P")
View = Callable[P, HttpResponseBase]

_UNSAFE: Final = re.compile(r"[^\w.,()№«» -]+")
_LONGEST_NAME: Final = 120


def is_framed(view: View[P]) -> View[P]:
    """Let our own pages, and nobody else, frame this file."""
    # django-csp's types know views without arguments only.
    decorate = cast(
        "Callable[[View[P]], View[P]]", csp_replace({"default-src": [NONE], "frame-ancestors": [SELF]})
    )
    return decorate(xframe_options_sameorigin(view))


def pdf_answer(data: bytes, name: str, *, download: bool = False) -> HttpResponse:
    """Return a PDF under a name that every file system takes; it stays in no cache."""
    safe = " ".join(_UNSAFE.sub(" ", name).split())[:_LONGEST_NAME] or "Документ"
    disposition = content_disposition_header(download, f"{safe}.pdf")
    headers = {"Content-Disposition": disposition or "inline", "Cache-Control": "private, no-store"}
    return HttpResponse(data, content_type="application/pdf", headers=headers)
