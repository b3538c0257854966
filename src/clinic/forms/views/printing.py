"""«Печать» of a talon, an order or a card, and what was printed."""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET
from ulid import ULID

from clinic.forms.choosing import Order, forms_of, on_paper, print_chosen, to_sep
from clinic.forms.models import Printed, Printing
from clinic.forms.printing import render as rendered
from clinic.forms.subjects import Subject, subject_of
from clinic.patients.models import Patient
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from clinic.workplace.framing import is_framed, pdf_answer
from sep.vault import blobs


@workplace_page(Permission.PRINT)
def choose(request: StaffRequest, object: str, pk: int) -> HttpResponseBase:  # noqa: A002
    """Choose among the forms of an object, and print them."""
    subject = _subject(request, object, pk)
    forms = list(forms_of(request.institution, object))
    fresh = str(ULID())
    context: dict[str, Any] = {"object": object, "pk": pk, "subject": subject, "forms": forms, "token": fresh}
    if request.method == "POST":
        wanted = request.POST.getlist("form")
        chosen = [form for form in forms if str(form.pk) in wanted]
        token = request.POST.get("token", "")
        if chosen and len(token) == len(fresh):
            printing = print_chosen(Order(token, object, pk), chosen, request.user)
            return _printed(request, printing, subject)
        context["nothing_chosen"] = True
    return _in_frame(request, "forms/choose", context)


def _printed(request: StaffRequest, printing: Printing, subject: Subject) -> HttpResponse:
    documents = list(printing.documents.order_by("pk"))
    context: dict[str, Any] = {
        "printing": printing,
        "documents": documents,
        "to_sep": to_sep(printing),
        "patient": subject.patient,
        "at_once": request.institution.send_at_once,
    }
    return _in_frame(request, "forms/done", context)


@is_framed
@require_GET
@workplace_page(Permission.PRINT)
def look(request: StaffRequest, object: str, pk: int, form_id: int) -> HttpResponseBase:  # noqa: A002
    """«Просмотр»: a form filled in, and nothing kept."""
    form = get_object_or_404(forms_of(request.institution, object), pk=form_id)
    last = form.versions.order_by("-number").first()
    assert last is not None
    _subject(request, object, pk)
    subject = subject_of(request.institution, object, pk, form.pdf_type)
    return pdf_answer(rendered(last.text, subject, title=form.name), form.name)


@is_framed
@require_GET
@workplace_page(Permission.PRINT)
def paper(request: StaffRequest, token: str) -> HttpResponseBase:
    """Everything of one printing as one file for the printer."""
    printing = get_object_or_404(Printing, institution=request.institution, token=token)
    return pdf_answer(on_paper(printing), "Печать")


@is_framed
@require_GET
@workplace_page(Permission.SEE_PATIENTS)
def printed(request: StaffRequest, printed_id: int) -> HttpResponseBase:
    """A printed document as it was."""
    row = get_object_or_404(Printed, institution=request.institution, pk=printed_id)
    data = blobs.get(request.institution, row.sha256)
    return pdf_answer(data, row.name, download="download" in request.GET)


@require_GET
@workplace_page(Permission.SEE_PATIENTS)
def of_patient(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """«Файлы» of a card: what was printed for the patient."""
    patient = get_object_or_404(Patient, institution=request.institution, pk=patient_id)
    rows = Printed.objects.filter(patient=patient).select_related("author", "version").order_by("-pk")[:200]
    return _in_frame(request, "forms/of_patient", {"patient": patient, "rows": rows})


def _subject(request: StaffRequest, object: str, pk: int) -> Subject:  # noqa: A002
    try:
        return subject_of(request.institution, object, pk)
    except LookupError as error:
        raise Http404 from error


def _in_frame(request: StaffRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The fragment for htmx, a page around it otherwise."""
    if request.headers.get("HX-Request"):
        return render(request, f"{name}.html", context)
    return render(request, "forms/page.html", {**context, "fragment": f"{name}.html"})
