"""The forms that come with the product.

A file of `shipped/` is a TOML header, a line `---`, and the text. The header tells `pdf_type`, if need be
`pdf_to`, `notes`, `information`, `summary` and `[[question]]` (`text`, `answers`, `right`), and each form
made of this text: `key`, `code`, `name`, `object`.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.db import transaction

from clinic.forms.explaining import Question
from clinic.forms.models import Destination, FormVersion, PdfType, PrintForm, PrintObject
from clinic.institution.models import Institution

_FOLDER: Final = Path(__file__).parent / "shipped"


@dataclass(frozen=True, slots=True)
class ShippedForm:
    """One form as it comes; `key` is its name for good, whatever a clinic calls it later."""

    key: str
    code: str
    name: str
    object: PrintObject
    text: str
    pdf_type: PdfType
    pdf_to: Destination
    notes: str
    information: str
    summary: str
    questions: Sequence[Question]


@cache
def shipped_forms() -> tuple[ShippedForm, ...]:
    """Return all shipped forms, by file."""
    return tuple(form for path in sorted(_FOLDER.glob("*.form")) for form in _read(path))


def _read(path: Path) -> Iterator[ShippedForm]:
    header, _, text = path.read_text(encoding="utf-8").partition("\n---\n")
    fields = tomllib.loads(header)
    for form in fields["form"]:
        yield ShippedForm(
            key=form["key"],
            code=form["code"],
            name=form["name"],
            object=PrintObject(form["object"]),
            text=text,
            pdf_type=PdfType(fields["pdf_type"]),
            pdf_to=Destination(fields.get("pdf_to", Destination.SEP)),
            notes=fields.get("notes", ""),
            information=fields.get("information", ""),
            summary=fields.get("summary", "").strip(),
            questions=fields.get("question", []),
        )


def install(institution: Institution) -> int:
    """Create the shipped forms that the clinic does not have yet, and return how many there were.

    A form that the clinic renamed or switched off is still the shipped one; a form of its own with the same
    code and name is left alone.
    """
    with transaction.atomic():
        own = PrintForm.objects.filter(institution=institution)
        keys = set(own.exclude(shipped_as="").values_list("shipped_as", flat=True))
        names = set(own.values_list("code", "name"))
        missing = [
            form for form in shipped_forms() if form.key not in keys and (form.code, form.name) not in names
        ]
        for form in missing:
            created = PrintForm.objects.create(
                institution=institution,
                code=form.code,
                name=form.name,
                object=form.object,
                notes=form.notes,
                information=form.information,
                pdf_to=form.pdf_to,
                pdf_type=form.pdf_type,
                shipped_as=form.key,
            )
            FormVersion.objects.create(
                form=created,
                number=1,
                text=form.text,
                summary=form.summary,
                questions=list(form.questions),
            )
    return len(missing)
