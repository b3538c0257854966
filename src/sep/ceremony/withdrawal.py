"""«Отозвать согласие»: a document of its own, signed like any other; the consent's file stays untouched.

323-ФЗ ст. 20 ч. 3 and 152-ФЗ ст. 9 ч. 2 let a person withdraw at any time; it acts forward only.
"""

import hashlib
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from sep import printing
from sep.ceremony.agreement_documents import with_agreements
from sep.ceremony.messages import document_number
from sep.ceremony.models import Signature, Visit
from sep.documents import intake, lifecycle
from sep.documents.intake import DEFAULT_TERM, NewDocument, NewPackage
from sep.documents.models import Document, Package
from sep.documents.statuses import OPEN, Status
from sep.parties.errors import Refusal
from sep.parties.identifiers import new_id
from sep.parties.models import SignerRole
from sep.parties.who_signs import RELATIONS, Matter

WITHDRAWABLE: Final = frozenset({"consent", "personal_data_consent"})


def can_withdraw(document: Document) -> bool:
    """Tell whether a document is a consent in force."""
    return document.status == Status.SIGNED and document.type_code in WITHDRAWABLE


def begin(document: Document, package: Package, reason: str, *, now: datetime) -> Document:
    """Make the withdrawal of a signed consent for its signer, and return it: it waits in his package.

    The same again returns the one that already waits. Raises `Refusal`.
    """
    if not can_withdraw(document):
        raise Refusal("not_withdrawable", "Отозвать можно только подписанное согласие.")
    waiting = _waiting(document, now)
    if waiting is not None:
        return waiting
    signer = package.signer
    new_package = NewPackage(
        id_package_mis="",
        id_patient_mis=signer.patient.id_patient_mis,
        patient=signer.patient_person,
        role=SignerRole(signer.role),
        signer=signer.person,
        expires_at=now + DEFAULT_TERM,
        documents=[_document(document, package, reason, now)],
        channels=tuple(package.channels),
    )
    checked = with_agreements(intake.check(document.organization, new_package, now), now)
    with transaction.atomic():
        lifecycle.locked(document.id)
        again = _waiting(document, now)
        if again is not None:
            return again
        made = intake.store(checked, now)
        Package.objects.filter(pk=made.pk).update(invited_at=now)  # he is here: no message, no reminders
    return made.documents.get(withdraws=document)


def _waiting(document: Document, now: datetime) -> Document | None:
    found = document.withdrawals.filter(status__in=OPEN, expires_at__gt=now, is_ours=True)
    return found.order_by("id").last()


def _document(document: Document, package: Package, reason: str, now: datetime) -> NewDocument:
    signer = package.signer
    person, patient = signer.person, signer.patient_person
    zone = ZoneInfo(document.organization.time_zone)
    own_id = new_id()
    name = f"withdrawal-{own_id}"
    assert document.signed_at is not None  # a signed one has its time
    pdf = printing.withdrawal(
        printing.WithdrawalForm(
            number=own_id[-6:],
            made_on=now.astimezone(zone).date(),
            clinic=printing.Clinic(
                name=document.organization.name,
                short_name=document.organization.short_name,
                phone=document.organization.phone,
            ),
            document=printing.WithdrawnDocument(
                kind=printing.Withdrawn(document.type_code),
                name=document.name,
                number=document_number(document),
                signed_on=document.signed_at.astimezone(zone).date(),
                sha256=document.original_sha256,
            ),
            person=printing.Person(full_name=person.full_name, birth_date=person.birth_date),
            patient=printing.Person(full_name=patient.full_name, birth_date=patient.birth_date)
            if signer.role == SignerRole.REPRESENTATIVE
            else None,
            capacity="; ".join(part for part in (RELATIONS.get(person.relation, ""), person.basis) if part),
            reason=" ".join(reason.split())[:500],
        )
    )
    return NewDocument(
        id_document_mis=name,
        name=f"Отзыв: {document.name}"[:300],
        type_code="withdrawal",
        pdf=pdf,
        declared_sha256=None,
        source_object=document.source_object,
        source_number=document.source_number,
        request_hash=hashlib.sha256(name.encode()).digest(),
        matter=Matter(document.matter),
        withdraws=document,
        own_id=own_id,
        by=SignerRole(signer.role),
    )


def signed_by(document: Document, visit: Visit) -> bool:
    """Tell whether the person of a visit is one of those who signed a document."""
    return Signature.objects.filter(document=document, package=visit.package).exists()
