"""The pages of the cabinet."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sep.cabinet import belongings, entering, history, push, sessions
from sep.cabinet.models import Session, SignIn
from sep.ceremony import acquaintances, withdrawal
from sep.ceremony.messages import document_number
from sep.ceremony.models import Entrance
from sep.ceremony.pages import session as visits_cookie
from sep.ceremony.pages.arrival import address_of
from sep.ceremony.pages.files import pdf_answer
from sep.ceremony.pages.forms import BirthDateForm, CodeForm
from sep.ceremony.pages.response import View, public_page
from sep.ceremony.pages.session import see_other
from sep.documents.models import Document
from sep.parties.person import InvalidPhone, mask_phone, normalize_phone

_UNPROCESSABLE, _TOO_MANY = 422, 429


class PhoneForm(forms.Form):
    """A phone as people write it."""

    phone = forms.CharField(max_length=40, error_messages={"required": _("Введите номер телефона.")})

    def clean_phone(self) -> str:
        try:
            return normalize_phone(self.cleaned_data["phone"])
        except InvalidPhone:
            raise forms.ValidationError(_("Проверьте номер: нужен вид +7 916 123-45-67.")) from None


# ── the way in ──────────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
@public_page
def enter(request: HttpRequest) -> HttpResponseBase:
    """The phone. What follows is the same whether it is known or not."""
    if _session(request) is not None:
        return see_other("cabinet")
    form = PhoneForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cookie = entering.begin(form.cleaned_data["phone"], _address(request), timezone.now())
        except entering.TooManyTries:
            return render(request, "cabinet/too_many.html", status=_TOO_MANY)
        response = see_other("cabinet-code")
        _give(response, _sign_in_cookie(), cookie)
        return response
    status = _UNPROCESSABLE if form.is_bound else 200
    return render(request, "cabinet/enter.html", {"form": form}, status=status)


def _sign_in_page(view: Callable[..., HttpResponseBase]) -> View:
    @public_page
    @wraps(view)
    def found(request: HttpRequest) -> HttpResponseBase:
        cookie = request.COOKIES.get(_sign_in_cookie(), "")
        sign_in = entering.live_sign_in(cookie, timezone.now())
        if sign_in is None:
            return render(request, "cabinet/over.html", status=403)
        return view(request, sign_in)

    return found


@require_http_methods(["GET", "POST"])
@_sign_in_page
def code(request: HttpRequest, sign_in: SignIn) -> HttpResponseBase:
    """The code that came to the phone."""
    if sign_in.code_told_at is not None:
        return see_other("cabinet-birth-date")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            cookie = entering.tell_code(sign_in.id, form.cleaned_data["code"], timezone.now())
        except entering.SignInOver:
            return render(request, "cabinet/over.html", status=403)
        if cookie is not None:
            response = see_other("cabinet-birth-date")
            _give(response, _sign_in_cookie(), cookie)
            return response
        sign_in.refresh_from_db()
        form.add_error("code", str(_("Код не подошёл. Проверьте последнее сообщение.")))
    context = {"form": form, "phone": mask_phone(sign_in.phone)}
    status = _UNPROCESSABLE if form.is_bound else 200
    return render(request, "cabinet/code.html", context, status=status)


@require_http_methods(["GET", "POST"])
@_sign_in_page
def birth_date(request: HttpRequest, sign_in: SignIn) -> HttpResponseBase:
    """Whose of this phone: a family may share it."""
    if sign_in.code_told_at is None:
        return see_other("cabinet-code")
    form = BirthDateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            opened = entering.tell_birth_date(
                sign_in.id,
                form.cleaned_data["birth_date"],
                now=timezone.now(),
                address=address_of(request),
                user_agent=request.headers.get("User-Agent", ""),
            )
        except entering.SignInOver:
            return render(request, "cabinet/over.html", status=403)
        except entering.TooManyTries:
            return render(request, "cabinet/locked.html", status=_TOO_MANY)
        if opened is not None:
            response = see_other("cabinet")
            _give(response, _cookie(), opened[1])
            response.delete_cookie(_sign_in_cookie(), samesite="Lax")
            return response
        form.add_error(None, str(_("Дата не совпала с той, что знает клиника.")))
    status = _UNPROCESSABLE if form.is_bound else 200
    return render(request, "cabinet/birth_date.html", {"form": form}, status=status)


# ── inside ──────────────────────────────────────────────────────────────────


def cabinet_page(view: Callable[..., HttpResponseBase]) -> View:
    """Give a view the live session; anyone else is asked to come in."""

    @public_page
    @wraps(view)
    def found(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        session = _session(request)
        return see_other("cabinet-enter") if session is None else view(request, session, **parts)

    return found


def own_document(view: Callable[..., HttpResponseBase]) -> View:
    """Give a view a document of this person; any other id is 404, whether it exists or not."""

    @cabinet_page
    @wraps(view)
    def found(request: HttpRequest, session: Session, document_id: str, **parts: Any) -> HttpResponseBase:
        document = belongings.document_of(session.acquaintance, document_id)
        if document is None:
            raise Http404
        return view(request, session, document, **parts)

    return found


@require_GET
@cabinet_page
def home(request: HttpRequest, session: Session) -> HttpResponseBase:
    """Documents: those that wait on top, the rest below, newest first."""
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isdecimal() and len(asked) < 5 and int(asked) else 1  # noqa: PLR2004
    lines, has_more = belongings.page_of(session.acquaintance, number, timezone.now())
    context = {
        "waiting": [line for line in lines if line.awaits],
        "rest": [line for line in lines if not line.awaits],
        "number": number,
        "has_more": has_more,
        "session": session,
    }
    return render(request, "cabinet/home.html", context)


@require_GET
@own_document
def document(request: HttpRequest, session: Session, document: Document) -> HttpResponseBase:
    """One document: what it is, what can be done, who opened it."""
    now = timezone.now()
    line = belongings.belonging(session.acquaintance, document, now)
    has_signed = document.signatures.filter(package=line.package).exists()
    context = {
        "line": line,
        "document": document,
        "number": document_number(document),
        "clinic": document.organization,
        "history": history.history_of(document),
        "can_withdraw": withdrawal.can_withdraw(document) and has_signed,
        "withdrawal": document.withdrawals.order_by("id").last(),
        "session": session,
    }
    return render(request, "cabinet/document.html", context)


@require_POST
@own_document
def sign(request: HttpRequest, session: Session, document: Document) -> HttpResponseBase:
    """Go to the signing pages: a visit of its own, whose code comes to the phone."""
    return _visit(request, session, document, "sign-document")


@require_POST
@own_document
def withdraw(request: HttpRequest, session: Session, document: Document) -> HttpResponseBase:
    """Go to the page that tells what withdrawing means."""
    return _visit(request, session, document, "sign-withdraw")


def _visit(request: HttpRequest, session: Session, document: Document, route: str) -> HttpResponseBase:
    with transaction.atomic():
        package = belongings.package_of(session.acquaintance, document)
        _, cookie = acquaintances.begin_visit(
            package,
            session.acquaintance,
            Entrance.CABINET,
            now=timezone.now(),
            address=address_of(request),
            user_agent=request.headers.get("User-Agent", ""),
        )
    response = see_other(route, document.id)
    visits_cookie.give_cookie(response, cookie)
    return response


@require_GET
@own_document
def original_file(_request: HttpRequest, _session: Session, document: Document) -> HttpResponseBase:
    """The file as the clinic gave it."""
    return pdf_answer(document, document.original_sha256, "")


@require_GET
@own_document
def signed_file(_request: HttpRequest, _session: Session, document: Document) -> HttpResponseBase:
    """The signed file, with its seal and its evidence."""
    return pdf_answer(document, document.sealed_sha256, " (подписан)")


@require_GET
@own_document
def protocol_file(_request: HttpRequest, _session: Session, document: Document) -> HttpResponseBase:
    """The signing sheet of a document that came with signatures of its own."""
    return pdf_answer(document, document.protocol_sha256, " (лист подписания)")


@require_http_methods(["GET", "POST"])
@cabinet_page
def devices(request: HttpRequest, session: Session) -> HttpResponseBase:
    """Where this cabinet is open, and which ways lead to this person."""
    now = timezone.now()
    if request.method == "POST":
        sessions.end(session, request.POST.get("session", ""), now)
        return see_other("cabinet-devices")
    context = {
        "devices": sessions.devices(session, now),
        "chats": belongings.chats_of(session.acquaintance),
        "push_key": push.public_key(),
        "takes_notices": hasattr(session, "push"),
        "session": session,
    }
    return render(request, "cabinet/devices.html", context)


@require_POST
@cabinet_page
def subscribe(request: HttpRequest, session: Session) -> HttpResponseBase:
    """Take notices in this browser."""
    given = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    try:
        push.subscribe(session, **given, now=timezone.now())
    except push.NotASubscription:
        return HttpResponse(status=_UNPROCESSABLE)
    return HttpResponse(status=204)


@require_POST
@cabinet_page
def unsubscribe(_request: HttpRequest, session: Session) -> HttpResponseBase:
    """Take no more notices in this browser."""
    push.unsubscribe(session)
    return see_other("cabinet-devices")


@require_POST
@cabinet_page
def leave(_request: HttpRequest, session: Session) -> HttpResponseBase:
    """Leave on this device."""
    sessions.end(session, session.id, timezone.now())
    response = see_other("cabinet-enter")
    response.delete_cookie(_cookie(), samesite="Lax")
    return response


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes the cabinet installable."""
    return render(request, "cabinet/manifest.json", content_type="application/manifest+json")


@require_GET
def service_worker(request: HttpRequest) -> HttpResponse:
    """Keep the page that is shown without a network; never a document."""
    response = render(request, "cabinet/worker.js", content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_GET
@public_page
def offline(request: HttpRequest) -> HttpResponseBase:
    return render(request, "cabinet/offline.html")


def _session(request: HttpRequest) -> Session | None:
    return sessions.live_session(request.COOKIES.get(_cookie(), ""), timezone.now())


def _cookie() -> str:
    return "__Host-cabinet" if settings.ENVIRONMENT.secure else "cabinet"


def _sign_in_cookie() -> str:
    return "__Host-cabinet-enter" if settings.ENVIRONMENT.secure else "cabinet-enter"


def _give(response: HttpResponse, name: str, cookie: str) -> None:
    response.set_cookie(
        name,
        cookie,
        max_age=sessions.ABSOLUTE,
        secure=settings.ENVIRONMENT.secure,
        httponly=True,
        samesite="Lax",
    )


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
