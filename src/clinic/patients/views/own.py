"""What the pages of patients share: whose card it is, and what day it is in the clinic."""

from datetime import date
from zoneinfo import ZoneInfo

from django.shortcuts import get_object_or_404
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.patients.models import Patient
from clinic.staff.access import StaffRequest

SECTION = "patients:list"


def patient_of(request: StaffRequest, patient_id: int) -> Patient:
    """The clinic's patient, or 404: another clinic's one is not told from none."""
    return get_object_or_404(Patient, institution=request.institution, pk=patient_id)


def today_in(institution: Institution) -> date:
    return timezone.now().astimezone(ZoneInfo(institution.time_zone)).date()
