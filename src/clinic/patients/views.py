"""Patients: search and cards."""

from django.http import HttpResponseBase
from django.shortcuts import render

from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


@workplace_page(Permission.SEE_PATIENTS)
def listed(request: StaffRequest) -> HttpResponseBase:
    return render(request, "workplace/page.html")


@workplace_page(Permission.SEE_PATIENTS)
def card(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    return render(request, "workplace/page.html")
