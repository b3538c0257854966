"""What every template may know."""

from django.http import HttpRequest

from sep.config.environment import Contour, environment


def contour(_request: HttpRequest) -> dict[str, bool]:
    """Tell templates whether the page must say that nothing here has legal force."""
    return {"is_test_contour": environment().contour is Contour.TEST}
