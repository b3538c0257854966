"""An agreement on ПЭП as the first document: made by the service for whoever has none yet."""

import hashlib
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sep import printing
from sep.ceremony.codes import AGREEMENT_TYPE
from sep.documents import intake
from sep.documents.intake import CheckedPackage, NewDocument, NewRecipient
from sep.parties import agreements
from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.errors import Refusal
from sep.parties.identifiers import new_id
from sep.parties.models import Agreements, Organization
from sep.parties.policy import needs_agreement


def with_agreements(checked: CheckedPackage, now: datetime) -> CheckedPackage:
    """Put an agreement before the other documents for each recipient who needs one and has none.

    Raises `Refusal` when the clinic wants agreements beforehand, or a phone is not the agreed one.
    """
    lacking = [each for each in checked.package.recipients.values() if _lacks(each, checked)]
    if not lacking:
        return checked
    organization = checked.organization
    if organization.agreements == Agreements.BEFOREHAND:
        raise Refusal(
            "agreement_required",
            "С подписантом нет соглашения об использовании простой электронной подписи, а клиника заключает"
            " его только заранее. Передайте его в signer.agreement или запишите в POST /v1/agreements.",
            "signer.agreement",
        )
    added = [_agreement(organization, each, now) for each in lacking]
    extra = intake.check(organization, replace(checked.package, documents=added), now)
    return replace(checked, documents=[*extra.documents, *checked.documents])


def _lacks(recipient: NewRecipient, checked: CheckedPackage) -> bool:
    own = [each for each in checked.documents if recipient.role in each.signers]
    if recipient.agreement is not None or any(each.new.type_code == AGREEMENT_TYPE for each in own):
        return False
    if not any(needs_agreement(each.methods) for each in own):
        return False
    live = agreements.agreement_of(checked.organization, recipient.person)
    if live is not None:
        agreements.check_phone(live, recipient.person.phone)
    return live is None


def _agreement(organization: Organization, recipient: NewRecipient, now: datetime) -> NewDocument:
    person = recipient.person
    own_id = new_id()
    name = f"agreement-{own_id}"
    pdf = printing.agreement(
        printing.AgreementForm(
            version=printing.AGREEMENT_VERSION,
            number=own_id[-6:],
            made_on=now.astimezone(ZoneInfo(organization.time_zone)).date(),
            clinic=printing.Clinic(
                name=organization.name, short_name=organization.short_name, phone=organization.phone
            ),
            person=printing.Signatory(
                full_name=person.full_name, birth_date=person.birth_date, phone=person.phone
            ),
            conclusion=printing.Conclusion.FIRST_DOCUMENT,
        )
    )
    return NewDocument(
        id_document_mis=name,
        name=DOCUMENT_TYPES[AGREEMENT_TYPE].name,
        type_code=AGREEMENT_TYPE,
        pdf=pdf,
        declared_sha256=None,
        source_object="",
        source_number="",
        request_hash=hashlib.sha256(name.encode()).digest(),
        own_id=own_id,
        by=recipient.role,
    )
