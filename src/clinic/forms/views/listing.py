"""«Сервис → Печатные формы»: the directory."""

from django.http import HttpResponseBase
from django.shortcuts import render

from clinic.forms import directory
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


@workplace_page(Permission.SEE_FORMS)
def listed(request: StaffRequest) -> HttpResponseBase:
    """The forms asked for by the address; htmx asks for the table alone."""
    question = directory.Question.of(request.GET.dict())
    rows = directory.forms(request.institution, question)
    context = {
        "question": question,
        "columns": [(column, _sorted_by(request, column.code, question)) for column in directory.COLUMNS],
        "groups": directory.grouped(rows, question),
        "group_choices": [(code, title) for code, (title, _) in directory.GROUPS.items()],
    }
    template = "forms/table.html" if request.headers.get("HX-Request") else "forms/list.html"
    return render(request, template, context)


def _sorted_by(request: StaffRequest, code: str, question: directory.Question) -> str:
    """The address that sorts by a column; pressed again, the other way round."""
    query = request.GET.copy()
    query["sort"] = f"-{code}" if question.sort == code and not question.down else code
    return f"?{query.urlencode()}"
