"""Pages of the house itself: where to go from `/`, the choice of language, and what went wrong."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from sep.ceremony.pages.response import public_page

language = require_POST(public_page(set_language))


@require_safe
@public_page
def landing(request: HttpRequest) -> HttpResponseBase:
    return render(request, "landing.html", {"simulator": settings.ENVIRONMENT.simulator})


@public_page
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's signature
    """The same page for what does not exist and for what is not yours."""
    if _is_workplace(request):
        return _workplace(request, 404, "Такой страницы нет", "Её нет, или она принадлежит другой клинике.")
    return render(request, "404.html", status=404)


@public_page
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """A page of the workplace that the role does not open."""
    return _workplace(
        request, 403, "Нет доступа", "Ваша роль не открывает эту страницу. Права даёт администратор клиники."
    )


@public_page
def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/clinic/"):
        # Without the request: the database, which knows who is signed in, may be what has failed.
        return HttpResponse(render_to_string("workplace/broken.html"), status=500)
    return render(request, "500.html", status=500)


def _is_workplace(request: HttpRequest) -> bool:
    return request.path.startswith("/clinic/") and request.user.is_authenticated


def _workplace(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "workplace/error.html", {"title": title, "text": text}, status=status)
