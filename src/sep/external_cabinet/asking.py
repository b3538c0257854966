"""What a cabinet may ask about its user: which documents are his, and a way to sign one."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from standardwebhooks import Webhook, WebhookVerificationError

from sep.ceremony import acquaintances, links, turn, visits
from sep.ceremony.models import Entrance, Visit
from sep.documents.models import Document, Package
from sep.documents.statuses import SIGNED, Status
from sep.external_cabinet.models import Assurance, ExternalCabinet, Opening, Recipient, TakenRequest
from sep.external_cabinet.notices import CHANNEL

MOST_WRONG_BIRTH_DATES: Final = 5
LOCKED_FOR: Final = timedelta(days=1)
OPENS_FOR: Final = timedelta(seconds=60)


class NotAuthentic(Exception):
    """Unknown cabinet, wrong signature, stale time or a replay: one answer for all."""


class NothingThere(Exception):
    """Unknown recipient, wrong birth date, locked, somebody else's document: one answer for all."""


@dataclass(frozen=True)
class Shown:
    """One document of a person with the package through which he signs it."""

    document: Document
    package: Package
    status: Status
    awaits: bool


def authenticated(cabinet_id: str, headers: dict[str, str], body: bytes, now: datetime) -> ExternalCabinet:
    """Return the cabinet that signed a request, and take its id for good; raises `NotAuthentic`."""
    cabinet = ExternalCabinet.objects.filter(pk=cabinet_id, disabled_at__isnull=True).first()
    if cabinet is None:
        raise NotAuthentic
    try:
        Webhook(cabinet.secrets.incoming).verify(body, headers)  # ±5 minutes is the library's
    except (WebhookVerificationError, ValueError):
        raise NotAuthentic from None
    digest = hashlib.sha256(headers["webhook-id"].encode()).digest()
    try:
        with transaction.atomic():
            TakenRequest.objects.create(cabinet=cabinet, request_hash=digest, taken_at=now)
    except IntegrityError:
        raise NotAuthentic from None
    return cabinet


def documents_of(cabinet: ExternalCabinet, code: str, birth_date: date, now: datetime) -> list[Shown]:
    """Return what waits for a person and what he has signed; empty when he is not known so."""
    return [
        each
        for package in _packages_of(cabinet, code, birth_date, now)
        for each in _shown(package, now)
        if each.awaits or each.status in SIGNED
    ]


def open_visit(
    cabinet: ExternalCabinet,
    code: str,
    birth_date: date,
    *,
    document_id: str,
    assurance: Assurance,
    now: datetime,
) -> str:
    """Make a one-time address for a document and return its token; raises `NothingThere`."""
    for package in _packages_of(cabinet, code, birth_date, now):
        for each in _shown(package, now):
            if each.document.id != document_id or not (each.awaits or each.status in SIGNED):
                continue
            known = acquaintances.of_phone(
                bytes(package.signer.phone_index), bytes(package.signer.person_index)
            )
            token = links.new_token()
            Opening.objects.create(
                cabinet=cabinet,
                acquaintance=known,
                package=package,
                document=each.document,
                assurance=assurance,
                token_hash=visits.hash_of(token),
                expires_at=now + OPENS_FOR,
            )
            return token
    raise NothingThere


def use(token: str, *, now: datetime, address: str, user_agent: str) -> tuple[Opening, str]:
    """Begin the visit of a one-time address; returns it and the visit's cookie; raises `NothingThere`."""
    with transaction.atomic():
        opening = (
            Opening.objects.select_for_update(of=("self",))
            .select_related("package", "acquaintance")
            .filter(
                token_hash=visits.hash_of(token),
                used_at__isnull=True,
                expires_at__gt=now,
                cabinet__disabled_at__isnull=True,
            )
            .first()
        )
        if opening is None or turn.is_frozen(opening.package):
            raise NothingThere
        opening.used_at = now
        opening.save(update_fields=["used_at"])
        visit, cookie = acquaintances.begin_visit(
            opening.package,
            opening.acquaintance,
            Entrance.EXTERNAL,
            now=now,
            address=address,
            user_agent=user_agent,
        )
        # The birth date was told to the cabinet and compared by us: it is not asked twice. Other ways of
        # the same person stay as they were.
        Visit.objects.filter(pk=visit.pk).update(identified_at=now)
        visits.note(
            opening.package,
            "external:authenticated",
            now,
            {"visit": visit.id, "cabinet": opening.cabinet_id, "assurance": opening.assurance},
        )
    return opening, cookie


def _shown(package: Package, now: datetime) -> list[Shown]:
    found = package.ordered().select_related("organization", "package__signer__organization")
    return [
        Shown(document, package, document.status_on(now), turn.awaits(document, package, now))
        for document in found.prefetch_related("signatures")
    ]


def _packages_of(cabinet: ExternalCabinet, code: str, birth_date: date, now: datetime) -> list[Package]:
    """Return a person's packages; a wrong date counts, the fifth locks the recipient for a day."""
    with transaction.atomic():
        recipient = Recipient.objects.select_for_update().filter(cabinet=cabinet, code=code).first()
        if recipient is None or (recipient.locked_until is not None and now < recipient.locked_until):
            return []
        reachable = [
            each for each in _addressed(cabinet, recipient).order_by("id") if CHANNEL in each.channels
        ]
        his = [each for each in reachable if each.signer.person.birth_date == birth_date]
        if his:
            recipient.wrong_birth_dates = 0
        else:
            recipient.wrong_birth_dates += 1
            if recipient.wrong_birth_dates >= MOST_WRONG_BIRTH_DATES:
                recipient.wrong_birth_dates = 0
                recipient.locked_until = now + LOCKED_FOR
        recipient.save(update_fields=["wrong_birth_dates", "locked_until"])
        return his


def _addressed(cabinet: ExternalCabinet, recipient: Recipient) -> "QuerySet[Package]":
    served = Q() if cabinet.organization_id is None else Q(organization=cabinet.organization_id)
    return Package.objects.filter(served, signer__phone_index=bytes(recipient.phone_index)).select_related(
        "organization", "principal__signer", "signer__organization"
    )
