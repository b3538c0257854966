"""The signer's pages: parse, call one use case, render."""

import math
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sep.ceremony import codes, confirm, links, pages_session, reading, refusal
from sep.ceremony.confirm import Answer
from sep.ceremony.forms import BirthDateForm, CodeForm, DeclineForm, IntentForm
from sep.ceremony.messages import document_number
from sep.ceremony.models import Visit
from sep.ceremony.pages_code import clock, latest_code
from sep.ceremony.pages_response import public_page
from sep.ceremony.pages_session import document_page, identified_page, see_other, visit_page
from sep.ceremony.pages_shown import page_image as image_of
from sep.ceremony.pages_shown import shown_pages, signed_pages
from sep.ceremony.pages_shown import signed_page_image as signed_image_of
from sep.delivery.limits import TooManyMessages
from sep.documents import blobs
from sep.documents.models import Document, PageImage
from sep.documents.statuses import Status
from sep.parties.person import mask_phone

_UNPROCESSABLE = 422
_TOO_MANY = 429
_SIGNED = frozenset({Status.SIGNED, Status.WITHDRAWN})


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
            address=pages_session.client_address(request),
            user_agent=request.headers.get("User-Agent", ""),
        )
    except links.LinkUnusable:
        return _unusable(request, token)
    response = see_other("sign")
    pages_session.give_cookie(response, cookie)
    return response


def _unusable(request: HttpRequest, token: str) -> HttpResponse:
    known = pages_session.known_link(token)
    if known is None:
        return render(request, "ceremony/link_unusable.html", status=404)
    locked = known.wrong_birth_dates >= links.MOST_WRONG_BIRTH_DATES
    template = "ceremony/link_locked.html" if locked else "ceremony/link_unusable.html"
    context = {"clinic": known.package.organization, "expired_at": known.expires_at}
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
    tries_left = links.MOST_WRONG_BIRTH_DATES - visit.link.wrong_birth_dates
    if tries_left <= 0:
        return _locked(request, visit)
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cookie = links.identify(visit, form.cleaned_data["birth_date"], now=timezone.now())
        except links.LinkLocked:
            return _locked(request, visit)
        if cookie is None:
            return see_other("sign-identity-wrong")
        response = see_other("sign")
        pages_session.give_cookie(response, cookie)
        return response
    return _identity(request, visit, form, tries_left)


@require_GET
@visit_page
def identity_wrong(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The same question after a wrong answer."""
    tries_left = links.MOST_WRONG_BIRTH_DATES - visit.link.wrong_birth_dates
    if visit.identified_at is not None or tries_left in {0, links.MOST_WRONG_BIRTH_DATES}:
        return see_other("sign-identity")
    return _identity(request, visit, BirthDateForm(), tries_left, was_wrong=True)


def _identity(
    request: HttpRequest, visit: Visit, form: BirthDateForm, tries_left: int, *, was_wrong: bool = False
) -> HttpResponse:
    context = {
        "form": form,
        "tries_left": tries_left,
        "was_wrong": was_wrong,
        "clinic": visit.link.package.organization,
        "visit": visit,
    }
    status = _UNPROCESSABLE if form.is_bound else 200
    return render(request, "ceremony/identity.html", context, status=status)


def _locked(request: HttpRequest, visit: Visit) -> HttpResponse:
    return render(
        request, "ceremony/link_locked.html", {"clinic": visit.link.package.organization}, status=403
    )


@require_GET
@identified_page
def documents(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What is to be signed and what has been; a single document is shown at once."""
    now = timezone.now()
    found = reading.documents_of(visit)
    if len(found) == 1:
        return see_other("sign-document", found[0].id)
    lines = [
        {"document": document, "status": document.status_on(now), "is_open": document.is_open(now)}
        for document in found
    ]
    context = {
        **_around(visit),
        "lines": lines,
        "waiting": sum(document.is_open(now) for document in found),
        "next": reading.next_to_sign(visit, now),
    }
    return render(request, "ceremony/documents.html", context)


@require_GET
@document_page
def document(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The document to read, with «Подписать» and «Отказаться» at its end; or what became of it."""
    now = timezone.now()
    if document.status in _SIGNED:
        return see_other("sign-signed", document.id)
    if not document.is_open(now):
        return _closed(request, visit, document)
    reading.mark_viewed(document, visit, now)
    return _reading(request, visit, document, IntentForm())


def _reading(request: HttpRequest, visit: Visit, document: Document, form: IntentForm) -> HttpResponse:
    context = {**_around(visit, document), "pages": shown_pages(document), "form": form}
    status = _UNPROCESSABLE if form.is_bound else 200
    return render(request, "ceremony/document.html", context, status=status)


def _closed(request: HttpRequest, visit: Visit, document: Document) -> HttpResponse:
    now = timezone.now()
    context = {
        **_around(visit, document),
        "status": document.status_on(now).value,
        "next": reading.next_to_sign(visit, now),
    }
    return render(request, "ceremony/closed.html", context)


@require_GET
@document_page
def large_text(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The text of the document in large type."""
    if not document.is_open(timezone.now()) and document.status not in _SIGNED:
        return see_other("sign-document", document.id)
    context = {
        **_around(visit, document),
        "pages": shown_pages(document),
        "is_open": document.is_open(timezone.now()),
    }
    return render(request, "ceremony/large_text.html", context)


@require_GET
@document_page
def page_image(_request: HttpRequest, visit: Visit, document: Document, number: int) -> HttpResponseBase:
    """One page as it is shown before signing."""
    return _image(visit, image_of(document, number))


@require_GET
@document_page
def signed_page_image(
    _request: HttpRequest, visit: Visit, document: Document, number: int
) -> HttpResponseBase:
    """One page of the sealed file."""
    if not document.sealed_sha256:
        raise Http404
    return _image(visit, signed_image_of(document, number))


def _image(visit: Visit, page: PageImage | None) -> HttpResponse:
    if page is None:
        raise Http404
    data = blobs.get(visit.link.package.organization, page.image_sha256)
    headers = {"Cache-Control": f"private, max-age={int(links.IDLE.total_seconds())}, immutable"}
    return HttpResponse(data, content_type="image/webp", headers=headers)


@require_GET
@document_page
def original_file(_request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The file that is to be signed."""
    return _pdf(visit, document, document.original_sha256, "")


@require_GET
@document_page
def signed_file(_request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The signed file, with its seal and its evidence."""
    if not document.sealed_sha256:
        raise Http404
    return _pdf(visit, document, document.sealed_sha256, " (подписан)")


def _pdf(visit: Visit, document: Document, sha256: str, mark: str) -> HttpResponse:
    data = blobs.get(visit.link.package.organization, sha256)
    name = content_disposition_header(
        as_attachment=True, filename=f"{document.name} №{document_number(document)}{mark}.pdf"
    )
    return HttpResponse(data, content_type="application/pdf", headers={"Content-Disposition": name or ""})


@require_POST
@document_page
def read_to_end(_request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The last page came into view."""
    now = timezone.now()
    if document.is_open(now) and document.viewed_at is not None:
        reading.mark_read_to_end(document, visit, now)
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
@document_page
def intent(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """«Ознакомлен» and «Подписать»: now the code is sent."""
    now = timezone.now()
    if request.method == "GET" or not document.is_open(now) or document.viewed_at is None:
        return see_other("sign-document", document.id)
    form = IntentForm(request.POST)
    if not form.is_valid():
        return _reading(request, visit, document, form)
    reading.mark_intent(document, visit, now)
    return _code_sent(request, visit, document, codes.issue)


@require_http_methods(["GET", "POST"])
@document_page
def code_again(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """Send the code once more, or a new one when the old one is dead."""
    if request.method == "GET" or latest_code(document, visit, timezone.now()) is None:
        return see_other("sign-code", document.id)
    return _code_sent(request, visit, document, codes.send_again)


def _code_sent(request: HttpRequest, visit: Visit, document: Document, send: Any) -> HttpResponse:
    now = timezone.now()
    try:
        send(document.id, visit, now=now)
    except codes.NotSignable:
        return see_other("sign-document", document.id)
    except codes.TooSoon:
        return see_other("sign-code", document.id)
    except codes.CodesExhausted:
        return _exhausted(request, visit, document)
    except TooManyMessages as limit:
        return _phone_rests(request, visit, document, limit.retry_after)
    return see_other("sign-code", document.id)


def _exhausted(request: HttpRequest, visit: Visit, document: Document) -> HttpResponse:
    wrong = codes.wrong_today(visit.link.package.signer_id, timezone.now())
    context = {**_around(visit, document), "until_tomorrow": wrong >= codes.MOST_WRONG_A_DAY}
    return render(request, "ceremony/codes_exhausted.html", context, status=_TOO_MANY)


def _phone_rests(request: HttpRequest, visit: Visit, document: Document, wait: timedelta) -> HttpResponse:
    context = {**_around(visit, document), "minutes": math.ceil(wait / timedelta(minutes=1))}
    response = render(request, "ceremony/too_many_messages.html", context, status=_TOO_MANY)
    response.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return response


@require_http_methods(["GET", "POST"])
@document_page
def code(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The additional code; the right one signs."""
    now = timezone.now()
    if not document.is_open(now):
        return see_other("sign-document", document.id)
    latest = latest_code(document, visit, now)
    if latest is None:
        return see_other("sign-document", document.id)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = confirm.confirm(document.id, visit, form.cleaned_data["code"], now=now)
        if answer is Answer.LOCKED:
            return _exhausted(request, visit, document)
        # A wrong or dead code is told by the page itself: what it shows is read from the row.
        return see_other(_AFTER_CODE[answer], document.id)
    context = {
        **_around(visit, document),
        "form": form,
        "code": latest,
        "life_seconds": math.ceil(latest.lives_for.total_seconds()),
        "life": clock(latest.lives_for),
        "resend_seconds": math.ceil(latest.resend_in.total_seconds()),
        "resend": clock(latest.resend_in),
    }
    status = _UNPROCESSABLE if form.is_bound else 200
    return render(request, "ceremony/code.html", context, status=status)


_AFTER_CODE = {
    Answer.SIGNED: "sign-signed",
    Answer.ALREADY_SIGNED: "sign-signed",
    Answer.WRONG: "sign-code",
    Answer.CODE_DEAD: "sign-code",
    Answer.NOT_SIGNABLE: "sign-document",
}


@require_http_methods(["GET", "POST"])
@document_page
def decline(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """Tell what declining means, then decline."""
    now = timezone.now()
    if not document.is_open(now):
        return see_other("sign-document", document.id)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with suppress(codes.NotSignable):  # signed, revoked or expired meanwhile: its page tells which
            refusal.decline(document.id, visit, form.cleaned_data["reason"], now=now)
        return see_other("sign-document", document.id)
    context = {**_around(visit, document), "form": form, "longest_reason": refusal.LONGEST_REASON}
    return render(request, "ceremony/decline.html", context)


@require_GET
@document_page
def signed(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The signed document, and the next one."""
    if document.status not in _SIGNED:
        return see_other("sign-document", document.id)
    now = timezone.now()
    found = reading.documents_of(visit)
    context = {
        **_around(visit, document),
        "pages": signed_pages(document),
        "masked_phone": mask_phone(visit.link.package.signer.person.phone),
        "next": reading.next_to_sign(visit, now),
        "waiting": sum(other.is_open(now) for other in found),
        "is_withdrawn": document.status == Status.WITHDRAWN,
    }
    return render(request, "ceremony/signed.html", context)


@require_POST
@visit_page
def leave(_request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Finish on a device that others use."""
    pages_session.leave(visit)
    response = see_other("sign-left")
    pages_session.take_cookie(response)
    return response


@require_GET
@public_page
def left(request: HttpRequest) -> HttpResponseBase:
    return render(request, "ceremony/left.html")


@public_page
def cookies_needed(request: HttpRequest, reason: str = "") -> HttpResponseBase:  # noqa: ARG001  Django's signature
    """A form came without its cookie: the browser keeps none, or the page is old."""
    return render(request, "403_csrf.html", status=403)


def _around(visit: Visit, document: Document | None = None) -> dict[str, Any]:
    """What every page of a visit shows: the clinic, the way out, and the document it is about."""
    package = visit.link.package
    around: dict[str, Any] = {
        "visit": visit,
        "clinic": package.organization,
        "is_one_of_several": package.documents.count() > 1,
    }
    if document is not None:
        around["document"] = document
        around["number"] = document_number(document)
    return around
