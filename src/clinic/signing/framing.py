"""Which pages may show a PDF in a frame, and who may frame the PDF itself: our own pages alone."""

from collections.abc import Callable
from typing import ParamSpec, cast

from csp.constants import NONE, SELF
from csp.decorators import csp_replace, csp_update
from django.http import HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin

P = ParamSpec("P")
View = Callable[P, HttpResponseBase]


def shows_pdf(view: View[P]) -> View[P]:
    """Let a page hold a frame with a file of the workplace."""
    # django-csp's types know views without arguments only.
    decorate = cast("Callable[[View[P]], View[P]]", csp_update({"frame-src": [SELF]}))
    return decorate(view)


def is_framed(view: View[P]) -> View[P]:
    """Let our own pages, and nobody else, frame this file."""
    decorate = cast(
        "Callable[[View[P]], View[P]]", csp_replace({"default-src": [NONE], "frame-ancestors": [SELF]})
    )
    return decorate(xframe_options_sameorigin(view))
