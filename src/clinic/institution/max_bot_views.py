"""«ЛПУ → Параметры → Бот MAX»."""

from typing import Any, Final

import segno
from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from clinic.institution import max_bot
from clinic.institution.connection import STUCK
from clinic.institution.models import MaxBot
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission

SECTION: Final = "institution:netrika"
PAGE: Final = "institution:max_bot"

_SHORTEST, _LONGEST = 10, 500  # as the service takes them


class TokenForm(forms.Form):
    """The bot's token comes in and never goes out."""

    token = forms.CharField(
        label="Токен бота",
        min_length=_SHORTEST,
        max_length=_LONGEST,
        strip=True,
        help_text="Уходит в сервис подписания; рабочее место его не хранит и не показывает.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"min_length": "Это не токен: он длиннее. Скопируйте его целиком."},
    )

    def clean_token(self) -> str:
        token: str = self.cleaned_data["token"]
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise forms.ValidationError("В токене лишние знаки. Скопируйте его заново.")
        return token


@workplace_page(Permission.EDIT_SETTINGS)
def max_bot_page(request: StaffRequest) -> HttpResponseBase:
    form = TokenForm(request.POST or None)
    if form.is_valid() and request.institution.is_connected:
        max_bot.connect(request.institution, form.cleaned_data["token"])
        return redirect(PAGE)
    context = {"section": SECTION, "form": form} | _state(request)
    return render(request, "institution/max_bot.html", context)


@require_GET
@workplace_page(Permission.EDIT_SETTINGS)
def state(request: StaffRequest) -> HttpResponseBase:
    """The part that asks for itself with `seen`, what it shows: 204 when nothing is new.

    The form beside it opens and folds with the bot's state: then the whole page is asked for.
    """
    context = _state(request)
    shown: max_bot.Shown = context["shown"]
    if request.GET.get("seen") == shown.version:
        return HttpResponse(status=204)
    if request.GET.get("folded", "") != str(shown.is_folded):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "institution/max_bot_state.html", context)


@workplace_page(Permission.EDIT_SETTINGS)
def disconnect(request: StaffRequest) -> HttpResponseBase:
    """Ask first, then let the bot go."""
    bot = _copy(request)
    if bot is None or not bot.is_own:
        return redirect(PAGE)
    if request.method == "POST":
        max_bot.disconnect(request.institution)
        return redirect(PAGE)
    is_fragment = bool(request.headers.get("HX-Request"))
    question = "institution/max_bot_disconnect.html"
    return render(
        request,
        question if is_fragment else "institution/max_bot_question.html",
        {"section": SECTION, "bot": bot, "question": question},
    )


@require_GET
@workplace_page(Permission.EDIT_SETTINGS)
def desk(request: StaffRequest) -> HttpResponseBase:
    """A sheet to print and put on the desk."""
    bot = _copy(request)
    if bot is None or not bot.start_link:
        return redirect(PAGE)
    return render(request, "institution/max_bot_desk.html", {"bot": bot, "code": _qr(bot.start_link)})


def _state(request: StaffRequest) -> dict[str, Any]:
    bot = max_bot.look(request.institution)
    return {
        "bot": bot,
        "kept": request.institution,
        "shown": max_bot.shown(bot, timezone.now()),
        "stuck": STUCK,
        "code": _qr(bot.start_link) if bot.start_link else "",
    }


def _copy(request: StaffRequest) -> MaxBot | None:
    return MaxBot.objects.filter(institution=request.institution).first()


def _qr(link: str) -> SafeString:
    drawn = segno.make(link, error="m", micro=False).svg_inline(
        omitsize=True, border=4, svgclass="qr", lineclass=None, light="#fff"
    )
    return mark_safe(drawn)  # noqa: S308  segno draws modules; the text of the link is not in it
