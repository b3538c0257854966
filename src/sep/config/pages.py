"""Pages of the house itself: where to go from `/`, the choice of language, and what went wrong."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from sep.ceremony.pages.response import public_page

language = require_POST(public_page(set_language))


@require_safe
@public_page
def landing(request: HttpRequest) -> HttpResponseBase:
    return render(request, "landing.html", {"simulator": settings.ENVIRONMENT.simulator})


@public_page
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's signature
    """The same page for what does not exist and for what is not yours."""
    return render(request, "404.html", status=404)


@public_page
def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
