"""The tab «28. СЭП» and «Просмотр PDF»."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from clinic.patients.models import Patient
from clinic.signing import table
from clinic.signing.models import PackageDocument
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission

WORKING_SECONDS, RESTING_SECONDS = 3, 15


def patient_of(request: StaffRequest, patient_id: int) -> Patient:
    """Return a patient of the one who asks, 404 for another clinic's."""
    return get_object_or_404(
        Patient.objects.select_related("institution"), pk=patient_id, institution=request.institution
    )


def document_of(request: StaffRequest, document_id: str) -> PackageDocument:
    """Return a document of the one who asks, 404 for another clinic's."""
    return get_object_or_404(
        PackageDocument.objects.select_related("institution", "patient", "representative"),
        pk=document_id,
        institution=request.institution,
    )


def is_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks and wants a part of the page."""
    return bool(request.headers.get("HX-Request"))


def show_table(request: StaffRequest, patient: Patient) -> HttpResponse:
    """Show the table anew after an action: its fragment to htmx, the whole page to anyone else."""
    if not is_fragment(request):
        return redirect("signing:tab", patient.pk)
    return render(request, "signing/table.html", _context(patient))


@require_GET
@workplace_page(Permission.SEE_PACKAGES)
def tab(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """The table. It refreshes itself with `seen`, the version it shows: nothing new is 204, no swap."""
    patient = patient_of(request, patient_id)
    seen = request.GET.get("seen")
    if is_fragment(request) and seen is not None:
        if seen == table.version_of(patient):
            return HttpResponse(status=204)
        return render(request, "signing/table.html", _context(patient))
    template = "signing/tab.html" if is_fragment(request) else "signing/page.html"
    return render(request, template, _context(patient))


@require_POST
@workplace_page(Permission.SEE_PACKAGES)
def view_chosen(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """«Просмотр PDF» for the first selected row."""
    patient = patient_of(request, patient_id)
    chosen = PackageDocument.objects.filter(patient=patient, pk__in=request.POST.getlist("row"))
    document = chosen.order_by("-added_at", "-id").first()
    if document is None:
        messages.warning(request, "Выберите документ в таблице.")
        return redirect("signing:tab", patient.pk)
    if not is_fragment(request):
        return redirect("signing:viewer", document.pk)
    return _shown(request, document)


@require_GET
@workplace_page(Permission.SEE_PACKAGES)
def viewer(request: StaffRequest, document_id: str) -> HttpResponseBase:
    return _shown(request, document_of(request, document_id))


def _shown(request: StaffRequest, document: PackageDocument) -> HttpResponse:
    status, badge = table.status_words(document)
    template = "signing/viewer.html" if is_fragment(request) else "signing/viewer_page.html"
    context = {
        "document": document,
        "patient": document.patient,
        "status": status,
        "badge": badge,
        "section": "patients:list",
    }
    return render(request, template, context)


def _context(patient: Patient) -> dict[str, object]:
    shown = table.table_of(patient)
    return {
        "patient": patient,
        "table": shown,
        "period": WORKING_SECONDS if shown.busy else RESTING_SECONDS,
        "section": "patients:list",
    }
