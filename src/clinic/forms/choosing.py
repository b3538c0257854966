"""«Печать»: which forms an object has, who signs them, and printing the chosen ones once."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from clinic.forms.markup import MarkupError
from clinic.forms.models import (
    Destination,
    FormKind,
    FormVersion,
    PdfType,
    Printed,
    PrintForm,
    Printing,
)
from clinic.forms.printing import print_form, render
from clinic.forms.subjects import Subject, is_signed_for, subject_of
from clinic.institution.models import Institution
from clinic.staff.models import User
from sep.vault import blobs


def forms_of(institution: Institution, object: str) -> QuerySet[PrintForm]:  # noqa: A002
    """Return the forms that can be printed from this kind of object, in their order."""
    return PrintForm.objects.filter(
        institution=institution, object=object, inactive=False, kind=FormKind.FORM, versions__isnull=False
    ).distinct()


@dataclass(frozen=True, slots=True)
class Order:
    """What «Печать» was pressed for: the object, and the page's own token."""

    token: str
    object: str
    pk: int


class FormUnreadable(Exception):
    """A form whose text cannot be printed any more; the message names it, in Russian."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A form of the dialog. `problem` tells why nobody could sign it, in Russian; empty when all is well."""

    form: PrintForm
    signer: str
    problem: str


def choices(institution: Institution, object: str, pk: int) -> list[Choice]:  # noqa: A002
    """Return the forms to choose among, with who signs each. Raises `LookupError` without such an object."""
    forms = list(forms_of(institution, object))
    subjects = {kind: subject_of(institution, object, pk, kind) for kind in {form.pdf_type for form in forms}}
    return [
        Choice(form, _signer(subjects[form.pdf_type]), _problem(form, subjects[form.pdf_type]))
        for form in forms
    ]


def _signer(subject: Subject) -> str:
    who = subject.representative
    if who is None:
        return "пациент"
    return f"{who.initials}\u00a0({who.get_relation_display().lower()})"


def _problem(form: PrintForm, subject: Subject) -> str:
    if subject.representative or not is_signed_for(subject.patient, form.pdf_type, subject.day):
        return ""
    needed = PdfType(form.pdf_type).own_signature_from
    if subject.patient.age_on(subject.day) >= needed:
        return "За\u00a0недееспособного подписывает опекун, а\u00a0он не\u00a0указан"
    return f"До\u00a0{needed}\u00a0лет подписывает представитель, а\u00a0он не\u00a0указан"


def is_kept(form: PrintForm) -> bool:
    """Whether a printed document stays: what a patient signs does in any case."""
    return form.save_result or form.create_local_document or form.pdf_to == Destination.SEP


def print_chosen(order: Order, forms: Sequence[PrintForm], author: User) -> Printing:
    """Print the forms, all of them or none; the same token again is the same printing.

    Raises:
        LookupError: the clinic has no such object, or the token is another clinic's.
        FormUnreadable: a form's text cannot be printed.

    """
    institution = author.institution
    known = Printing.objects.filter(institution=institution, token=order.token).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            # The row comes first: the second of two presses waits for it, and fails, before it prints.
            printing = Printing.objects.create(
                token=order.token,
                institution=institution,
                author=author,
                object=order.object,
                object_pk=order.pk,
            )
            for form in forms:
                _print(printing, form)
    except IntegrityError:
        known = Printing.objects.filter(institution=institution, token=order.token).first()
        if known is None:
            raise LookupError("no such printing") from None
        return known
    return printing


def _print(printing: Printing, form: PrintForm) -> None:
    subject = subject_of(printing.institution, printing.object, printing.object_pk, form.pdf_type)
    try:
        if is_kept(form):
            printed = print_form(form, subject, printing.author)
            Printed.objects.filter(pk=printed.pk).update(printing=printing)
        else:
            version = form.versions.latest("number")
            render(version.text, subject, title=form.name)  # a faulty one is told now, not by an empty sheet
            printing.not_kept.add(version)
    except MarkupError as error:
        raise FormUnreadable(
            f"Форма «{form.name}» не\u00a0печатается. Строка {error.line}: {error}. "
            "Ничего не\u00a0напечатано: исправьте текст формы или снимите с\u00a0неё отметку."
        ) from error


def to_sep(printing: Printing) -> int:
    """Return how many of the printed documents went into the package for СЭП."""
    return printing.documents.filter(version__form__pdf_to=Destination.SEP).count()


def look(institution: Institution, object: str, pk: int, forms: Sequence[PrintForm]) -> bytes:  # noqa: A002
    """Return forms filled in for an object as one PDF; nothing is kept.

    Raises `LookupError` as `subject_of` does, and `FormUnreadable`.
    """
    sheets = []
    for form in forms:
        subject = subject_of(institution, object, pk, form.pdf_type)
        version = form.versions.latest("number")
        try:
            sheets.append(render(version.text, subject, title=form.name))
        except MarkupError as error:
            raise FormUnreadable(f"Форма «{form.name}», строка {error.line}: {error}") from error
    return _joined(sheets)


def on_paper(printing: Printing) -> bytes:
    """Return all documents of a printing as one PDF, each as many times as its form says."""
    kept = printing.documents.select_related("version__form")
    sheets = [(row.version, blobs.get(printing.institution, row.sha256)) for row in kept]
    for version in printing.not_kept.select_related("form"):
        subject = subject_of(printing.institution, printing.object, printing.object_pk, version.form.pdf_type)
        sheets.append((version, render(version.text, subject, title=version.form.name)))
    sheets.sort(key=lambda sheet: _place(sheet[0]))
    return _joined([pdf for version, pdf in sheets for _ in range(version.form.copies)])


def _place(version: FormVersion) -> tuple[int, str, int]:
    return (version.form.sort_index, version.form.name, version.pk)


def _joined(sheets: Sequence[bytes]) -> bytes:
    if len(sheets) == 1:
        return sheets[0]
    with pikepdf.new() as whole:
        for pdf in sheets:
            with pikepdf.open(io.BytesIO(pdf)) as one:
                whole.pages.extend(one.pages)
        file = io.BytesIO()
        whole.save(file)
    return file.getvalue()
