"""The pages on which a person decides: «Подписать», the code, «Отказаться», and the signed document."""

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sep.ceremony import codes, confirm, reading, refusal, turn, understanding, visits, withdrawal
from sep.ceremony.confirm import Answer
from sep.ceremony.models import Visit
from sep.ceremony.pages import session
from sep.ceremony.pages.around import TOO_MANY, UNPROCESSABLE, around
from sep.ceremony.pages.forms import CodeForm, DeclineForm, IntentForm, UnderstandingForm
from sep.ceremony.pages.reading import reading_page
from sep.ceremony.pages.session import document_page, see_other
from sep.ceremony.pages.shown import signed_pages
from sep.delivery.limits import TooManyMessages
from sep.documents.models import Document
from sep.documents.statuses import SIGNED, Status
from sep.parties.person import mask_phone


@require_http_methods(["GET", "POST"])
@document_page
def intent(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """«Ознакомлен» and «Подписать»: now the code is sent."""
    now = timezone.now()
    if request.method == "GET" or not turn.awaits(document, visit.package, now) or document.viewed_at is None:
        return see_other("sign-document", document.id)
    form = IntentForm(request.POST)
    if not form.is_valid():
        return reading_page(request, visit, document, form)
    if understanding.must_answer(document, visit):
        return see_other("sign-understanding", document.id)
    reading.mark_intent(document, visit, now)
    return _code_sent(request, visit, document, codes.issue)


@require_http_methods(["GET", "POST"])
@document_page
def code_again(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """Send the code once more, or a new one when the old one is dead."""
    if request.method == "GET" or codes.latest_code(document, visit, timezone.now()) is None:
        return see_other("sign-code", document.id)
    return _code_sent(request, visit, document, codes.send_again)


def _code_sent(
    request: HttpRequest, visit: Visit, document: Document, send: Callable[..., codes.Issued]
) -> HttpResponse:
    now = timezone.now()
    try:
        send(document.id, visit, now=now)
    except (codes.NotSignable, codes.NotByCode, codes.AgreementNeeded, codes.PhoneTooNew):
        return see_other("sign-document", document.id)  # the document's page tells which
    except codes.TooSoon:
        return see_other("sign-code", document.id)
    except codes.CodesExhausted:
        return _exhausted(request, visit, document)
    except TooManyMessages as limit:
        return _phone_rests(request, visit, document, limit.retry_after)
    return see_other("sign-code", document.id)


def _exhausted(request: HttpRequest, visit: Visit, document: Document) -> HttpResponse:
    wrong = codes.wrong_today(visit.package.signer_id, timezone.now())
    context = {**around(visit, document), "until_tomorrow": wrong >= codes.MOST_WRONG_A_DAY}
    return render(request, "ceremony/codes_exhausted.html", context, status=TOO_MANY)


def _phone_rests(request: HttpRequest, visit: Visit, document: Document, wait: timedelta) -> HttpResponse:
    context = {**around(visit, document), "minutes": math.ceil(wait / timedelta(minutes=1))}
    response = render(request, "ceremony/too_many_messages.html", context, status=TOO_MANY)
    response.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return response


@require_http_methods(["GET", "POST"])
@document_page
def code(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The additional code; the right one signs."""
    now = timezone.now()
    if not turn.awaits(document, visit.package, now):
        return see_other("sign-document", document.id)
    latest = codes.latest_code(document, visit, now)
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
        **around(visit, document),
        "form": form,
        "code": latest,
        "life_seconds": math.ceil(latest.lives_for.total_seconds()),
        "life": _clock(latest.lives_for),
        "resend_seconds": math.ceil(latest.resend_in.total_seconds()),
        "resend": _clock(latest.resend_in),
    }
    status = UNPROCESSABLE if form.is_bound else 200
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
    if not turn.awaits(document, visit.package, now):
        return see_other("sign-document", document.id)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with suppress(codes.NotSignable):  # signed, revoked or expired meanwhile: its page tells which
            refusal.decline(document.id, visit, form.cleaned_data["reason"], now=now)
        return see_other("sign-document", document.id)
    context = {**around(visit, document), "form": form, "longest_reason": refusal.LONGEST_REASON}
    return render(request, "ceremony/decline.html", context)


@require_GET
@document_page
def signed(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The signed document, and the next one."""
    if document.status not in SIGNED:
        return see_other("sign-document", document.id)
    now = timezone.now()
    found = reading.documents_of(visit)
    context = {
        **around(visit, document),
        "pages": signed_pages(document),
        "signatures": list(
            document.signatures.select_related("package__signer__organization").order_by("signed_at")
        ),
        "own_package": visit.package_id,
        "masked_phone": mask_phone(visit.package.signer.person.phone),
        "can_withdraw": withdrawal.can_withdraw(document) and turn.has_signed(document, visit.package),
        "next": reading.next_to_sign(visit, now),
        "waiting": sum(turn.awaits(other, visit.package, now) for other in found),
        "is_withdrawn": document.status == Status.WITHDRAWN,
    }
    return render(request, "ceremony/signed.html", context)


@require_http_methods(["GET", "POST"])
@document_page
def understood(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The clinic's questions about what was read; a wrong answer is told, and stops nobody."""
    now = timezone.now()
    if not turn.awaits(document, visit.package, now) or not document.explanation.questions:
        return see_other("sign-document", document.id)
    form = UnderstandingForm(
        document.explanation.questions, request.POST if request.method == "POST" else None
    )
    right: Sequence[bool] = ()
    if request.method == "POST" and form.is_valid():
        right = understanding.answer(document.id, visit, form.chosen, now=now)
        reading.mark_intent(document, visit, now)
        if all(right):
            return _code_sent(request, visit, document, codes.issue)
    context = {**around(visit, document), "form": form, "right": right, "wrong": len(right) - sum(right)}
    status = UNPROCESSABLE if form.is_bound and not right else 200
    return render(request, "ceremony/understanding.html", context, status=status)


@require_POST
@document_page
def after_understanding(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """«Всё понятно, продолжить» after a wrong answer was explained."""
    if understanding.must_answer(document, visit):
        return see_other("sign-understanding", document.id)
    return _code_sent(request, visit, document, codes.issue)


@require_http_methods(["GET", "POST"])
@document_page
def withdraw(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """Tell what withdrawing means, then make the withdrawal: a document to be signed like any other."""
    if not withdrawal.can_withdraw(document) or not turn.has_signed(document, visit.package):
        return see_other("sign-document", document.id)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        made = withdrawal.begin(document, visit.package, form.cleaned_data["reason"], now=now)
        cookie = visits.move(visit, made.package, now)
        response = see_other("sign")
        session.give_cookie(response, cookie)
        return response
    context = {**around(visit, document), "form": form, "longest_reason": refusal.LONGEST_REASON}
    return render(request, "ceremony/withdraw.html", context)


def _clock(left: timedelta) -> str:
    """Return «4:35»."""
    seconds = math.ceil(left.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"
