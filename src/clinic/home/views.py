"""What needs a hand today."""

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from clinic.home.today import handle, today_of
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


@require_POST
@workplace_page(Permission.SEND)
def handled(request: StaffRequest) -> HttpResponseBase:
    """«Разобрано»: an alarm leaves the top of the page."""
    handle(request.institution, request.POST.get("document", ""), request.user)
    return _page(request) if request.headers.get("HX-Request") else redirect("home:today")


@workplace_page(Permission.SEE_PACKAGES)
def today(request: StaffRequest) -> HttpResponseBase:
    """The home page; htmx refreshes its panels alone."""
    return _page(request)


def _page(request: StaffRequest) -> HttpResponseBase:
    template = "home/panels.html" if request.headers.get("HX-Request") else "home/today.html"
    return render(request, template, {"today": today_of(request.institution)})
