"""A form's text and a subject as a PDF, and the printed document that is kept."""

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst
from django.db import transaction
from django.utils import timezone

from clinic.forms.filling import fill
from clinic.forms.markup import parse
from clinic.forms.models import Printed, PrintForm
from clinic.forms.signals import form_printed
from clinic.forms.subjects import Subject, sample_subject
from clinic.institution.models import Institution
from clinic.staff.models import User
from sep.vault import blobs

_SOURCES: Final = Path(__file__).parent / "typst"
_NOT_IN_FONTS: Final = re.compile(r'text `"(?P<letter>.+?)"` could not be displayed')
_INSTEAD: Final = "□"
_ALPHABET: Final = 200
"""Different letters without a glyph that are replaced before the form is given up."""


class FormWithoutText(Exception):
    """The form has no version to print."""


def render(text: str, subject: Subject, *, title: str) -> bytes:
    """Return the PDF (PDF/UA-1) of a form's text filled in for a subject; `title` names the document.

    The file's clock is the subject's day: printed again, it is the same document to the last byte. Raises
    `MarkupError`, also for a placeholder that does not exist.
    """
    return _typeset(fill(parse(text), subject, title))


def preview(text: str, institution: Institution, object: str, title: str) -> bytes:  # noqa: A002
    """Return the PDF of a form's text for an invented patient; raises `MarkupError` as `render` does."""
    return render(text, sample_subject(institution, object), title=title)


def print_form(form: PrintForm, subject: Subject, author: User) -> Printed:
    """Print the last version of a form, keep the PDF and the row, and tell those who listen.

    Raises `FormWithoutText`, and `MarkupError` for a text that is no form.
    """
    version = form.versions.order_by("-number").first()
    if version is None:
        raise FormWithoutText(form.pk)
    pdf = render(version.text, subject, title=form.name)
    with transaction.atomic():
        printed = Printed.objects.create(
            institution=subject.institution,
            patient=subject.patient,
            version=version,
            name=form.name,
            object=subject.object,
            object_number=subject.number,
            representative=subject.representative,
            sha256=blobs.put(subject.institution, pdf),
            author=author,
            created_at=timezone.now(),
        )
        form_printed.send(sender=Printed, printed=printed)
    return printed


def _typeset(data: dict[str, Any]) -> bytes:
    source = json.dumps(data, ensure_ascii=False)
    midnight = datetime(**data["created"], tzinfo=UTC)
    for _ in range(_ALPHABET):
        try:
            compiler = typst.Compiler(
                _SOURCES / "form.typ",
                root=_SOURCES,
                font_paths=_fonts(),
                ignore_system_fonts=True,
                sys_inputs={"data": source},
            )
            pdf = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=midnight)
        except typst.TypstError as error:
            # PDF/UA wants a glyph for each letter; a name in hieroglyphs must not stop the clinic's work.
            missing = _NOT_IN_FONTS.search(str(error))
            letter = _letter(missing["letter"]) if missing else ""
            if not letter or letter not in source:
                raise
            source = source.replace(letter, _INSTEAD)
        else:
            assert isinstance(pdf, bytes)
            return pdf
    raise ValueError("too many letters without a glyph")


def _letter(told: str) -> str:
    r"""Read a letter as typst's messages write it: as it is, or `\u{e000}`."""
    return chr(int(told[3:-1], 16)) if told.startswith("\\u{") else told


@cache
def _fonts() -> typst.Fonts:
    """Typst's own fonts alone, so that a form looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)
