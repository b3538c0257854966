"""«Отказаться»: as easy as signing (323-ФЗ ст. 20 ч. 3), with a reason only if the person wishes."""

from datetime import datetime

from django.db import transaction

from sep.ceremony import codes, turn
from sep.ceremony.models import Visit
from sep.documents import lifecycle
from sep.documents.statuses import Status

LONGEST_REASON = 500


def decline(document_id: str, visit: Visit, reason: str, *, now: datetime) -> None:
    """Decline a document on behalf of the identified signer; raises `codes.NotSignable`."""
    with transaction.atomic():
        document = lifecycle.locked(document_id)
        if not turn.awaits(document, visit.package, now) or visit.identified_at is None:
            raise codes.NotSignable
        codes.end(document, now)
        lifecycle.move(
            document,
            Status.DECLINED,
            at=now,
            reason=" ".join(reason.split())[:LONGEST_REASON],
            data={
                "visit": visit.id,
                "signerRole": visit.package.signer.role,
                "withReason": bool(reason.strip()),
            },
        )
