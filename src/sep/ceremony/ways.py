"""In which ways a signer can sign a document right now, and what stands in the way of a code."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from sep.ceremony import codes, turn
from sep.documents.models import Document, Package
from sep.parties.methods import Method


@dataclass(frozen=True)
class Ways:
    """What the page offers.

    Attributes:
        by_code: whether «Подписать» may send a code.
        by_esia: whether one may sign through Госуслуги here.
        by_qualified: whether a qualified signature would do.
        agreement: the agreement on ПЭП to be signed first, if it is at hand.
        agreement_missing: whether the code waits for an agreement that only the clinic can give.
        phone_rests_until: when a new phone becomes good for this document.
    """

    by_code: bool
    by_esia: bool
    by_qualified: bool
    agreement: Document | None = None
    agreement_missing: bool = False
    phone_rests_until: datetime | None = None


def ways_of(document: Document, package: Package, now: datetime) -> Ways:
    """Tell the ways; changes nothing."""
    by_esia = Method.ESIA in document.methods and settings.ENVIRONMENT.has_esia
    by_qualified = Method.QUALIFIED in document.methods
    try:
        codes.agreement_for(document, package, now)
    except codes.NotByCode:
        return Ways(by_code=False, by_esia=by_esia, by_qualified=by_qualified)
    except codes.AgreementNeeded:
        own = package.ordered().filter(type_code=codes.AGREEMENT_TYPE)
        agreement = next((each for each in own if turn.awaits(each, package, now)), None)
        return Ways(
            by_code=False,
            by_esia=by_esia,
            by_qualified=by_qualified,
            agreement=agreement,
            agreement_missing=agreement is None,
        )
    except codes.PhoneTooNew as error:
        return Ways(by_code=False, by_esia=by_esia, by_qualified=by_qualified, phone_rests_until=error.until)
    return Ways(by_code=True, by_esia=by_esia, by_qualified=by_qualified)
