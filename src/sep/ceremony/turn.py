"""Whose turn it is to sign: open, his by law today, not signed by him yet, and nobody before him in order."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sep.documents.models import Document, Package
from sep.parties.who_signs import Matter, who_signs


def awaits(document: Document, package: Package, now: datetime) -> bool:
    """Tell whether a document waits for the recipient of a package at `now`."""
    if not document.is_open(now) or is_frozen(package) or not is_lawful(document, package, now):
        return False
    signed = _signed(document)
    if package.id in signed:
        return False
    return package.principal_id is None or not _first_is_missing(document, package, signed)


def is_lawful(document: Document, package: Package, now: datetime) -> bool:
    """Tell whether those who are to sign are still those whom the law wants on this day.

    A birthday may come between sending and signing: from 15 his ИДС, from 18 everything is his to sign.
    """
    if document.is_ours:
        return True
    patient = package.signer.patient_person
    day = now.astimezone(ZoneInfo(package.organization.time_zone)).date()
    lawful = who_signs(
        document.type_code,
        age=patient.age_on(day),
        capacity=patient.capacity,
        matter=Matter(document.matter),
    )
    return document.roles in lawful


def has_signed(document: Document, package: Package) -> bool:
    """Tell whether the recipient of a package has given his signature, be it alone or the first of two."""
    return package.id in _signed(document)


def is_frozen(package: Package) -> bool:
    """Tell whether «Это не я» was pressed and the clinic has not invited anew since."""
    return package.frozen_at is not None and (
        package.invited_at is None or package.invited_at <= package.frozen_at
    )


def others_missing(document: Document, package: Package) -> list[Package]:
    """Return the recipients other than this one whose signature a document still lacks."""
    signed = _signed(document)
    return [
        each
        for each in package.everyone()
        if each.id != package.id and each.id not in signed and each.signer.role in document.roles
    ]


def _signed(document: Document) -> set[str]:
    """Return the packages whose recipients have signed; a list prefetches the signatures."""
    return {signature.package_id for signature in document.signatures.all()}


def _first_is_missing(document: Document, package: Package, signed: set[str]) -> bool:
    principal = package.principal
    if not package.in_order or principal is None:
        return False
    return principal.signer.role in document.roles and principal.id not in signed
