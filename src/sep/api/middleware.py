"""`RateLimit-*` on every answer of the API."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class RateLimitHeaders:
    """Tell the caller what is left of this minute, and after a refusal when to come back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        allowance = getattr(request, "rate_limit", None)
        if allowance is not None:
            limit, remaining, reset = allowance
            response["RateLimit-Limit"] = str(limit)
            response["RateLimit-Remaining"] = str(remaining)
            response["RateLimit-Reset"] = str(reset)
        if response.status_code == 429 and "Retry-After" not in response:  # noqa: PLR2004  HTTP
            response["Retry-After"] = str(allowance[2] if allowance else 60)
        return response
