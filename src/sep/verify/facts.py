"""The little that the number in a QR tells to anyone who holds the paper."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from sep.documents.models import Document
from sep.documents.statuses import SIGNED
from sep.parties.person import Person


@dataclass(frozen=True)
class PublicFacts:
    """Of a document: nothing that names the person or the treatment."""

    number: str
    type_name: str
    clinic: str
    time_zone: str
    status: str
    signed_at: datetime | None
    signer: str
    original_sha256: str
    sealed_sha256: str


def public_facts(document: Document) -> PublicFacts:
    """Return the facts; the signer only as initials, and only once he has signed."""
    status = document.status_on(timezone.now())
    signed_by = document.signatures.select_related("package__signer__organization").order_by("signed_at")
    return PublicFacts(
        number=document.id,
        type_name=document.type.name,
        clinic=document.organization.name,
        time_zone=document.organization.time_zone,
        status=status.value,
        signed_at=document.signed_at,
        signer=", ".join(initials(each.package.signer.person) for each in signed_by)
        if status in SIGNED
        else "",
        original_sha256=document.original_sha256,
        sealed_sha256=document.sealed_sha256,
    )


def initials(person: Person) -> str:
    """Return «И. М. П.» for «Иванова Мария Петровна»."""
    names = (person.family, person.given, person.patronymic)
    return "\u00a0".join(f"{name[0]}." for name in names if name)
