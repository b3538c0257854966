"""«ЛПУ → Параметры»: requisites and the connection to the service."""

from django.http import HttpResponseBase
from django.shortcuts import render

from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission


@workplace_page(Permission.EDIT_SETTINGS)
def netrika(request: StaffRequest) -> HttpResponseBase:
    return render(request, "workplace/page.html")
