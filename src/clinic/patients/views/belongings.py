"""Policies and representatives: the small dialogs over the card."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from clinic.patients.forms import PolicyForm, RepresentativeForm
from clinic.patients.models import Patient, Policy, Relation, Representative
from clinic.patients.saving import save_representative
from clinic.patients.views.cards import show_tabs
from clinic.patients.views.own import SECTION, patient_of, today_in
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


@dataclass(frozen=True, slots=True)
class Kind:
    """What one sort of belongings differs in; `key` names its tab and its addresses."""

    key: str
    model: type[Any]
    form: Callable[..., Any]
    save: Callable[[Any], Model]
    new_title: str
    title: str


def _save(form: ModelForm) -> Any:  # type: ignore[type-arg]  # not generic at run time
    return form.save()


def _policy_form(*args: Any, today: date, **more: Any) -> PolicyForm:  # noqa: ARG001  its days may be to come
    return PolicyForm(*args, **more)


POLICY: Final = Kind("policies", Policy, _policy_form, _save, "Новый полис", "Полис")
REPRESENTATIVE: Final = Kind(
    "representatives",
    Representative,
    RepresentativeForm,
    save_representative,
    "Новый родственник",
    "Родственник",
)
KINDS: Final = (POLICY, REPRESENTATIVE)


@require_http_methods(["GET", "HEAD", "POST"])
@workplace_page(Permission.EDIT_PATIENTS)
def edit(request: StaffRequest, patient_id: int, kind: Kind, row_id: int | None = None) -> HttpResponseBase:
    patient = patient_of(request, patient_id)
    row = get_object_or_404(kind.model, patient=patient, pk=row_id) if row_id else kind.model(patient=patient)
    form = kind.form(
        request.POST or None,
        instance=row,
        auto_id="own_%s",  # the card below the dialog has fields of the same names
        today=today_in(request.institution),
        initial={} if row_id else _first_values(patient, kind),
    )
    if request.method == "POST" and form.is_valid():
        kind.save(form)
        return _done(request, patient, kind)
    is_fragment = bool(request.headers.get("HX-Request"))
    context = {"patient": patient, "form": form, "kind": kind, "row": row, "section": SECTION}
    # htmx shows only answers of 2xx.
    status = 422 if form.errors and not is_fragment else 200
    template = "patients/belonging.html" if is_fragment else "patients/belonging_page.html"
    return render(request, template, context, status=status)


@require_POST
@workplace_page(Permission.EDIT_PATIENTS)
def delete(request: StaffRequest, patient_id: int, kind: Kind, row_id: int) -> HttpResponseBase:
    patient = patient_of(request, patient_id)
    get_object_or_404(kind.model, patient=patient, pk=row_id).delete()
    return _done(request, patient, kind)


def _first_values(patient: Patient, kind: Kind) -> dict[str, Any]:
    """What a new row begins with: the first relative of a patient is usually the one who signs."""
    if kind is not REPRESENTATIVE:
        return {}
    return {
        "is_default": not patient.representatives.filter(is_default=True).exists(),
        "relation": Relation.MOTHER if not patient.representatives.exists() else None,
        "address": patient.address_registered,
    }


def _done(request: StaffRequest, patient: Patient, kind: Kind) -> HttpResponse:
    """Put the renewed tabs in place and close the dialog; without htmx go back to the card."""
    if not request.headers.get("HX-Request"):
        return redirect(f"{reverse('patients:card', args=[patient.pk])}?tab={kind.key}")
    answer = show_tabs(request, patient, kind.key)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#tabs", "outerHTML"
    answer["HX-Trigger-After-Swap"] = "patients:saved"
    return answer
