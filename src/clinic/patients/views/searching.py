"""«Пациенты»: search as you type."""

from typing import Final

from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clinic.patients.models import Patient
from clinic.patients.search import AT_MOST, find
from clinic.patients.views.own import SECTION, today_in
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission

_RECENT: Final = 15


@require_http_methods(["GET", "HEAD", "POST"])
@workplace_page(Permission.SEE_PATIENTS)
def listed(request: StaffRequest) -> HttpResponseBase:
    """Show the found patients; before anything is typed, the cards changed last.

    The text is posted: names and numbers of people must not get into addresses and their logs.
    """
    query = request.POST.get("query", "").strip()
    is_fragment = request.headers.get("HX-Target") == "found"
    if query:
        found = find(request.institution, query)
        if len(found) == 1 and not is_fragment:
            return redirect("patients:card", found[0].pk)
    else:
        recent = Patient.objects.filter(institution=request.institution).order_by("-updated_at")
        found = list(recent[:_RECENT])
    context = {
        "section": SECTION,
        "query": query,
        "found": found,
        "is_full": len(found) == AT_MOST,
        "today": today_in(request.institution),
    }
    return render(request, "patients/found.html" if is_fragment else "patients/list.html", context)
