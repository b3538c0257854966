"""The signer's way in and out: the link, the birth date, the list of documents, leaving."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sep.ceremony import links, reading, strangers, turn, visits
from sep.ceremony.models import Visit
from sep.ceremony.pages import session
from sep.ceremony.pages.around import UNPROCESSABLE, around
from sep.ceremony.pages.forms import BirthDateForm
from sep.ceremony.pages.response import public_page
from sep.ceremony.pages.session import identified_page, see_other, visit_page


@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """A button that opens the link. Looking at it changes nothing and tells nothing, real or not."""
    if request.method != "POST":
        return render(request, "ceremony/link.html")
    now = timezone.now()
    try:
        cookie = links.open_link(
            token,
            now=now,
            address=address_of(request),
            user_agent=request.headers.get("User-Agent", ""),
        )
    except links.LinkUnusable:
        return _unusable(request, token)
    response = see_other("sign")
    session.give_cookie(response, cookie)
    return response


def address_of(request: HttpRequest) -> str:
    """Whence the link was opened, with the port when it is known: evidence."""
    address, port = request.META.get("REMOTE_ADDR", ""), request.META.get("REMOTE_PORT", "")
    return f"{address}:{port}" if port else str(address)


def _unusable(request: HttpRequest, token: str) -> HttpResponse:
    known = links.known_link(token)
    if known is None:
        return render(request, "ceremony/link_unusable.html", status=404)
    locked = known.wrong_birth_dates >= visits.MOST_WRONG_BIRTH_DATES
    template = "ceremony/link_locked.html" if locked else "ceremony/link_unusable.html"
    context = {
        "clinic": known.package.organization,
        "expired_at": known.expires_at,
        "is_frozen": turn.is_frozen(known.package),
    }
    return render(request, template, context, status=404)


@require_GET
@visit_page
def whither(_request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Lead the signer to where he stands."""
    return see_other("sign-identity" if visit.identified_at is None else "sign-documents")


@require_http_methods(["GET", "POST"])
@visit_page
def identity(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The second check: the birth date of the one who received the message."""
    if visit.identified_at is not None:
        return see_other("sign")
    tries_left = visits.MOST_WRONG_BIRTH_DATES - visit.guard.wrong_birth_dates
    if tries_left <= 0:
        return _locked(request, visit)
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cookie = visits.identify(visit, form.cleaned_data["birth_date"], now=timezone.now())
        except visits.Locked:
            return _locked(request, visit)
        if cookie is None:
            return see_other("sign-identity-wrong")
        response = see_other("sign")
        session.give_cookie(response, cookie)
        return response
    return _identity(request, visit, form, tries_left)


@require_GET
@visit_page
def identity_wrong(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The same question after a wrong answer."""
    tries_left = visits.MOST_WRONG_BIRTH_DATES - visit.guard.wrong_birth_dates
    if visit.identified_at is not None or tries_left in {0, visits.MOST_WRONG_BIRTH_DATES}:
        return see_other("sign-identity")
    return _identity(request, visit, BirthDateForm(), tries_left, was_wrong=True)


def _identity(
    request: HttpRequest, visit: Visit, form: BirthDateForm, tries_left: int, *, was_wrong: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "tries_left": tries_left,
        "was_wrong": was_wrong,
        "clinic": visit.package.organization,
        "visit": visit,
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "ceremony/identity.html", context, status=status)


def _locked(request: HttpRequest, visit: Visit) -> HttpResponse:
    return render(request, "ceremony/link_locked.html", {"clinic": visit.package.organization}, status=403)


@require_GET
@identified_page
def documents(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What is to be signed and what has been; a single document is shown at once."""
    now = timezone.now()
    found = reading.documents_of(visit)
    if len(found) == 1:
        return see_other("sign-document", found[0].id)
    lines = [
        {
            "document": document,
            "status": document.status_on(now),
            "is_open": turn.awaits(document, visit.package, now),
            "has_signed": turn.has_signed(document, visit.package),
        }
        for document in found
    ]
    context = {
        **around(visit),
        "lines": lines,
        "waiting": sum(bool(line["is_open"]) for line in lines),
        "next": reading.next_to_sign(visit, now),
    }
    return render(request, "ceremony/documents.html", context)


@require_http_methods(["GET", "POST"])
@visit_page
def not_me(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """«Это не я»: one tap closes everything and alerts the clinic. A GET comes only from a reload."""
    clinic = visit.package.organization
    if request.method == "POST":
        strangers.not_me(visit, timezone.now())
    elif not turn.is_frozen(visit.package):
        return see_other("sign")
    response = render(request, "ceremony/not_me.html", {"clinic": clinic})
    session.take_cookie(response)
    return response


@require_POST
@visit_page
def leave(_request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Finish on a device that others use."""
    visits.leave(visit, timezone.now())
    response = see_other("sign-left")
    session.take_cookie(response)
    return response


@require_GET
@public_page
def left(request: HttpRequest) -> HttpResponseBase:
    return render(request, "ceremony/left.html")


@public_page
def cookies_needed(request: HttpRequest, reason: str = "") -> HttpResponseBase:  # noqa: ARG001  Django's signature
    """A form came without its cookie: the browser keeps none, or the page is old."""
    return render(request, "403_csrf.html", status=403)
