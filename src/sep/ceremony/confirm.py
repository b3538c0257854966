"""The moment of signing: right code, sealed file, evidence and status, all in one transaction."""

from datetime import datetime
from enum import Enum, auto

from django.db import transaction

from sep.ceremony import codes, signature, turn
from sep.ceremony.models import Confirmation, Visit
from sep.documents import lifecycle
from sep.documents.models import Document
from sep.documents.statuses import SIGNED


class Answer(Enum):
    """What became of an entered code. `SIGNED` is this person's signature: another's may still be missing."""

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
        package = visit.package
        obstacle = _obstacle(document, visit, now)
        if obstacle is not None:
            return obstacle
        of_visit = Confirmation.objects.filter(document=document, package=package, visit=visit)
        live = of_visit.filter(ended_at__isnull=True).select_related("delivery").first()
        if live is None or now >= live.expires_at or live.wrong_attempts >= codes.MOST_WRONG:
            return Answer.CODE_DEAD
        if codes.wrong_today(package.signer_id, now) >= codes.MOST_WRONG_A_DAY:
            return Answer.LOCKED
        if not codes.matches(live, document, package.signer_id, code):
            return _count_wrong(document, live, now)
        agreement = codes.agreement_for(document, package, now)
        codes.end(document, now, package)
        signature.give(document, signature.by_code(live, visit, agreement), now)
    return Answer.SIGNED


def _obstacle(document: Document, visit: Visit, now: datetime) -> Answer | None:
    if document.status in SIGNED or turn.has_signed(document, visit.package):
        return Answer.ALREADY_SIGNED
    if not turn.awaits(document, visit.package, now) or visit.identified_at is None:
        return Answer.NOT_SIGNABLE
    try:
        codes.agreement_for(document, visit.package, now)
    except (codes.AgreementNeeded, codes.PhoneTooNew, codes.NotByCode):
        return Answer.NOT_SIGNABLE  # the agreement ended while the code was on its way
    return None


def _count_wrong(document: Document, live: Confirmation, now: datetime) -> Answer:
    live.wrong_attempts += 1
    live.last_wrong_at = now
    live.save(update_fields=["wrong_attempts", "last_wrong_at"])
    lifecycle.note(
        document, "code:wrong", at=now, data={"confirmation": live.id, "wrong": live.wrong_attempts}
    )
    return Answer.CODE_DEAD if live.wrong_attempts >= codes.MOST_WRONG else Answer.WRONG
