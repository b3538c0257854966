"""«Печать»: which forms an object has, and printing the chosen ones once."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import pikepdf
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from clinic.forms.models import Destination, FormKind, Printed, PrintForm, Printing
from clinic.forms.printing import print_form
from clinic.forms.subjects import subject_of
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


def print_chosen(order: Order, forms: Sequence[PrintForm], author: User) -> Printing:
    """Print the forms, all of them or none; the same token again is the same printing.

    Raises:
        LookupError: the clinic has no such object.

    """
    institution = author.institution
    known = Printing.objects.filter(institution=institution, token=order.token).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            # The row comes first: the second of two presses waits for it, and fails, before it prints.
            printing = Printing.objects.create(token=order.token, institution=institution, author=author)
            for form in forms:
                subject = subject_of(institution, order.object, order.pk, form.pdf_type)
                printed = print_form(form, subject, author)
                Printed.objects.filter(pk=printed.pk).update(printing=printing)
    except IntegrityError:
        return Printing.objects.get(institution=institution, token=order.token)
    return printing


def to_sep(printing: Printing) -> int:
    """Return how many of the printed documents went into the package for СЭП."""
    return printing.documents.filter(version__form__pdf_to=Destination.SEP).count()


def on_paper(printing: Printing) -> bytes:
    """Return all documents of a printing as one PDF, each as many times as its form says."""
    documents = printing.documents.select_related("version__form").order_by("pk")
    with pikepdf.new() as whole:
        for printed in documents:
            with pikepdf.open(io.BytesIO(blobs.get(printing.institution, printed.sha256))) as one:
                for _ in range(printed.version.form.copies):
                    whole.pages.extend(one.pages)
        file = io.BytesIO()
        whole.save(file)
    return file.getvalue()
