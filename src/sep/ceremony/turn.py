"""Whose turn it is to sign: open, not signed by this recipient yet, and nobody before him in order."""

from datetime import datetime

from sep.documents.models import Document, Package


def awaits(document: Document, package: Package, now: datetime) -> bool:
    """Tell whether a document waits for the recipient of a package at `now`."""
    if not document.is_open(now) or is_frozen(package):
        return False
    signed = set(document.signatures.values_list("package_id", flat=True))
    if package.id in signed:
        return False
    return package.principal_id is None or not _first_is_missing(document, package, signed)


def has_signed(document: Document, package: Package) -> bool:
    """Tell whether the recipient of a package has given his signature, be it alone or the first of two."""
    return document.signatures.filter(package=package).exists()


def is_frozen(package: Package) -> bool:
    """Tell whether «Это не я» was pressed and the clinic has not invited anew since."""
    return package.frozen_at is not None and (
        package.invited_at is None or package.invited_at <= package.frozen_at
    )


def others_missing(document: Document, package: Package) -> list[Package]:
    """Return the recipients other than this one whose signature a document still lacks."""
    signed = set(document.signatures.values_list("package_id", flat=True))
    return [
        each
        for each in package.everyone()
        if each.id != package.id and each.id not in signed and each.signer.role in document.roles
    ]


def _first_is_missing(document: Document, package: Package, signed: set[str]) -> bool:
    principal = package.principal
    if not package.in_order or principal is None:
        return False
    return principal.signer.role in document.roles and principal.id not in signed
