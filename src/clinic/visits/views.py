"""Appointments, paid orders, the price list."""

from django.http import HttpResponseBase
from django.shortcuts import render

from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


@workplace_page(Permission.SEE_VISITS)
def appointments(request: StaffRequest) -> HttpResponseBase:
    return render(request, "workplace/page.html")


@workplace_page(Permission.SEE_VISITS)
def orders(request: StaffRequest) -> HttpResponseBase:
    return render(request, "workplace/page.html")


@workplace_page(Permission.SEE_VISITS)
def services(request: StaffRequest) -> HttpResponseBase:
    return render(request, "workplace/page.html")
