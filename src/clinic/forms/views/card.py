"""A form's card: its settings, its text and its versions."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinic.forms import editing, printing
from clinic.forms.editing import CardForm
from clinic.forms.markup import MarkupError
from clinic.forms.models import PrintForm, PrintObject
from clinic.forms.placeholders import PLACEHOLDERS, check
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from clinic.workplace.framing import is_framed, pdf_answer

TABS: Final = {
    "text": "Текст формы",
    "explanation": "Пояснение пациенту",
    "extra": "Дополнительные настройки",
    "group": "Групповая печать бланков",
    "notes": "Заметки",
    "information": "Дополнительная информация",
    "versions": "Версии",
}
_FIELDS_OF_TABS: Final = {
    "text": ("text",),
    "explanation": ("summary",),
    "extra": ("pdf_to", "pdf_type", "printer", "sort_index", "save_result", "create_local_document"),
    "group": ("in_group", "group_notes"),
    "notes": ("notes",),
    "information": ("information",),
}
# What a button inserts; | is where the chosen words or the cursor go.
BLOCKS: Final = (
    ("Заголовок", "# |"),
    ("Подзаголовок", "## |"),
    ("Пункт", "- |"),
    ("Номер", "1. |"),
    ("Отметка", "[ ] |"),
    ("Жирный", "**|**"),
    ("Если представитель", "[если представитель]\n|\n[иначе]\n\n[конец]\n"),
    ("Услуги", "[услуги]\n|"),
    ("Реквизиты", "[реквизиты]\n|"),
    ("Подпись", "[подпись]\n|"),
    ("Подпись на\u00a0бумаге", "[подпись на бумаге]\n|"),
    ("Новая страница", "[новая страница]\n|"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@workplace_page(Permission.SEE_FORMS)
def card(request: StaffRequest, form_id: int) -> HttpResponseBase:
    """Show a form, or save it."""
    return _edit(request, _form(request, form_id))


@require_http_methods(["GET", "HEAD", "POST"])
@workplace_page(Permission.EDIT_FORMS)
def new(request: StaffRequest) -> HttpResponseBase:
    return _edit(request, PrintForm(institution=request.institution, object=PrintObject.APPOINTMENT))


def _edit(request: StaffRequest, form: PrintForm) -> HttpResponse:
    may_edit = request.user.may(Permission.EDIT_FORMS)
    if request.method != "POST":
        return _shown(
            request, form, CardForm(instance=form, institution=request.institution, read_only=not may_edit)
        )
    if not may_edit:
        raise PermissionDenied
    settings = CardForm(request.POST, instance=form, institution=request.institution)
    if not settings.is_valid():
        return _shown(request, form, settings, status=422)
    try:
        saved = editing.save(settings, request.user)
    except editing.ChangedMeanwhile as changed:
        return _shown(request, form, settings, conflict=changed.conflict, status=409)
    messages.success(request, f"Форма «{saved.name}» сохранена.")
    if request.POST.get("then") == "close":
        return redirect("forms:list")
    return redirect(f"{reverse('forms:card', args=[saved.pk])}?tab={_tab(request)}")


@require_POST
@workplace_page(Permission.EDIT_FORMS)
def copy(request: StaffRequest, form_id: int) -> HttpResponseBase:
    """«Копировать»: a form of the clinic's own to change at will."""
    twin = editing.copy(_form(request, form_id), request.user)
    messages.success(request, "Копия создана. Дайте ей своё наименование.")
    return redirect("forms:card", twin.pk)


@require_POST
@workplace_page(Permission.SEE_FORMS)
def faults(request: StaffRequest) -> HttpResponseBase:
    """The faults of a text as it is typed."""
    text = editing.normal(request.POST.get("text", ""))
    return render(request, "forms/faults.html", {"faults": check(text, _object(request)), "is_checked": True})


@require_POST
@is_framed
@workplace_page(Permission.SEE_FORMS)
def preview(request: StaffRequest) -> HttpResponseBase:
    """A text as it will look, for an invented patient."""
    title = request.POST.get("name", "").strip() or "Печатная форма"
    return _pdf(request, request.POST.get("text", ""), _object(request), title, title)


@is_framed
@require_GET
@workplace_page(Permission.SEE_FORMS)
def version(request: StaffRequest, form_id: int, number: int) -> HttpResponseBase:
    """A version as it looks."""
    form = _form(request, form_id)
    kept = get_object_or_404(form.versions, number=number)
    return _pdf(request, kept.text, form.object, form.name, f"{form.name} (версия {number})")


@require_POST
@workplace_page(Permission.EDIT_FORMS)
def restore(request: StaffRequest, form_id: int, number: int) -> HttpResponseBase:
    """Make an earlier version the last one again."""
    form = _form(request, form_id)
    get_object_or_404(form.versions, number=number)
    try:
        made = editing.restore(form, number, request.user)
    except editing.TextFaulty as faulty:
        first = faulty.faults[0]
        messages.error(
            request, f"Версия {number} не\u00a0восстановлена. Строка {first.line}: {first.message}."
        )
    else:
        if made is None:
            messages.info(request, f"Текст версии {number} и\u00a0так действует.")
        else:
            messages.success(request, f"Версия {number} восстановлена: теперь это версия {made.number}.")
    return redirect(f"{reverse('forms:card', args=[form.pk])}?tab=versions")


def _form(request: StaffRequest, form_id: int) -> PrintForm:
    found: PrintForm = get_object_or_404(PrintForm, institution=request.institution, pk=form_id)
    return found


def _object(request: StaffRequest) -> PrintObject:
    named = request.POST.get("object", "")
    return PrintObject(named) if named in PrintObject else PrintObject.APPOINTMENT


def _pdf(request: StaffRequest, text: str, kind: str, title: str, name: str) -> HttpResponse:
    text = editing.normal(text)
    if wrong := check(text, kind):
        return render(request, "forms/not_shown.html", {"faults": wrong}, status=422)
    try:
        return pdf_answer(printing.preview(text, request.institution, kind, title), name)
    except MarkupError as error:
        return render(request, "forms/not_shown.html", {"problem": str(error)}, status=422)


def _tab(request: StaffRequest) -> str:
    asked = request.POST.get("tab") or request.GET.get("tab") or ""
    return asked if asked in TABS else "text"


def _shown(
    request: StaffRequest,
    form: PrintForm,
    settings: CardForm,
    *,
    conflict: editing.Conflict | None = None,
    status: int = 200,
) -> HttpResponse:
    wrong = {tab for tab, names in _FIELDS_OF_TABS.items() if any(name in settings.errors for name in names)}
    if any(each.errors for each in settings.question_forms):
        wrong.add("explanation")
    tab = _tab(request)
    if wrong and tab not in wrong:
        tab = next(each for each in TABS if each in wrong)
    versions = list(form.versions.select_related("author")) if form.pk else []
    context: dict[str, Any] = {
        "section": "forms:list",
        "form": form if form.pk else None,
        "heading": PrintForm.objects.get(pk=form.pk).name if form.pk else "Новая форма",
        "settings": settings,
        "seen": conflict.seen if conflict else settings["seen"].value(),
        "tabs": [
            (code, title, code in wrong) for code, title in TABS.items() if form.pk or code != "versions"
        ],
        "tab": tab,
        "last": versions[0] if versions else None,
        "versions": versions,
        "conflict": conflict,
        "placeholders": [(one, " ".join(sorted(one.objects))) for one in PLACEHOLDERS.values()],
        "blocks": BLOCKS,
        "faults": settings.faults,
    }
    return render(request, "forms/card.html", context, status=status)
