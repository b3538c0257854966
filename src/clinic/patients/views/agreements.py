"""«Соглашение о ПЭП» in the card: what there is, writing one down at the desk, ending it.

In an address the patient himself is the representative 0.
"""

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clinic.institution.connection import STUCK
from clinic.patients import agreements
from clinic.patients.agreements import Draft
from clinic.patients.forms import AgreementForm, CodeForm, EndForm
from clinic.patients.models import Agreement, AgreementWish, Patient, Representative
from clinic.patients.views.own import SECTION, patient_of, today_in
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission

_OF_CODE = {AgreementWish.SEND_CODE, AgreementWish.CHECK_CODE}


def section_context(request: StaffRequest, patient: Patient) -> dict[str, Any]:
    """What `patients/agreements.html` shows of a patient."""
    lines = agreements.shown(agreements.look(patient, today_in(request.institution)), timezone.now())
    return {
        "patient": patient,
        "agreements": lines,
        "agreements_version": agreements.version_of(lines),
        "are_agreements_awaited": any(each.is_working for each in lines),
        "is_connected": request.institution.is_connected,
        "stuck": STUCK,
    }


@require_GET
@workplace_page(Permission.SEE_PATIENTS)
def listed(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """The section that asks for itself with `seen`, what it shows: 204 when nothing is new.

    A registration may have changed the card's phone: then the page with its fields is asked for anew.
    """
    patient = patient_of(request, patient_id)
    context = section_context(request, patient)
    seen = request.GET.get("seen")
    if seen == context["agreements_version"]:
        return HttpResponse(status=204)
    if seen and request.GET.get("card") != patient.updated_at.isoformat():
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    if not request.headers.get("HX-Request"):
        return redirect("patients:card", patient.pk)
    return render(request, "patients/agreements.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@workplace_page(Permission.EDIT_PATIENTS)
def write(request: StaffRequest, patient_id: int, representative_id: int) -> HttpResponseBase:
    """«Записать соглашение». `then` is the pressed button."""
    patient, one = _person(request, patient_id, representative_id)
    row = agreements.agreement_of(patient, one)
    if request.method != "POST":
        return _ask(request, row, _form(request, row))
    then = request.POST.get("then", "register")
    form = _form(request, row, request.POST, is_registering=then == "register")
    form.full_clean()
    draft = _draft(form)
    if then == "send_code" and draft.phone:
        row = agreements.send_code(patient, one, draft)
    elif then == "check_code":
        code_form = CodeForm(request.POST)
        if code_form.is_valid():
            row = agreements.check_code(patient, one, draft, code_form.cleaned_data["code"])
        else:
            row = agreements.keep(patient, one, draft)
            return _ask(request, row, _typed(request, row), code_errors=code_form.errors["code"])
    elif then == "another_phone":
        row = agreements.keep(patient, one, Draft(draft.number, draft.concluded_on, draft.way, phone=""))
    elif then == "register" and form.is_valid():
        checked = form.cleaned_data["identity_checked"]
        agreements.register(patient, one, draft, request.user, identity_checked=checked)
        return _done(request, patient)
    else:
        return _ask(request, agreements.keep(patient, one, draft), form, status=422)
    if not request.headers.get("HX-Request"):
        return redirect("patients:agreement", patient.pk, representative_id)
    return _ask(request, row, _typed(request, row))


@require_GET
@workplace_page(Permission.EDIT_PATIENTS)
def code(request: StaffRequest, patient_id: int, representative_id: int) -> HttpResponseBase:
    """The part about the phone, which asks for itself while the worker works: 204 until it has done."""
    row = agreements.agreement_of(*_person(request, patient_id, representative_id))
    if agreements.is_working(row, timezone.now()):
        return HttpResponse(status=204)
    return render(request, "patients/agreement_phone.html", _context(row, _form(request, row)))


@require_http_methods(["GET", "HEAD", "POST"])
@workplace_page(Permission.EDIT_PATIENTS)
def end(request: StaffRequest, patient_id: int, representative_id: int) -> HttpResponseBase:
    """«Прекратить соглашение»: ask why first."""
    patient, one = _person(request, patient_id, representative_id)
    row = agreements.agreement_of(patient, one)
    if not row.is_live:
        return _done(request, patient)
    form = EndForm(request.POST or None, auto_id="agreement_%s")
    if form.is_valid():
        agreements.end(patient, one, form.cleaned_data["reason"], request.user)
        return _done(request, patient)
    return _shown(request, "patients/agreement_end.html", _context(row, form))


def _person(
    request: StaffRequest, patient_id: int, representative_id: int
) -> tuple[Patient, Representative | None]:
    patient = patient_of(request, patient_id)
    for one in agreements.people(patient, today_in(request.institution)):
        if (one.pk if one else 0) == representative_id:
            return patient, one
    raise Http404


def _form(
    request: StaffRequest, row: Agreement, data: Any = None, *, is_registering: bool = False
) -> AgreementForm:
    today = today_in(request.institution)
    return AgreementForm(
        data,
        auto_id="agreement_%s",  # the card below the dialog has fields of the same names
        today=today,
        confirmed_phone=row.new_phone if agreements.is_confirmed(row, timezone.now()) else "",
        is_registering=is_registering,
        initial={
            "phone": row.new_phone or row.person.phone,
            "number": row.new_number or agreements.proposed_number(row.patient, row.representative),
            # One begun on another day and left is signed today.
            "concluded_on": (row.failed == AgreementWish.REGISTER and row.new_concluded_on) or today,
            "way": row.new_way,
        },
    )


def _typed(request: StaffRequest, row: Agreement) -> AgreementForm:
    """The form with what is kept, and the ticks as they stand on the screen; nothing is reproached yet."""
    form = _form(request, row)
    ticks = {name: name in request.POST for name in ("identity_checked", "without_code")}
    form.initial = {**form.initial, **ticks, "concluded_on": row.new_concluded_on or form.today}
    return form


def _draft(form: AgreementForm) -> Draft:
    known = form.cleaned_data
    return Draft(
        number=known.get("number") or None,
        concluded_on=known.get("concluded_on"),
        way=known.get("way") or None,
        phone=known.get("phone") or None,
    )


def _context(row: Agreement, form: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "patient": row.patient,
        "row": row,
        "who": row.representative_id or 0,
        "form": form,
        "section": SECTION,
        "is_working": agreements.is_working(row, now) and row.wish in _OF_CODE,
        "is_stuck": agreements.is_stuck(row, now),
        "is_confirmed": agreements.is_confirmed(row, now),
        "awaits_code": agreements.awaits_code(row, now),
        "phone_problem": row.problem if row.failed in _OF_CODE else "",
        "stuck": STUCK,
    }


def _ask(
    request: StaffRequest, row: Agreement, form: AgreementForm, *, status: int = 200, code_errors: Any = ()
) -> HttpResponse:
    context = _context(row, form) | {"code_errors": code_errors}
    return _shown(request, "patients/agreement.html", context, status)


def _shown(request: StaffRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """In the dialog over the card, or as a page of its own."""
    if request.headers.get("HX-Request"):
        return render(request, template, context)  # htmx shows only answers of 2xx
    return render(request, "patients/agreement_page.html", context | {"dialog": template}, status=status)


def _done(request: StaffRequest, patient: Patient) -> HttpResponse:
    """Put the renewed section in place and close the dialog; without htmx go back to the card."""
    if not request.headers.get("HX-Request"):
        return redirect("patients:card", patient.pk)
    answer = render(request, "patients/agreements.html", section_context(request, patient))
    answer["HX-Retarget"], answer["HX-Reswap"] = "#agreements", "outerHTML"
    answer["HX-Trigger-After-Swap"] = "patients:saved"
    return answer
