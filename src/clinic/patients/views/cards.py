"""«Карточка пациента»: its fields and the tabs below them."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clinic.patients.addressee import addressees
from clinic.patients.duplicates import sharing_phone
from clinic.patients.forms import PatientForm, version_of
from clinic.patients.identifiers import name as mended
from clinic.patients.models import Patient
from clinic.patients.saving import Outcome, save_card
from clinic.patients.views.agreements import section_context
from clinic.patients.views.own import SECTION, patient_of, today_in
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab below the card: `template` shows it here, otherwise `url` of a higher application does."""

    key: str
    title: str
    template: str = ""
    url: str = ""
    hotkey: str = ""


TABS: Final = (
    Tab("policies", "1.\u00a0Полисы", template="patients/policies.html"),
    Tab("representatives", "2.\u00a0Родственники", template="patients/representatives.html"),
    Tab("package", "5.\u00a0Пакет документов", url="forms:of_patient"),
    Tab("visits", "Обращения", url="visits:of_patient", hotkey="F11"),
    Tab("sep", "28.\u00a0СЭП", url="signing:tab", hotkey="Alt+S"),
)
_AT_ONCE: Final = TABS[0]
_WORKED_IN: Final = frozenset({"package", "visits", "sep"})
"""Opened by their address, these tabs get the screen: the card's fields are folded above them."""


@require_http_methods(["GET", "HEAD", "POST"])
@workplace_page(Permission.SEE_PATIENTS)
def card(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    patient = patient_of(request, patient_id)
    if request.headers.get("HX-Target") == "tabs" and request.method != "POST":
        return show_tabs(request, patient)
    if request.method == "POST":
        return _save(request, patient)
    return _show(request, _form(request, patient))


@require_http_methods(["GET", "HEAD", "POST"])
@workplace_page(Permission.EDIT_PATIENTS)
def new(request: StaffRequest) -> HttpResponseBase:
    """Make a card; whatever was typed in the search in vain comes into its name."""
    patient = Patient(institution=request.institution)
    if "query" in request.POST:
        return _show(request, _form(request, patient, initial=_names_in(request.POST["query"])))
    return _save(request, patient) if request.method == "POST" else _show(request, _form(request, patient))


def _form(request: StaffRequest, patient: Patient, data: Any = None, **more: Any) -> PatientForm:
    return PatientForm(
        data,
        instance=patient,
        institution=request.institution,
        today=today_in(request.institution),
        read_only=not request.user.may(Permission.EDIT_PATIENTS),
        **more,
    )


def _names_in(query: str) -> dict[str, str]:
    words = [mended(word) for word in query.split() if word.replace("-", "").isalpha()][:3]
    return dict(zip(("family", "given", "patronymic"), words, strict=False))


def _save(request: StaffRequest, patient: Patient) -> HttpResponseBase:
    """`then` is the pressed button; «Всё равно сохранить» adds the cards that were seen: `close:12,15`."""
    if not request.user.may(Permission.EDIT_PATIENTS):
        return HttpResponse(status=403)
    then, _, seen = request.POST.get("then", "save").partition(":")
    form = _form(request, patient, request.POST)
    if patient.pk and not form.has_changed():
        return _after(request, patient, then)
    if not form.is_valid():
        return _show(request, form, then=then)
    outcome = save_card(form, accepted={int(pk) for pk in seen.split(",") if pk.isdecimal()})
    if outcome.patient is None:
        return _show(request, form, outcome, then)
    messages.success(request, "Карточка сохранена.")
    return _after(request, outcome.patient, then)


def _after(request: StaffRequest, patient: Patient, then: str) -> HttpResponseRedirect:
    if then == "close":
        return redirect("patients:list")
    tab = request.GET.get("tab", "")
    address = reverse("patients:card", args=[patient.pk])
    wanted = [f"tab={tab}"] if tab in {one.key for one in TABS} else []
    if then == "print":
        wanted.append("print")
    return redirect(f"{address}?{'&'.join(wanted)}" if wanted else address)


def _show(
    request: StaffRequest, form: PatientForm, outcome: Outcome | None = None, then: str = "save"
) -> HttpResponseBase:
    patient: Patient = form.instance
    context: dict[str, Any] = {"form": form, "outcome": outcome, "then": then}
    version = form["version"].value()
    if patient.pk:
        # A bound form has put what was typed into its card; the page speaks of the one that is kept.
        patient = patient_of(request, patient.pk)
        version = version_of(patient) if outcome and outcome.changed_meanwhile else version
        context |= tabs_context(request, patient)
        context["sharing_phone"] = sharing_phone(patient)
        context |= section_context(request, patient)
        asked = request.GET.get("tab", "")
        context["is_folded"] = asked in _WORKED_IN and not form.is_bound
        context["print_now"] = "print" in request.GET and request.user.may(Permission.PRINT)
    context |= {
        "section": SECTION,
        "patient": patient if patient.pk else None,
        "version": version,
        "today": form.today,
        "query_of_tab": f"?tab={context['tab'].key}" if patient.pk and "tab" in request.GET else "",
    }
    refused = bool(form.errors) or (outcome is not None and outcome.patient is None)
    return render(request, "patients/card.html", context, status=422 if refused else 200)


def tabs_context(request: StaffRequest, patient: Patient, key: str = "") -> dict[str, Any]:
    """What the tabs and the line about who signs need."""
    wanted = key or request.GET.get("tab", "")
    return {
        "patient": patient,
        "tabs": TABS,
        "tab": next((tab for tab in TABS if tab.key == wanted), _AT_ONCE),
        "addressees": addressees(patient, today_in(request.institution)),
        "today": today_in(request.institution),
    }


def show_tabs(request: StaffRequest, patient: Patient, key: str = "") -> HttpResponse:
    """Answer with the tabs alone, so that unsaved fields above them stay as they are."""
    return render(request, "patients/tabs.html", tabs_context(request, patient, key) | {"is_fragment": True})
