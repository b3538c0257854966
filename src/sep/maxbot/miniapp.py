"""The mini-app's way in: the launch signed by MAX, the phone, the package; then the usual pages."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sep.ceremony import acquaintances, links
from sep.ceremony.models import Entrance
from sep.ceremony.pages import session
from sep.ceremony.pages.arrival import address_of
from sep.ceremony.pages.response import View, public_page
from sep.ceremony.pages.session import SeeOther
from sep.delivery.max import dialogs
from sep.delivery.max.models import Bot, Dialog
from sep.delivery.max.proofs import ContactRefused, LaunchRefused, validate_contact, validate_launch
from sep.documents.models import Package
from sep.maxbot import mount
from sep.maxbot.models import UsedLaunch

SESSION_SECONDS = 15 * 60
_SESSION = "max-app"


@require_http_methods(["GET", "POST"])
@public_page
def launch(request: HttpRequest, username: str) -> HttpResponseBase:
    """Exchange what MAX has signed for a session, once. In an ordinary browser tell where to go instead."""
    bot = _bot(username)
    if request.method == "GET":
        return render(request, "maxbot/launch.html", {"bot": bot})
    now = timezone.now()
    try:
        launched = validate_launch(bot.token, request.POST.get("init_data", ""), now)
    except LaunchRefused:
        return render(request, "maxbot/launch_refused.html", {"bot": bot}, status=403)
    with transaction.atomic():
        _, is_first = UsedLaunch.objects.get_or_create(
            hash=bytes.fromhex(launched.hash), defaults={"used_at": now}
        )
        if not is_first:
            return render(request, "maxbot/launch_refused.html", {"bot": bot}, status=403)
        dialog = dialogs.meet(bot, launched.user_id, now)
    response = SeeOther(reverse("max-app-start", args=[username]))
    _give_session(response, dialog, launched.start_param or "")
    return response


def app_page(view: View) -> View:
    """Give a view the dialog of the launched mini-app and what it was launched for."""

    @public_page
    @wraps(view)
    def found(request: HttpRequest, username: str, **parts: Any) -> HttpResponseBase:
        bot = _bot(username)
        try:
            known = signing.loads(
                request.COOKIES.get(_cookie_name(), ""), salt=_SESSION, max_age=SESSION_SECONDS
            )
        except signing.BadSignature:
            return render(request, "maxbot/launch_refused.html", {"bot": bot}, status=403)
        dialog = Dialog.objects.select_related("bot").filter(pk=known["dialog"], bot=bot).first()
        if dialog is None:
            raise Http404
        return view(request, dialog, known["wanted"], **parts)

    return found


@require_GET
@app_page
def start(request: HttpRequest, dialog: Dialog, wanted: str) -> HttpResponseBase:
    """Lead the person to his documents, past the phone if it is not proved yet."""
    if not dialog.is_verified:
        return render(
            request, "maxbot/phone.html", {"bot": dialog.bot, "start_link": dialog.bot.start_link()}
        )
    now = timezone.now()
    package = acquaintances.package_of(dialog, wanted)
    if package is None and wanted and (link := links.known_link(wanted)) is not None:
        package = acquaintances.package_of(dialog, link.package_id)
        if package is None:
            return render(request, "maxbot/other_phone.html", {"clinic": link.package.organization})
    waiting = acquaintances.packages_of(dialog, now)
    if package is None and len(waiting) == 1:
        package = waiting[0]
    if package is not None:
        return _open(request, dialog, package)
    return render(request, "maxbot/packages.html", {"bot": dialog.bot, "packages": waiting})


@require_POST
@app_page
def phone(request: HttpRequest, dialog: Dialog, _wanted: str) -> HttpResponseBase:
    """Bind the phone that MAX vouches for."""
    now = timezone.now()
    given = {name: request.POST.get(name, "") for name in ("phone", "auth_date", "hash")}
    try:
        number = validate_contact(
            dialog.bot.token,
            dialog.max_user_id,
            phone=given["phone"],
            auth_date=given["auth_date"],
            signature=given["hash"],
            now=now,
        )
    except ContactRefused:
        context = {"bot": dialog.bot, "start_link": dialog.bot.start_link(), "was_refused": True}
        return render(request, "maxbot/phone.html", context, status=422)
    with transaction.atomic():
        dialogs.verify(dialogs.meet(dialog.bot, dialog.max_user_id, now), number, now)
    return SeeOther(reverse("max-app-start", args=[dialog.bot.username]))


@require_POST
@app_page
def open_package(request: HttpRequest, dialog: Dialog, _wanted: str) -> HttpResponseBase:
    """Open one of several packages."""
    package = acquaintances.package_of(dialog, request.POST.get("package", ""))
    if package is None:
        raise Http404
    return _open(request, dialog, package)


def _open(request: HttpRequest, dialog: Dialog, package: Package) -> HttpResponseBase:
    with transaction.atomic():
        known = acquaintances.acquaintance(dialog, package)
        if acquaintances.is_locked(known):
            return render(request, "ceremony/link_locked.html", {"clinic": package.organization}, status=403)
        _, cookie = acquaintances.begin_visit(
            package,
            known,
            Entrance.MAX_APP,
            now=timezone.now(),
            address=address_of(request),
            user_agent=request.headers.get("User-Agent", ""),
        )
    response = SeeOther(f"{mount.PREFIX}{reverse('sign')}")
    session.give_cookie(response, cookie)
    return response


def _bot(username: str) -> Bot:
    bot = Bot.objects.filter(username=username, disconnected_at__isnull=True).first()
    if bot is None or not bot.has_mini_app:
        raise Http404
    return bot


def _cookie_name() -> str:
    return "__Host-max-app" if settings.ENVIRONMENT.secure else "max-app"


def _give_session(response: HttpResponse, dialog: Dialog, wanted: str) -> None:
    response.set_cookie(
        _cookie_name(),
        signing.dumps({"dialog": dialog.id, "wanted": wanted}, salt=_SESSION),
        max_age=SESSION_SECONDS,
        secure=settings.ENVIRONMENT.secure,
        httponly=True,
        samesite="Lax",
    )
