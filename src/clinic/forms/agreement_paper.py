"""The paper of an agreement on ПЭП, to be signed by hand: the shipped form, for one person of a card."""

from dataclasses import dataclass, replace
from datetime import date

from django.db import IntegrityError, transaction

from clinic.forms.choosing import FormUnreadable
from clinic.forms.markup import MarkupError
from clinic.forms.models import PdfType, Printed, PrintForm, Printing, PrintObject
from clinic.forms.printing import print_form
from clinic.forms.subjects import subject_of
from clinic.patients.models import Patient, Representative
from clinic.staff.models import User

SHIPPED_AS = "simple-signature-agreement"


class NoSuchForm(Exception):
    """The clinic has not the form of the agreement, or has switched it off."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What is agreed upon, and with whom; `phone` may not stand in the card yet."""

    patient: Patient
    representative: Representative | None
    phone: str
    day: date


def print_agreement(token: str, paper: Paper, author: User) -> Printing:
    """Print the agreement of one person of a card; the same token again prints nothing.

    Raises `NoSuchForm` and `FormUnreadable`.
    """
    institution = author.institution
    forms = PrintForm.objects.filter(institution=institution, shipped_as=SHIPPED_AS, inactive=False)
    form = forms.filter(versions__isnull=False).first()
    if form is None:
        raise NoSuchForm
    subject = subject_of(institution, PrintObject.PATIENT_CARD, paper.patient.pk, PdfType.OTHER)
    subject = replace(subject, representative=paper.representative, day=paper.day)
    if paper.phone:
        subject.signer.phone = paper.phone
    try:
        with transaction.atomic():
            # The row comes first, as in `choosing`: the second of two presses waits for it, and fails.
            printing = Printing.objects.create(
                token=token,
                institution=institution,
                author=author,
                object=PrintObject.PATIENT_CARD,
                object_pk=paper.patient.pk,
            )
            printed = print_form(form, subject, author)
            Printed.objects.filter(pk=printed.pk).update(printing=printing)
    except IntegrityError:
        return Printing.objects.get(institution=institution, token=token)
    except MarkupError as error:
        raise FormUnreadable(f"Форма «{form.name}», строка {error.line}: {error}") from error
    return printing
