"""What belongs to the owner of a cabinet: documents that he signs, for himself or for another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Case, Prefetch, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from sep.ceremony import turn
from sep.ceremony.models import Acquaintance
from sep.delivery.max.models import Dialog
from sep.documents.models import Document, Package
from sep.documents.statuses import OPEN, Status
from sep.parties.models import SignerRole
from sep.parties.person import Person

PAGE: Final = 20


@dataclass(frozen=True)
class Belonging:
    """One document as its owner sees it in a list."""

    document: Document
    package: Package
    status: Status
    awaits: bool
    has_signed: bool
    patient: Person | None


def documents_of(known: Acquaintance) -> "QuerySet[Document]":
    """Return the documents of a person, the only way to them from a cabinet's page."""
    himself = Q(package_id__in=_packages(known, SignerRole.PATIENT), by_patient=True)
    for_another = Q(package_id__in=_packages(known, SignerRole.REPRESENTATIVE), by_representative=True)
    return (
        Document.objects.filter(himself | for_another)
        .select_related("organization", "package__organization", "package__signer__organization")
        .prefetch_related(
            "signatures",
            Prefetch(
                "package__joined",
                Package.objects.select_related("organization", "signer__organization").order_by("id"),
            ),
        )
    )


def _packages(known: Acquaintance, role: SignerRole) -> "QuerySet[Package, str]":
    """Return the packages to which the documents of a person belong, be he their first recipient or not."""
    own = Package.objects.filter(
        signer__phone_index=bytes(known.phone_index),
        signer__person_index=bytes(known.person_index),
        signer__role=role,
    )
    return own.values_list(Coalesce("principal_id", "id"), flat=True)


def page_of(known: Acquaintance, number: int, now: datetime) -> tuple[list[Belonging], bool]:
    """Return one page of a person's documents, those that wait first, and whether there are more."""
    waits = Case(When(status__in=OPEN, expires_at__gt=now, then=Value(0)), default=Value(1))
    start = (number - 1) * PAGE
    found = list(documents_of(known).order_by(waits, "-id")[start : start + PAGE + 1])
    return [belonging(known, document, now) for document in found[:PAGE]], len(found) > PAGE


def document_of(known: Acquaintance, document_id: str) -> Document | None:
    """Return one document of a person, `None` for anybody else's."""
    return documents_of(known).filter(pk=document_id).first()


def belonging(known: Acquaintance, document: Document, now: datetime) -> Belonging:
    """Tell what a document is to a person."""
    package = package_of(known, document)
    signer = package.signer
    is_open = document.is_open(now)
    return Belonging(
        document=document,
        package=package,
        status=document.status_on(now),
        awaits=is_open and turn.awaits(document, package, now),
        has_signed=is_open and turn.has_signed(document, package),
        patient=signer.patient_person if signer.role == SignerRole.REPRESENTATIVE else None,
    )


def package_of(known: Acquaintance, document: Document) -> Package:
    """Return the package through which a person signs a document of his."""
    recipients = [document.package, *document.package.joined.all()]
    return next(each for each in recipients if _is_his(known, each, document))


def _is_his(known: Acquaintance, package: Package, document: Document) -> bool:
    signer = package.signer
    return (
        bytes(signer.phone_index) == bytes(known.phone_index)
        and bytes(signer.person_index) == bytes(known.person_index)
        and SignerRole(signer.role) in document.roles
    )


def chats_of(known: Acquaintance) -> list[Dialog]:
    """Return the chats in MAX that have proved this phone."""
    found = Dialog.objects.filter(phone_index=bytes(known.phone_index)).select_related("bot")
    return list(found.order_by("id"))
