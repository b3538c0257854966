"""How a page of the workplace is guarded: a signed-in member of the staff with the right it names."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

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

    The view gets `request.institution`, and must look for its rows among that clinic's only.
    """

    def declare(view: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user = request.user
            if not isinstance(user, User):
                if request.headers.get("HX-Request"):
                    # htmx would put the sign-in page inside a table: tell it to go there instead.
                    return HttpResponse(status=200, headers={"HX-Redirect": "/clinic/"})
                return redirect_to_login(request.get_full_path())
            if not user.may(permission):
                raise PermissionDenied
            known = cast("StaffRequest", request)
            known.institution = user.institution
            answer = view(known, *args, **kwargs)
            # Names of patients must not stay in a shared computer's cache.
            answer.headers.setdefault("Cache-Control", "no-store")
            return answer

        guarded.permission = permission  # type: ignore[attr-defined]  # the tests read the table of rights off it
        return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", guarded)

    return declare
