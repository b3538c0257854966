"""What every answer of the API has, whoever made it: the shape of errors and the caller's allowance."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sep.api import problems

PREFIX = "/sep/api/"
_BODIES = frozenset({"application/json", "multipart/form-data"})


class ApiAnswers:
    """Turn Django's own 404 and 405 into problems, and tell what is left of this minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return self._get_response(request)
        has_body = request.headers.get("Content-Length", "0") not in {"", "0"}
        if request.method == "POST" and request.content_type not in _BODIES and has_body:
            response = problems.for_status(415)
        else:
            response = self._get_response(request)
        if response.status_code in {404, 405} and "json" not in response.get("Content-Type", ""):
            allowed = {"Allow": response["Allow"]} if "Allow" in response else None
            response = problems.for_status(response.status_code, allowed)
        allowance = getattr(request, "rate_limit", None)
        if allowance is not None:
            limit, remaining, reset = allowance
            response["RateLimit-Limit"] = str(limit)
            response["RateLimit-Remaining"] = str(remaining)
            response["RateLimit-Reset"] = str(reset)
        if response.status_code == 429 and "Retry-After" not in response:  # noqa: PLR2004  HTTP
            response["Retry-After"] = str(allowance[2] if allowance else 60)
        return response
