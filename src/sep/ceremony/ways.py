"""Whether a signer can sign a document by a code right now, and what stands in the way."""

from dataclasses import dataclass
from datetime import datetime

from sep.ceremony import codes, turn
from sep.documents.models import Document, Package


@dataclass(frozen=True)
class Ways:
    """What the page offers.

    Attributes:
        by_code: whether «Подписать» may send a code.
        agreement: the agreement on ПЭП to be signed first, if it is at hand.
        agreement_missing: whether the code waits for an agreement that only the clinic can give.
        phone_rests_until: when a new phone becomes good for this document.
    """

    by_code: bool = False
    agreement: Document | None = None
    agreement_missing: bool = False
    phone_rests_until: datetime | None = None


def ways_of(document: Document, package: Package, now: datetime) -> Ways:
    """Tell the ways; changes nothing."""
    try:
        codes.agreement_for(document, package, now)
    except codes.NotByCode:
        return Ways()
    except codes.AgreementNeeded:
        own = package.ordered().filter(type_code=codes.AGREEMENT_TYPE)
        agreement = next((each for each in own if turn.awaits(each, package, now)), None)
        return Ways(agreement=agreement, agreement_missing=agreement is None)
    except codes.PhoneTooNew as error:
        return Ways(phone_rests_until=error.until)
    return Ways(by_code=True)
