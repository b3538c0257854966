"""A form's text and a subject as a PDF, and the printed document that is kept."""

from clinic.forms.models import PrintForm, Printed
from clinic.forms.subjects import Subject
from clinic.institution.models import Institution
from clinic.staff.models import User


class FormWithoutText(Exception):
    """The form has no version to print."""


def render(text: str, subject: Subject, *, title: str) -> bytes:
    """Return the PDF of a form's text; raises `MarkupError`, or `UnknownPlaceholder` (a `MarkupError`)."""
    raise NotImplementedError


def preview(text: str, institution: Institution, object: str, title: str) -> bytes:  # noqa: A002
    """Return the PDF of a form's text for an invented patient."""
    raise NotImplementedError


def print_form(form: PrintForm, subject: Subject, author: User) -> Printed:
    """Print the last version of a form, keep the PDF and the row, and tell those who listen."""
    raise NotImplementedError
