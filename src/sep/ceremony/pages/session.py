"""The signer's cookie, and who may see which page."""

from functools import wraps
from typing import Any

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from sep.ceremony import reading, visits
from sep.ceremony.models import Visit
from sep.ceremony.pages.response import View, public_page
from sep.documents.models import Document
from sep.documents.pdf import PdfRefused

logger = structlog.get_logger(__name__)


class SeeOther(HttpResponseRedirect):
    """303: the answer to a form stands at another address, so that a reload repeats nothing."""

    status_code = 303


def see_other(route: str, *arguments: object) -> SeeOther:
    return SeeOther(reverse(route, args=arguments))


def cookie_name() -> str:
    return "__Host-sign" if settings.ENVIRONMENT.secure else "sign"


def give_cookie(response: HttpResponse, cookie: str) -> None:
    """Hand the visit's cookie to the browser. Lax: Strict would lose it on the way from the SMS."""
    response.set_cookie(
        cookie_name(),
        cookie,
        max_age=visits.ABSOLUTE,
        secure=settings.ENVIRONMENT.secure,
        httponly=True,
        samesite="Lax",
    )


def take_cookie(response: HttpResponse) -> None:
    response.delete_cookie(cookie_name(), samesite="Lax")


def visit_page(view: View) -> View:
    """Give a view the live visit; without one the person is told to open the link again."""

    @public_page
    @wraps(view)
    def found(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        visit = visits.live_visit(request.COOKIES.get(cookie_name(), ""), timezone.now())
        if visit is None:
            return _visit_over(request)
        return view(request, visit, **parts)

    return found


def identified_page(view: View) -> View:
    """Give a view the visit of a signer who has told his birth date; anyone else is asked for it."""

    @visit_page
    @wraps(view)
    def known(request: HttpRequest, visit: Visit, **parts: Any) -> HttpResponseBase:
        if visit.identified_at is None:
            return see_other("sign-identity")
        return view(request, visit, **parts)

    return known


def document_page(view: View) -> View:
    """Give a view a document of the visited package; any other id is 404, whether it exists or not.

    Pages that refuse to be drawn become a page that says so.
    """

    @identified_page
    @wraps(view)
    def shown(request: HttpRequest, visit: Visit, document_id: str, **parts: Any) -> HttpResponseBase:
        document = reading.document_of(visit, document_id)
        if document is None:
            raise Http404
        try:
            return view(request, visit, document, **parts)
        except PdfRefused as refused:
            return _not_drawn(request, visit, document, refused)

    return shown


def _not_drawn(request: HttpRequest, visit: Visit, document: Document, refused: PdfRefused) -> HttpResponse:
    """Tell that the pages cannot be shown. What was not shown is not offered for signing either."""
    logger.error("document.not_drawn", document=document.id, code=refused.code)
    context = {
        "visit": visit,
        "clinic": visit.package.organization,
        "document": document,
        "temporary": refused.temporary,
    }
    return render(request, "ceremony/not_drawn.html", context, status=503)


def _visit_over(request: HttpRequest) -> HttpResponse:
    """Tell that the visit is over; the cookie of a real visit also tells whom to call."""
    visit = visits.visit_of(request.COOKIES.get(cookie_name(), ""))
    clinic = None if visit is None else visit.package.organization
    return render(request, "ceremony/visit_over.html", {"clinic": clinic}, status=403)
