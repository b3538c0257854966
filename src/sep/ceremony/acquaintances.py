"""Which documents the owner of a proved phone may see: in MAX and in the cabinet, once he has told the date.

A phone alone is not a person: a family may share it, and a clinic may have written it down wrongly.
"""

from datetime import datetime
from typing import Final

from django.db.models import Q

from sep.ceremony import turn, visits
from sep.ceremony.models import Acquaintance, Entrance, Visit
from sep.delivery.max import dialogs
from sep.delivery.max.models import Dialog
from sep.delivery.models import Channel
from sep.documents.models import Document, Package
from sep.documents.statuses import OPEN, Status

_OPENED: Final = {Entrance.CABINET: "cabinet:opened", Entrance.EXTERNAL: "external:opened"}


def packages_of(dialog: Dialog, now: datetime) -> list[Package]:
    """Return the packages that wait for a verified phone and that its bot may show, the oldest first."""
    if dialog.phone_index is None:
        return []
    found = (
        Package.objects.filter(
            Q(documents__status__in=OPEN, documents__expires_at__gt=now)
            | Q(principal__documents__status__in=OPEN, principal__documents__expires_at__gt=now),
            signer__phone_index=dialog.phone_index,
            organization__in=dialogs.served_by(dialog.bot),
        )
        .select_related("organization", "principal__signer", "signer__organization")
        .distinct()
        .order_by("id")
    )
    return [
        package
        for package in found
        if Channel.MAX in package.channels
        and any(turn.awaits(document, package, now) for document in package.ordered())
    ]


def package_of(dialog: Dialog, package_id: str) -> Package | None:
    """Return one package if it is addressed to the verified phone of a dialog, open or not."""
    if dialog.phone_index is None:
        return None
    found = Package.objects.filter(
        pk=package_id,
        signer__phone_index=dialog.phone_index,
        organization__in=dialogs.served_by(dialog.bot),
    )
    package = found.select_related("organization", "signer__organization").first()
    return package if package is not None and Channel.MAX in package.channels else None


def document_of(dialog: Dialog, document_id: str) -> Document | None:
    """Return one document of such a package."""
    found = package_of_document(dialog, document_id)
    return None if found is None else found[1]


def package_of_document(dialog: Dialog, document_id: str) -> tuple[Package, Document] | None:
    """Return a document together with the package through which this phone signs it.

    Where both signers have one phone, it is the package whose turn it is.
    """
    document = Document.objects.filter(pk=document_id).select_related("organization", "package").first()
    if document is None:
        return None
    own = [package_of(dialog, each.id) for each in document.package.everyone()]
    shown = [each for each in own if each is not None and each.signer.role in document.roles]
    unsigned = [each for each in shown if not turn.has_signed(document, each)]
    package = next(iter(unsigned or shown), None)
    return None if package is None else (package, document)


def acquaintance(dialog: Dialog, package: Package) -> Acquaintance:
    """Return what a dialog knows of a package's signer; nothing yet when it is the first time."""
    found, _ = Acquaintance.objects.get_or_create(
        dialog=dialog,
        person_index=bytes(package.signer.person_index),
        defaults={"phone_index": bytes(package.signer.phone_index)},
    )
    return found


def of_phone(phone_index: bytes, person_index: bytes) -> Acquaintance:
    """Return the account of a person whose phone was proved by a code: what the cabinet is entered with."""
    found, _ = Acquaintance.objects.get_or_create(
        dialog=None, phone_index=phone_index, person_index=person_index
    )
    return found


def is_locked(known: Acquaintance) -> bool:
    """Tell whether too many wrong birth dates were told for this person."""
    return known.identified_at is None and known.wrong_birth_dates >= visits.MOST_WRONG_BIRTH_DATES


def chat_visit(package: Package, known: Acquaintance, now: datetime) -> Visit:
    """Return the live visit of an acquaintance in the chat, begun if there is none."""
    visit = visits.live_visit_in_chat(package, known, now)
    if visit is None:
        visit, _ = begin_visit(package, known, Entrance.MAX_CHAT, now=now, address="", user_agent="")
    return visit


def begin_visit(
    package: Package,
    known: Acquaintance,
    entrance: Entrance,
    *,
    now: datetime,
    address: str,
    user_agent: str,
) -> tuple[Visit, str]:
    """Begin a visit in MAX or from the cabinet, in the caller's transaction; returns it and its cookie."""
    visit, cookie = visits.begin(package, known, entrance, now=now, address=address, user_agent=user_agent)
    kind = _OPENED.get(entrance, "max:opened")
    visits.note(package, kind, now, {"visit": visit.id, "entrance": entrance})
    return visit, cookie


def last_settled(package: Package) -> Document | None:
    """Return the document of a package that was settled last, `None` while one is open."""
    documents = list(package.ordered().select_related("organization", "package__signer__organization"))
    if any(document.status in OPEN and not turn.has_signed(document, package) for document in documents):
        return None
    return max(documents, key=lambda document: document.status_at, default=None)


def settled_in_chat(document: Document) -> bool:
    """Tell whether a document came to its end in the chat itself, where the card has told of it."""
    acts = Visit.objects.filter(package__in=document.package.everyone()).order_by("opened_at")
    if document.status == Status.SIGNED:
        acts = acts.filter(confirmations__signature__document=document)
    elif document.status != Status.DECLINED:
        return False
    latest = acts.last()
    return latest is not None and latest.entrance == Entrance.MAX_CHAT
