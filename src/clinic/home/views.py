"""What needs a hand today."""

from django.http import HttpResponseBase
from django.shortcuts import render

from clinic.home.today import today_of
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


@workplace_page(Permission.SEE_PACKAGES)
def today(request: StaffRequest) -> HttpResponseBase:
    """The home page; htmx refreshes its panels alone."""
    template = "home/panels.html" if request.headers.get("HX-Request") else "home/today.html"
    return render(request, template, {"today": today_of(request.institution)})
