"""The buttons of the tab: each parses, calls one use case and shows the table again."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from clinic.patients.models import Patient
from clinic.signing import package
from clinic.signing.forms import FileForm, RevokeForm, SignerForm
from clinic.signing.models import PackageDocument
from clinic.signing.views import is_fragment, patient_of, show_table
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


def _chosen(request: StaffRequest) -> list[str]:
    return request.POST.getlist("row")


@require_POST
@workplace_page(Permission.SEND)
def send(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """«Отправить» sends the selected rows, «Отправить все» all that may be sent."""
    patient = patient_of(request, patient_id)
    rows = PackageDocument.objects.filter(patient=patient)
    if "all" not in request.POST:
        rows = rows.filter(pk__in=_chosen(request))
    package.send(rows, request.user)
    return show_table(request, patient)


@require_POST
@workplace_page(Permission.SEE_PACKAGES)
def receive(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """«Получить» and «Получить все»."""
    patient = patient_of(request, patient_id)
    package.receive(patient, None if "all" in request.POST else _chosen(request))
    return show_table(request, patient)


@require_POST
@workplace_page(Permission.SEND)
def resend(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    patient = patient_of(request, patient_id)
    package.resend(patient, _chosen(request))
    return show_table(request, patient)


@require_POST
@workplace_page(Permission.SEND)
def remove(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    patient = patient_of(request, patient_id)
    package.remove(patient, _chosen(request))
    return show_table(request, patient)


@require_POST
@workplace_page(Permission.SEND)
def revoke(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """Ask for the reason first, then take back."""
    patient = patient_of(request, patient_id)
    chosen = _chosen(request)
    form = RevokeForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        package.revoke(patient, chosen, form.cleaned_data["reason"])
        return _done(request, patient)
    return _ask(request, patient, form, "signing/revoke.html", chosen)


@require_POST
@workplace_page(Permission.SEND)
def signer(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """«Кто подписывает»."""
    patient = patient_of(request, patient_id)
    chosen = _chosen(request)
    changeable = PackageDocument.objects.filter(
        patient=patient, pk__in=chosen, exchange__in=package.CHANGEABLE
    ).first()
    current = str(changeable.representative_id or "patient") if changeable else "patient"
    data = request.POST if "signer" in request.POST else None
    form = SignerForm(data, patient=patient, initial={"signer": current})
    if form.is_valid():
        package.change_signer(patient, chosen, form.representative)
        return _done(request, patient)
    return _ask(request, patient, form, "signing/signer.html", chosen)


@require_http_methods(["GET", "POST"])
@workplace_page(Permission.SEND)
def file(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """«Добавить файл»."""
    patient = patient_of(request, patient_id)
    form = FileForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        values = form.cleaned_data
        try:
            package.add_file(patient, values["name"], values["pdf_type"], values["file"].read(), request.user)
        except package.FileNotTaken as error:
            form.add_error("file", str(error))
        else:
            return _done(request, patient)
    return _ask(request, patient, form, "signing/file.html", [])


def _ask(
    request: StaffRequest, patient: Patient, form: Form, template: str, chosen: list[str]
) -> HttpResponse:
    """Show a question in a dialog, or as a page of its own."""
    if request.method == "POST" and template != "signing/file.html" and not chosen:
        if is_fragment(request):
            return HttpResponse(status=204)
        messages.warning(request, "Выберите документы в таблице.")
        return redirect("signing:tab", patient.pk)
    context: dict[str, Any] = {
        "patient": patient,
        "form": form,
        "chosen": chosen,
        "dialog": template,
        "section": "patients:list",
    }
    return render(request, template if is_fragment(request) else "signing/question_page.html", context)


def _done(request: StaffRequest, patient: Patient) -> HttpResponse:
    """Answer a dialog: the table stands elsewhere on the page, so it is told to look anew."""
    if not is_fragment(request):
        return redirect("signing:tab", patient.pk)
    answer = HttpResponse(status=204)
    answer["HX-Trigger"] = "sep-changed"
    return answer
