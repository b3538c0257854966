"""Between the bodies of the API and the values of the business."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import rfc8785

from sep.api.schemas import (
    DeliveryOut,
    DocumentOut,
    DocumentPart,
    FallbackOut,
    NewDocumentIn,
    NewPackageIn,
    PackageOut,
    PatientIn,
    QuestionOut,
    SignerIn,
    StatusOut,
)
from sep.delivery.max import dialogs
from sep.delivery.max.dialogs import ChannelState
from sep.delivery.models import Channel, Delivery, DeliveryState, Purpose
from sep.documents.intake import DEFAULT_CHANNELS, NewDocument, NewPackage
from sep.documents.models import Document, Package
from sep.documents.statuses import Status
from sep.parties.errors import Refusal
from sep.parties.models import Organization, SignerRole
from sep.parties.person import Person, SigningPerson, mask_phone


def new_package(body: NewDocumentIn | NewPackageIn) -> NewPackage:
    """Read a request into a package; raises `Refusal` for what the fields cannot tell one by one."""
    patient = _person(body.patient)
    phone = body.signer.phone if body.signer is not None else body.patient.phone
    if phone is None:
        raise Refusal(
            "required", "Укажите телефон подписанта: signer.phone или patient.phone.", "signer.phone"
        )
    signer = body.signer or SignerIn(role="patient", phone=phone)
    parts = body.documents if isinstance(body, NewPackageIn) else [body]
    ids = [part.id_document_mis for part in parts]
    if len(set(ids)) < len(ids):
        raise Refusal("duplicate_ids", "Номера idDocumentMis в пакете повторяются.", "documents")
    shared = body.model_dump(mode="json", exclude={"documents", *DocumentPart.model_fields})
    return NewPackage(
        id_package_mis=body.id_package_mis or "",
        id_patient_mis=body.patient.id_patient_mis,
        patient=patient,
        role=SignerRole(signer.role),
        signer=_signing_person(signer, patient),
        expires_at=body.expires_at,
        channels=tuple(body.channels) if body.channels is not None else DEFAULT_CHANNELS,
        documents=[_new_document(part, shared) for part in parts],
    )


def document_out(
    document: Document, invitation: Delivery | None, in_max: ChannelState | None, now: datetime
) -> DocumentOut:
    """Show a document; `document.package.signer` and its patient are expected to be loaded."""
    zone = ZoneInfo(document.organization.time_zone)

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone).replace(microsecond=0) if moment else None

    package = document.package
    return DocumentOut(
        id_document=document.id,
        id_document_mis=document.id_document_mis,
        id_package=package.id,
        id_package_mis=package.id_package_mis or None,
        id_patient_mis=package.signer.patient.id_patient_mis,
        name=document.name,
        type=document.type_code,
        status=status_out(document, now),
        added_at=_required(local(document.created_at)),
        sent_at=local(document.sent_at),
        viewed_at=local(document.viewed_at),
        signed_at=local(document.signed_at),
        expires_at=_required(local(document.expires_at)),
        delivery=None if invitation is None else _delivery_out(document, invitation, in_max),
        sha256=document.original_sha256,
        received_sha256=document.received_sha256,
        signed_sha256=document.sealed_sha256 or None,
        page_count=document.page_count,
        questions=[
            QuestionOut(text=each.text, asked_at=_required(local(each.asked_at)))
            for each in document.questions.all()
        ],
    )


def _delivery_out(document: Document, invitation: Delivery, in_max: ChannelState | None) -> DeliveryOut:
    former = getattr(invitation, "reserve_of", None)  # the message in MAX that this SMS replaces
    return DeliveryOut(
        channel=invitation.channel,
        state=invitation.state,
        phone=mask_phone(document.package.signer.person.phone),
        failure=invitation.failure or None,
        instead_of=None if former is None else FallbackOut(channel=former.channel, reason=former.failure),
        max=in_max,
    )


def status_out(document: Document, now: datetime) -> StatusOut:
    """Show the status that people must see now, expiry included."""
    status = document.status_on(now)
    unrecorded = status is Status.EXPIRED and document.status != Status.EXPIRED
    moment = document.expires_at if unrecorded else document.status_at
    return StatusOut(
        code=status.value,
        display=str(status.label),
        date_time=moment.astimezone(ZoneInfo(document.organization.time_zone)).replace(microsecond=0),
        reason=(None if unrecorded else document.status_reason) or None,
    )


def status_word(kind: str, at: datetime, organization: Organization) -> StatusOut:
    """Show the status that an event of the ledger, such as `document:signed`, gave a document."""
    status = Status(kind.partition(":")[2])
    moment = at.astimezone(ZoneInfo(organization.time_zone)).replace(microsecond=0)
    return StatusOut(code=status.value, display=str(status.label), date_time=moment, reason=None)


def documents_out(documents: Sequence[Document], now: datetime) -> list[DocumentOut]:
    """Show many documents of one organization with one look at their messages."""
    invitations: dict[str, Delivery] = {}
    packages = {document.package_id for document in documents}
    sent = Delivery.objects.filter(package_id__in=packages, purpose=Purpose.INVITATION)
    for delivery in (
        sent.exclude(state=DeliveryState.RESERVED).select_related("reserve_of").order_by("created_at", "id")
    ):
        invitations[delivery.package_id] = delivery
    in_max: dict[bytes, ChannelState] = {}
    invited = {document.id for document in documents if Channel.MAX in document.package.channels}
    if invited:
        indexes = {bytes(document.package.signer.phone_index) for document in documents}
        in_max = dialogs.states(documents[0].organization, indexes)
    return [
        document_out(
            document,
            invitations.get(document.package_id),
            in_max.get(bytes(document.package.signer.phone_index)) if document.id in invited else None,
            now,
        )
        for document in documents
    ]


def package_out(package: Package, documents: Sequence[Document], now: datetime) -> PackageOut:
    return PackageOut(
        id_package=package.id,
        id_package_mis=package.id_package_mis or None,
        documents=documents_out(documents, now),
    )


def _person(body: PatientIn) -> Person:
    return Person(
        family=body.family,
        given=body.given,
        patronymic=body.patronymic or "",
        birth_date=body.birth_date,
        sex=body.sex,
        snils=body.snils or "",
        phone=body.phone or "",
    )


def _signing_person(body: SignerIn, patient: Person) -> SigningPerson:
    if body.role == "patient":
        return SigningPerson(**{**patient.__dict__, "phone": body.phone})
    for name, value in (("family", body.family), ("given", body.given), ("birthDate", body.birth_date)):
        if not value:
            raise Refusal("required", "Обязательное поле законного представителя.", f"signer.{name}")
    assert body.family and body.given and body.birth_date  # noqa: PT018  for the type checker
    return SigningPerson(
        family=body.family,
        given=body.given,
        patronymic=body.patronymic or "",
        birth_date=body.birth_date,
        phone=body.phone,
        relation=body.relation or "",
        basis=body.basis or "",
        in_medical_record=body.in_medical_record,
    )


def _new_document(part: DocumentPart, shared: dict[str, Any]) -> NewDocument:
    pdf = part.content.data
    described: dict[str, Any] = {
        "shared": shared,
        "own": part.model_dump(mode="json", include=set(DocumentPart.model_fields) - {"content"}),
        "content": hashlib.sha256(pdf).hexdigest(),
    }
    return NewDocument(
        id_document_mis=part.id_document_mis,
        name=part.name,
        type_code=part.type,
        pdf=pdf,
        declared_sha256=part.content.sha256,
        source_object=part.source.object if part.source else "",
        source_number=part.source.number if part.source else "",
        request_hash=hashlib.sha256(rfc8785.dumps(described)).digest(),
    )


def _required(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment
