"""«Печать» of a talon, an order or a card, and what was printed."""

from typing import Any, Final

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from ulid import ULID

from clinic.forms import agreement_paper, choosing
from clinic.forms.choosing import Order
from clinic.forms.models import Printed, Printing, PrintObject
from clinic.forms.subjects import Subject, subject_of
from clinic.patients import agreements
from clinic.patients.agreements import Draft
from clinic.patients.forms import PaperForm
from clinic.patients.models import Patient
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from clinic.workplace.framing import is_framed, pdf_answer
from sep.vault import blobs

TITLES: Final = {
    PrintObject.APPOINTMENT: "Талон №\u00a0",
    PrintObject.PAID_ORDER: "Заказ №\u00a0",
    PrintObject.PATIENT_CARD: "Карта №\u00a0",
}
PAGES: Final = {
    PrintObject.APPOINTMENT: "visits:appointment",
    PrintObject.PAID_ORDER: "visits:order",
    PrintObject.PATIENT_CARD: "patients:card",
}


@workplace_page(Permission.PRINT)
def choose(request: StaffRequest, object: str, pk: int) -> HttpResponseBase:  # noqa: A002
    """Choose among the forms of an object, and print them."""
    subject = _subject(request, object, pk)
    offered = choosing.choices(request.institution, object, pk)
    problem = ""
    if request.method == "POST":
        chosen = [choice.form for choice in offered if str(choice.form.pk) in request.POST.getlist("chosen")]
        order = Order(_token(request), object, pk)
        try:
            if chosen:
                return _done(request, choosing.print_chosen(order, chosen, request.user))
            problem = "Отметьте хотя бы одну форму."
        except choosing.FormUnreadable as error:
            problem = str(error)
        except LookupError as error:
            raise Http404 from error
    signers = {choice.signer for choice in offered}
    context = {
        "object": object,
        "pk": pk,
        "subject": subject,
        "title": f"{TITLES[PrintObject(object)]}{subject.number}",
        "choices": offered,
        "ticked": {int(one) for one in request.POST.getlist("chosen") if one.isdecimal()}
        if request.method == "POST"
        else {choice.form.pk for choice in offered if choice.form.in_group or len(offered) == 1},
        "one_signer": signers.pop() if len(signers) == 1 else "",
        "back": _page_of(object, pk),
        "token": str(ULID()),
        "problem": problem,
    }
    return _in_frame(request, "forms/choose", context)


def _page_of(object: str, pk: int) -> str:  # noqa: A002
    return reverse(PAGES[PrintObject(object)], args=[pk])


def _token(request: StaffRequest) -> str:
    try:
        return str(ULID.from_str(request.POST.get("token", "")))
    except ValueError as error:
        raise Http404 from error


def _done(request: StaffRequest, printing: Printing) -> HttpResponse:
    """Show what was printed: at once to htmx; to others by an address that a reload does not print again."""
    if not request.headers.get("HX-Request"):
        return redirect("forms:done", printing.token)
    return _shown(request, printing)


@require_GET
@workplace_page(Permission.PRINT)
def done(request: StaffRequest, token: str) -> HttpResponseBase:
    """What one press of «Печать» has printed."""
    return _shown(request, get_object_or_404(Printing, institution=request.institution, token=token))


def _shown(request: StaffRequest, printing: Printing) -> HttpResponse:
    documents = list(printing.documents.select_related("version__form", "patient").order_by("pk"))
    not_kept = list(printing.not_kept.select_related("form"))
    to_sep = choosing.to_sep(printing)
    forms = [document.version.form for document in documents] + [version.form for version in not_kept]
    context = {
        "printing": printing,
        "documents": documents,
        "not_kept": not_kept,
        "count": len(forms),
        "to_sep": to_sep,
        # What the patient signs on his phone needs no paper, unless somebody asks for it.
        "at_printer": len(forms) > to_sep,
        "printers": sorted({form.printer for form in forms if form.printer}),
        "patient": subject_of(request.institution, printing.object, printing.object_pk).patient,
        "back": _page_of(printing.object, printing.object_pk),
        "at_once": request.institution.send_at_once,
    }
    return _in_frame(request, "forms/done", context)


@require_POST
@workplace_page(Permission.PRINT)
def agreement(request: StaffRequest, patient_id: int, representative_id: int) -> HttpResponseBase:
    """«Напечатать соглашение» of a patient (0) or a representative, as the dialog of the card has it now."""
    patient = get_object_or_404(Patient, institution=request.institution, pk=patient_id)
    who = get_object_or_404(patient.representatives, pk=representative_id) if representative_id else None
    typed = PaperForm(request.POST)
    typed.is_valid()
    number, phone = typed.cleaned_data.get("number"), typed.cleaned_data.get("phone", "")
    agreements.keep(patient, who, Draft(number=number or None, phone=phone or None))
    day = typed.cleaned_data.get("concluded_on") or timezone.localdate()
    try:
        paper = agreement_paper.Paper(patient, who, phone, day)
        made = agreement_paper.print_agreement(str(ULID()), paper, request.user)
    except agreement_paper.NoSuchForm:
        problem = "В\u00a0«Печатных формах» нет действующей формы соглашения: её ставит администратор."
        return render(request, "forms/not_shown.html", {"problem": problem}, status=422)
    except choosing.FormUnreadable as error:
        return render(request, "forms/not_shown.html", {"problem": str(error)}, status=422)
    return redirect("forms:done", made.token)


@is_framed
@require_GET
@workplace_page(Permission.PRINT)
def look(request: StaffRequest, object: str, pk: int) -> HttpResponseBase:  # noqa: A002
    """«Просмотр»: forms filled in, and nothing kept."""
    _subject(request, object, pk)
    ids = [int(one) for one in request.GET.getlist("chosen") if one.isdecimal()]
    forms = list(choosing.forms_of(request.institution, object).filter(pk__in=ids))
    if not forms:
        raise Http404
    try:
        pdf = choosing.look(request.institution, object, pk, forms)
    except choosing.FormUnreadable as error:
        return render(request, "forms/not_shown.html", {"problem": str(error)}, status=422)
    return pdf_answer(pdf, forms[0].name)


@is_framed
@require_GET
@workplace_page(Permission.PRINT)
def paper(request: StaffRequest, token: str) -> HttpResponseBase:
    """Everything of one printing as one file for the printer."""
    printing = get_object_or_404(Printing, institution=request.institution, token=token)
    return pdf_answer(choosing.on_paper(printing), "Печать")


@is_framed
@require_GET
@workplace_page(Permission.SEE_PATIENTS)
def printed(request: StaffRequest, printed_id: int) -> HttpResponseBase:
    """A printed document as it was."""
    rows = Printed.objects.select_related("version__form").filter(institution=request.institution)
    row = get_object_or_404(rows, pk=printed_id)
    data = blobs.get(request.institution, row.sha256)
    as_file = "download" in request.GET and not row.version.form.not_saved_to_pdf
    return pdf_answer(data, row.name, download=as_file)


@require_GET
@workplace_page(Permission.SEE_PATIENTS)
def of_patient(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """«Файлы» of a card: what was printed for the patient."""
    patient = get_object_or_404(Patient, institution=request.institution, pk=patient_id)
    rows = (
        Printed.objects.filter(patient=patient)
        .select_related("author", "version__form")
        .order_by("-pk")[:200]
    )
    for row in rows:
        row.told = f"{TITLES.get(PrintObject(row.object), '')}{row.object_number}"  # type: ignore[attr-defined]
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
