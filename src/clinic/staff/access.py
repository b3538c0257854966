"""How a page of the workplace is guarded: a signed-in member of the staff with the right it names."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from zoneinfo import ZoneInfo

from csp.constants import SELF
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.staff.models import User
from clinic.staff.roles import Permission

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request whose sender is known."""

    user: User
    institution: Institution


Page = Callable[Concatenate[StaffRequest, P], HttpResponseBase]


def workplace_page(
    permission: Permission,
) -> Callable[[Page[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Guard a view: not signed in → the sign-in page; without `permission` → 403; nothing is cached.

    Who came with a password that somebody else knows goes to choose his own first. Times are the clinic's.

    The view gets `request.institution`, and must look for its rows among that clinic's only.
    """

    def declare(view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                if request.headers.get("HX-Request"):
                    return _gone(request, reverse(settings.LOGIN_REDIRECT_URL))
                return redirect_to_login(request.get_full_path())
            if not user.may(permission):
                raise PermissionDenied
            if user.must_change_password:
                return _gone(request, reverse("account_change_password"))
            known = cast("StaffRequest", request)
            known.institution = user.institution
            with timezone.override(ZoneInfo(user.institution.time_zone)):
                answer = view(known, *args, **kwargs)
            # Names of patients must not stay in a shared computer's cache.
            answer.headers.setdefault("Cache-Control", "no-store")
            # A dialog of any page may show a document of ours in a frame.
            answer._csp_update = {"frame-src": [SELF]}  # type: ignore[attr-defined]  # noqa: SLF001  as csp_update does
            return answer

        guarded.permission = permission  # type: ignore[attr-defined]  # the tests read the table of rights off it
        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)

    return declare


def _gone(request: HttpRequest, page: str) -> HttpResponseBase:
    """Send the browser to another page; htmx, which would put that page inside a table, is told to leave."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=200, headers={"HX-Redirect": page})
    return redirect(page)
