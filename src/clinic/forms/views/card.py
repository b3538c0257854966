"""A form's card: its settings, its text and its versions."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseForbidden
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinic.forms import editing
from clinic.forms.editing import CardForm
from clinic.forms.markup import MarkupError
from clinic.forms.models import PrintForm
from clinic.forms.placeholders import PLACEHOLDERS, Fault, check
from clinic.forms.printing import preview
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from clinic.workplace.framing import is_framed, pdf_answer

TABS = {
    "text": "Текст формы",
    "versions": "Версии",
    "group": "Групповая печать бланков",
    "notes": "Заметки",
    "information": "Дополнительная информация",
    "extra": "Дополнительные настройки",
}
_OF_SETTINGS = ("group", "notes", "information", "extra")
BLOCKS = (
    ("Заголовок", "# "),
    ("Подзаголовок", "## "),
    ("Пункт", "- "),
    ("Номер", "1. "),
    ("Отметка", "[ ] "),
    ("Жирный", "****"),
    ("Услуги", "[услуги]"),
    ("Подпись", "[подпись]"),
    ("Реквизиты", "[реквизиты]"),
    ("Новая страница", "[новая страница]"),
    ("Если представитель", "[если представитель]\n\n[иначе]\n\n[конец]"),
)


@workplace_page(Permission.SEE_FORMS)
def card(request: StaffRequest, form_id: int) -> HttpResponseBase:
    """Show a form, or save its settings."""
    form = _form(request, form_id)
    settings = CardForm(request.POST or None, instance=form, institution=request.institution)
    if request.method == "POST":
        if not request.user.may(Permission.EDIT_FORMS):
            return HttpResponseForbidden()
        if settings.is_valid():
            settings.save()
            messages.success(request, "Форма сохранена.")
            return _after(request, form)
    return _shown(request, form, settings)


@workplace_page(Permission.EDIT_FORMS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Make a form; its text comes next."""
    settings = CardForm(request.POST or None, institution=request.institution)
    if request.method == "POST" and settings.is_valid():
        form = settings.save()
        return redirect(f"{reverse('forms:card', args=[form.pk])}?tab=text")
    context: dict[str, Any] = {
        "form": None,
        "settings": settings,
        "tabs": {},
        "tab": "extra",
        "opened": _OF_SETTINGS,
    }
    return render(request, "forms/card.html", context, status=422 if settings.is_bound else 200)


@require_POST
@workplace_page(Permission.EDIT_FORMS)
def copy(request: StaffRequest, form_id: int) -> HttpResponseBase:
    """«Копировать»: a form of the clinic's own to change at will."""
    twin = editing.copy(_form(request, form_id), request.user)
    messages.success(request, "Копия создана. Дайте ей своё наименование.")
    return redirect("forms:card", twin.pk)


@require_POST
@workplace_page(Permission.EDIT_FORMS)
def text(request: StaffRequest, form_id: int) -> HttpResponseBase:
    """Save the text as a new version, unless it has faults or somebody was faster."""
    form = _form(request, form_id)
    typed = request.POST.get("text", "")
    seen = request.POST.get("seen", "")
    try:
        version = editing.save_text(form, typed, int(seen) if seen.isdecimal() else 0, request.user)
    except editing.TextFaulty as faulty:
        return _text_again(request, form, typed, faulty.faults)
    except editing.TextChanged:
        messages.error(
            request,
            "Пока вы правили текст, кто-то сохранил другую версию. Ваш текст остался в поле: сравните его с"
            " последней версией и сохраните снова.",
        )
        return _text_again(request, form, typed, [], status=409)
    messages.success(request, f"Текст сохранён: версия {version.number}.")
    return redirect(f"{reverse('forms:card', args=[form.pk])}?tab=text")


@require_POST
@workplace_page(Permission.SEE_FORMS)
def faults(request: StaffRequest, form_id: int) -> HttpResponseBase:
    """The faults of a text as it is typed."""
    form = _form(request, form_id)
    return render(request, "forms/faults.html", {"faults": check(request.POST.get("text", ""), form.object)})


@require_POST
@is_framed
@workplace_page(Permission.SEE_FORMS)
def shown_as_pdf(request: StaffRequest, form_id: int) -> HttpResponseBase:
    """A text as it will look, for an invented patient."""
    form = _form(request, form_id)
    return _pdf(request, form, request.POST.get("text", ""), form.name)


@is_framed
@workplace_page(Permission.SEE_FORMS)
def version(request: StaffRequest, form_id: int, number: int) -> HttpResponseBase:
    """A version as it looks."""
    form = _form(request, form_id)
    kept = get_object_or_404(form.versions, number=number)
    return _pdf(request, form, kept.text, f"{form.name} (версия {number})")


@require_POST
@workplace_page(Permission.EDIT_FORMS)
def restore(request: StaffRequest, form_id: int, number: int) -> HttpResponseBase:
    """Make an earlier version the last one again."""
    form = _form(request, form_id)
    kept = get_object_or_404(form.versions, number=number)
    last = editing.last_version(form)
    try:
        made = editing.save_text(form, kept.text, last.number if last else 0, request.user)
    except editing.TextFaulty as faulty:
        return _text_again(request, form, kept.text, faulty.faults)
    messages.success(request, f"Версия {number} сохранена как версия {made.number}.")
    return redirect(f"{reverse('forms:card', args=[form.pk])}?tab=versions")


def _form(request: StaffRequest, form_id: int) -> PrintForm:
    found: PrintForm = get_object_or_404(PrintForm, institution=request.institution, pk=form_id)
    return found


def _pdf(request: StaffRequest, form: PrintForm, typed: str, name: str) -> HttpResponse:
    try:
        return pdf_answer(preview(typed, request.institution, form.object, form.name), name)
    except (MarkupError, KeyError):
        wrong = check(typed, form.object)
        return render(request, "forms/not_shown.html", {"faults": wrong}, status=422)


def _text_again(
    request: StaffRequest, form: PrintForm, typed: str, wrong: list[Fault], status: int = 422
) -> HttpResponse:
    settings = CardForm(instance=form, institution=request.institution)
    return _shown(request, form, settings, tab="text", typed=typed, faults=wrong, status=status)


def _shown(request: StaffRequest, form: PrintForm, settings: CardForm, **more: Any) -> HttpResponse:
    last = editing.last_version(form)
    asked = request.GET.get("tab", "")
    failed = settings.is_bound and not settings.is_valid()
    context: dict[str, Any] = {
        "form": form,
        "settings": settings,
        "tabs": TABS,
        "tab": asked if asked in TABS else "extra",
        "opened": _OF_SETTINGS,
        "typed": last.text if last else "",
        "last": last,
        "versions": form.versions.select_related("author"),
        "placeholders": [one for one in PLACEHOLDERS.values() if form.object in one.objects],
        "blocks": BLOCKS,
        "faults": [],
        **more,
    }
    status = more.get("status", 422 if failed else 200)
    return render(request, "forms/card.html", context, status=status)


def _after(request: StaffRequest, form: PrintForm) -> HttpResponse:
    if request.POST.get("then") == "close":
        return redirect("forms:list")
    tab = request.POST.get("tab", "extra")
    return redirect(f"{reverse('forms:card', args=[form.pk])}?tab={tab if tab in TABS else 'extra'}")
