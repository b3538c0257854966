"""A signature given, by whatever means: recorded, and the file sealed once nobody's is missing."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.serialization import Encoding

from sep import printing, sealing
from sep.ceremony import codes, evidence, turn
from sep.ceremony.messages import document_number
from sep.ceremony.models import Confirmation, SealCertificate, Signature, Visit
from sep.ceremony.seal_key import seal_key
from sep.ceremony.signals import signed_by_one
from sep.documents import lifecycle
from sep.documents.models import Document
from sep.documents.statuses import OPEN, Status
from sep.parties import agreements
from sep.parties.methods import Method
from sep.parties.models import Agreement, AgreementWay
from sep.vault import blobs

_WAYS = {
    Method.SMS_CODE: AgreementWay.FIRST_DOCUMENT,
    Method.MAX_CODE: AgreementWay.FIRST_DOCUMENT,
    Method.ESIA: AgreementWay.ESIA,
    Method.QUALIFIED: AgreementWay.QUALIFIED,
}


def by_code(confirmation: Confirmation, visit: Visit, agreement: Agreement | None) -> Signature:
    """Return the signature that a right code makes, not saved yet."""
    return Signature(
        package=visit.package,
        method=Method.SMS_CODE if confirmation.channel == "sms" else Method.MAX_CODE,
        visit=visit,
        confirmation=confirmation,
        agreement=agreement,
    )


def give(document: Document, signature: Signature, now: datetime) -> None:
    """Give a signature to a locked document that awaits it; the last one that was missing seals the file."""
    signature.document = document
    signature.signed_at = now
    signature.save(force_insert=True)
    data = {
        "signature": signature.id,
        "method": signature.method,
        "signerRole": signature.package.signer.role,
        "agreement": signature.agreement_id,
        "confirmation": signature.confirmation_id,
        "proofSha256": signature.proof_sha256 or None,
    }
    lifecycle.note(document, "document:signature", at=now, data=data)
    missing = turn.others_missing(document, signature.package)
    if missing:
        signed_by_one.send(sender=Document, document=document, missing=missing, now=now)
        return
    _seal(document, now)
    if document.type_code == codes.AGREEMENT_TYPE:
        _conclude(document, signature, now)
    if document.withdraws_id is not None:
        _withdraw(document, now)


def _seal(document: Document, now: datetime) -> None:
    organization = document.organization
    key = seal_key()
    SealCertificate.objects.get_or_create(
        fingerprint=key.facts.sha256,
        defaults={"der": key.certificate.public_bytes(Encoding.DER), "first_used_at": now},
    )
    act = evidence.SigningAct(document, now)
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
    lifecycle.move(
        document,
        Status.SIGNED,
        at=now,
        data={
            "signatures": [each.id for each in act.signatures],
            "sealedSha256": document.sealed_sha256,
            "evidenceSha256": evidence.digest(recorded),
        },
    )


def _conclude(document: Document, signature: Signature, now: datetime) -> None:
    """Bring the agreement into force, and take back others of its kind that the person need not sign."""
    person = signature.package.signer.person
    zone = ZoneInfo(document.organization.time_zone)
    made = agreements.Concluded(
        number=document_number(document),
        concluded_on=_day(now, zone),
        way=_WAYS[Method(signature.method)],
        document_id=document.id,
        version=printing.AGREEMENT_VERSION if document.is_ours else "",
        text_sha256=document.original_sha256,
    )
    agreement = agreements.conclude(document.organization, person, made, now=now)
    lifecycle.note(
        document, "agreement:concluded", at=now, data={"agreement": agreement.id, "way": agreement.way}
    )
    others = Document.objects.filter(
        organization=document.organization,
        type_code=codes.AGREEMENT_TYPE,
        is_ours=True,
        status__in=OPEN,
        package__signer__person_index=bytes(agreement.person_index),
    ).exclude(pk=document.pk)
    for other_id in others.order_by("id").values_list("id", flat=True):
        other = lifecycle.locked(other_id)
        if other.status in OPEN:
            lifecycle.move(other, Status.REVOKED, at=now, reason="Соглашение уже заключено")


def _withdraw(document: Document, now: datetime) -> None:
    """Let a signed withdrawal take effect: the consent's file stays as it was, only its status moves."""
    assert document.withdraws_id is not None
    consent = lifecycle.locked(document.withdraws_id)
    if consent.status == Status.SIGNED:
        lifecycle.move(consent, Status.WITHDRAWN, at=now, data={"withdrawal": document.id})


def _day(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()
