"""Fixtures of the desk."""

from tests.clinic.staff.browser import page

__all__ = ["page"]
