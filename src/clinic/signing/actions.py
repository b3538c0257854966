"""The buttons of the tab: each parses, calls one use case and shows the table again."""

from typing import Any, Final

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clinic.forms.models import PrintObject
from clinic.patients.models import Patient
from clinic.signing import package
from clinic.signing.forms import FileForm, RevokeForm, SignerForm, WithdrawForm
from clinic.signing.models import PackageDocument, Pending
from clinic.signing.signers import Signers
from clinic.signing.views import is_fragment, patient_of, show_table
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission

_BY: Final = {"sms": Pending.RESEND_SMS, "max": Pending.RESEND_MAX}


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
    """«Пригласить ещё раз»: as the service thinks best, by an SMS or in MAX."""
    patient = patient_of(request, patient_id)
    package.resend(patient, _chosen(request), _BY.get(request.POST.get("by", ""), Pending.RESEND))
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
    ).select_related("representative")
    row = changeable.first()
    current = SignerForm.key_of(Signers(row.representative, row.with_patient) if row else Signers())
    data = request.POST if "signer" in request.POST else None
    form = SignerForm(data, patient=patient, initial={"signer": current})
    if form.is_valid():
        package.change_signers(patient, chosen, form.who)
        return _done(request, patient)
    return _ask(request, patient, form, "signing/signer.html", chosen)


@require_POST
@workplace_page(Permission.SEND)
def fix(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """Send a refused document to those whom the law wants."""
    patient = patient_of(request, patient_id)
    package.send_with_right_signers(patient, request.POST.get("fix", ""), request.user)
    return show_table(request, patient)


@require_POST
@workplace_page(Permission.SEND)
def withdraw(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """«Отозвать согласие»: ask first; the patient then signs the withdrawal himself."""
    patient = patient_of(request, patient_id)
    rows = package.withdrawable(PackageDocument.objects.filter(patient=patient, pk__in=_chosen(request)))
    chosen = list(rows.values_list("pk", flat=True)[:1])
    form = WithdrawForm(request.POST if "reason" in request.POST else None)
    if chosen and form.is_valid():
        package.withdraw(patient, chosen[0], form.cleaned_data["reason"])
        return _done(request, patient)
    return _ask(request, patient, form, "signing/withdraw.html", chosen)


@require_POST
@workplace_page(Permission.SEND)
def correct(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """«Исправить»: a printed form is printed anew, a file is chosen anew."""
    patient = patient_of(request, patient_id)
    rows = package.correctable(patient).filter(pk__in=_chosen(request))
    row = rows.select_related("printed__printing").first()
    if row is None:
        return _ask(request, patient, Form(), "signing/correct.html", [])
    again = _printed_again(row)
    if not again:
        form = FileForm(initial={"name": row.name, "pdf_type": row.pdf_type})
        return _ask(request, patient, form, "signing/file.html", [], replaces=row)
    if "again" in request.POST:
        package.ask_correction(patient, row.pk)
        return redirect(again)
    return _ask(request, patient, Form(), "signing/correct.html", [row.pk], replaces=row)


def _printed_again(row: PackageDocument) -> str:
    """Return the address where a row's form is printed anew; empty for a file."""
    if row.printed is None:
        return ""
    if row.object == PrintObject.PATIENT_CARD:
        return reverse("forms:choose", args=[row.object, row.patient_id])
    printing = row.printed.printing
    return "" if printing is None else reverse("forms:choose", args=[printing.object, printing.object_pk])


@require_http_methods(["GET", "POST"])
@workplace_page(Permission.SEND)
def file(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """«Добавить файл»."""
    patient = patient_of(request, patient_id)
    form = FileForm(request.POST or None, request.FILES or None)
    replaces = package.correctable(patient).filter(pk=request.POST.get("replaces", "")).first()
    if form.is_valid():
        values = form.cleaned_data
        try:
            package.add_file(
                patient,
                values["name"],
                values["pdf_type"],
                values["file"].read(),
                request.user,
                replaces=replaces,
            )
        except package.FileNotTaken as error:
            form.add_error("file", str(error))
        else:
            return _done(request, patient)
    return _ask(request, patient, form, "signing/file.html", [], replaces=replaces)


def _ask(
    request: StaffRequest,
    patient: Patient,
    form: Form,
    template: str,
    chosen: list[str],
    *,
    replaces: PackageDocument | None = None,
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
        "replaces": replaces,
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
