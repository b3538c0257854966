"""What every template may know."""

from django.http import HttpRequest

from sep.config.environment import Contour, environment
from sep.maxbot.mount import is_inside


def contour(_request: HttpRequest) -> dict[str, bool]:
    """Tell templates whether the page must say that nothing here has legal force."""
    return {"is_test_contour": environment().contour is Contour.TEST}


def bridge(request: HttpRequest) -> dict[str, str]:
    """Tell templates the script of MAX, on pages shown inside it and on no others."""
    return {"max_bridge": environment().max_bridge} if is_inside(request) else {}
