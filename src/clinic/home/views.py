"""What needs a hand today."""

from django.http import HttpResponseBase
from django.shortcuts import render

from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


@workplace_page(Permission.SEE_PACKAGES)
def today(request: StaffRequest) -> HttpResponseBase:
    return render(request, "workplace/page.html")
