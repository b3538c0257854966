"""The moment of signing: right code, sealed file, evidence and status, all in one transaction."""

from datetime import datetime
from enum import Enum, auto
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction

from sep import sealing
from sep.ceremony import codes, evidence
from sep.ceremony.models import Confirmation, SealCertificate, Signature, Visit
from sep.ceremony.seal_key import seal_key
from sep.documents import lifecycle
from sep.documents.models import Document
from sep.documents.statuses import Status
from sep.vault import blobs


class Answer(Enum):
    """What became of an entered code."""

    SIGNED = auto()
    ALREADY_SIGNED = auto()
    WRONG = auto()
    CODE_DEAD = auto()
    LOCKED = auto()
    NOT_SIGNABLE = auto()


def confirm(document_id: str, visit: Visit, code: str, *, now: datetime) -> Answer:
    """Check a code and, when it is right, sign.

    Under the lock of the document's row: among any number of equal requests exactly one signs, and a wrong
    entry is counted even though nothing else changes. When anything fails after the check, sealing included,
    nothing has happened and the code is still good.
    """
    with transaction.atomic():
        document = lifecycle.locked(document_id)
        if document.status == Status.SIGNED:
            return Answer.ALREADY_SIGNED
        if not document.is_open(now) or visit.identified_at is None:
            return Answer.NOT_SIGNABLE
        live = (
            Confirmation.objects.filter(document=document, visit=visit, ended_at__isnull=True)
            .select_related("delivery")
            .first()
        )
        if live is None or now >= live.expires_at or live.wrong_attempts >= codes.MOST_WRONG:
            return Answer.CODE_DEAD
        signer = visit.package.signer
        if codes.wrong_today(signer.id, now) >= codes.MOST_WRONG_A_DAY:
            return Answer.LOCKED
        if not codes.matches(live, document, signer.id, code):
            return _count_wrong(document, live, now)
        _sign(document, visit, live, now)
    return Answer.SIGNED


def _count_wrong(document: Document, live: Confirmation, now: datetime) -> Answer:
    live.wrong_attempts += 1
    live.last_wrong_at = now
    live.save(update_fields=["wrong_attempts", "last_wrong_at"])
    lifecycle.note(
        document, "code:wrong", at=now, data={"confirmation": live.id, "wrong": live.wrong_attempts}
    )
    return Answer.CODE_DEAD if live.wrong_attempts >= codes.MOST_WRONG else Answer.WRONG


def _sign(document: Document, visit: Visit, live: Confirmation, now: datetime) -> None:
    organization = document.organization
    key = seal_key()
    SealCertificate.objects.get_or_create(
        fingerprint=key.facts.sha256,
        defaults={"der": key.certificate.public_bytes(Encoding.DER), "first_used_at": now},
    )
    act = evidence.SigningAct(document, visit, live, now)
    recorded = evidence.record(act)
    sealed = sealing.seal(
        blobs.get(organization, document.original_sha256),
        sheet=evidence.protocol_sheet(act, key),
        evidence=recorded,
        key=key,
        signed_at=now.astimezone(ZoneInfo(organization.time_zone)),
    )
    document.sealed_sha256 = blobs.put(organization, sealed.data)
    if sealed.protocol is not None:
        document.protocol_sha256 = blobs.put(organization, sealed.protocol)
    codes.end(document, now)
    Signature.objects.create(
        document=document, confirmation=live, signed_at=now, sealed_sha256=document.sealed_sha256
    )
    lifecycle.move(
        document,
        Status.SIGNED,
        at=now,
        data={
            "confirmation": live.id,
            "sealedSha256": document.sealed_sha256,
            "evidenceSha256": evidence.digest(recorded),
        },
    )
