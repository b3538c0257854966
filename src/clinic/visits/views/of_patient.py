"""«Обращения пациента»: a part of the patient's card."""

from typing import Final

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from clinic.patients.models import Patient
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from clinic.visits.models import Appointment, PaidOrder

_LATEST: Final = 50


@workplace_page(Permission.SEE_VISITS)
def of_patient(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    patient = get_object_or_404(Patient, institution=request.institution, pk=patient_id)
    context = {
        "patient": patient,
        "talons": Appointment.objects.filter(patient=patient)[:_LATEST],
        "orders": PaidOrder.objects.filter(patient=patient).prefetch_related("lines")[:_LATEST],
    }
    return render(request, "visits/of_patient.html", context)
