"""What every public page has in common: its language and what the browser is told about it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

View = Callable[..., HttpResponseBase]
"""A view: the request first, then what the address or a decorator gives."""


def public_page(view: View) -> View:
    """Serve a page in Russian unless the person chose otherwise, never cached, never indexed.

    The language of the phone decides nothing: the documents are Russian, and so is what is said about them
    until someone asks for English.
    """

    @wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        language = chosen_language(request)
        with translation.override(language):
            response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponse):
            response.headers["Content-Language"] = language
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return served


def chosen_language(request: HttpRequest) -> str:
    """Return the language that the person chose by the switch, Russian when none."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
