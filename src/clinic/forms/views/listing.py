"""«Сервис → Печатные формы»: the directory."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from pytils.numeral import get_plural

from clinic.forms import directory, shipped_forms
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


@require_GET
@workplace_page(Permission.SEE_FORMS)
def listed(request: StaffRequest) -> HttpResponseBase:
    """The forms asked for by the address; htmx asks for the table alone."""
    question = directory.Question.of(request.GET.dict())
    context = {
        "question": question,
        "columns": [(column, _sorted_by(request, column.code, question)) for column in directory.COLUMNS],
        "groups": directory.answer(request.institution, question),
        "group_choices": directory.GROUPS,
        "missing": directory.missing(request.institution),
    }
    is_fragment = request.headers.get("HX-Target") == "forms"
    return render(request, "forms/table.html" if is_fragment else "forms/list.html", context)


@require_POST
@workplace_page(Permission.EDIT_FORMS)
def install(request: StaffRequest) -> HttpResponseBase:
    """Add the shipped forms that the clinic does not have; those it has stay as they are."""
    count = shipped_forms.install(request.institution)
    added = get_plural(count, "форма добавлена, формы добавлены, форм добавлено")
    messages.success(request, f"Из поставки: {added}.")
    return redirect("forms:list")


def _sorted_by(request: StaffRequest, code: str, question: directory.Question) -> str:
    """The address that sorts by a column; pressed again, the other way round."""
    query = request.GET.copy()
    query["sort"] = f"-{code}" if question.sort == code and not question.down else code
    return f"?{query.urlencode()}"
