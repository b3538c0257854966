"""Between the bodies of the API and the values of the business."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import rfc8785
from django.db.models import Count, Q

from sep.api.schemas import (
    AgreementIn,
    DeliveryOut,
    DocumentOut,
    DocumentPart,
    ExplanationIn,
    FallbackOut,
    NewDocumentIn,
    NewPackageIn,
    PackageOut,
    PatientIn,
    QuestionOut,
    SignerIn,
    SignerOut,
    StatusOut,
    WarningOut,
)
from sep.ceremony import phone_checks, withdrawal
from sep.ceremony.models import Signature
from sep.delivery.max import dialogs
from sep.delivery.max.dialogs import ChannelState
from sep.delivery.models import Channel, Delivery, DeliveryState, Purpose
from sep.documents.explanation import ComprehensionQuestion, Explanation
from sep.documents.intake import DEFAULT_CHANNELS, NewDocument, NewPackage, NewRecipient
from sep.documents.models import Document, Package
from sep.documents.statuses import Status
from sep.parties.agreements import Concluded
from sep.parties.errors import Refusal
from sep.parties.models import AgreementWay, Organization, Signer, SignerRole
from sep.parties.person import Person, SigningPerson, mask_phone
from sep.parties.policy import Rules, all_rules


def new_package(body: NewDocumentIn | NewPackageIn, organization: Organization, now: datetime) -> NewPackage:
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
    first = _recipient(signer, patient, "signer", organization, now)
    second = None
    if body.co_signer is not None:
        second = _recipient(body.co_signer, patient, "coSigner", organization, now)
        if second.role == first.role:
            raise Refusal(
                "same_role",
                "Двое подписантов — это пациент и его законный представитель.",
                "coSigner.role",
            )
    return NewPackage(
        id_package_mis=body.id_package_mis or "",
        id_patient_mis=body.patient.id_patient_mis,
        patient=patient,
        role=first.role,
        signer=first.person,
        agreement=first.agreement,
        second=second,
        in_order=body.signing_order == "in_order",
        expires_at=body.expires_at,
        channels=tuple(body.channels) if body.channels is not None else DEFAULT_CHANNELS,
        documents=[
            _new_document(part, shared, body.signing_methods, organization, f"documents.{index}")
            for index, part in enumerate(parts)
        ],
    )


@dataclass(frozen=True)
class Recipient:
    """One signer of a document, how he was invited and whether he has signed."""

    package: Package
    invitation: Delivery | None
    signature: Signature | None


@dataclass(frozen=True)
class Around:
    """What is read once for many documents of one organization."""

    packages: Mapping[str, Sequence[Package]]
    invitations: Mapping[str, Delivery]
    signatures: Mapping[tuple[str, str], Signature]
    in_max: Mapping[bytes, ChannelState]
    rules: Mapping[str, Rules]
    replaced_by: Mapping[str, str]
    withdrawn_by: Mapping[str, str]
    patients_of_phone: Mapping[bytes, int]

    def recipients(self, document: Document) -> list[Recipient]:
        """Return the signers of a document, the first recipient of its package first."""
        return [
            Recipient(
                package, self.invitations.get(package.id), self.signatures.get((document.id, package.id))
            )
            for package in self.packages.get(document.package_id, ())
            if package.signer.role in document.roles
        ]

    def warnings(self, document: Document) -> list[WarningOut]:
        """Tell what the clinic's staff should look at."""
        phones = {bytes(each.package.signer.phone_index) for each in self.recipients(document)}
        most = max((self.patients_of_phone.get(phone, 0) for phone in phones), default=0)
        if most < MANY_PATIENTS:
            return []
        text = f"Этот телефон указан подписантом для многих пациентов ({most}). Проверьте, чей он."
        return [WarningOut(code="phone_of_many", message=text)]


MANY_PATIENTS: Final = 5
"""A mother of four is no wonder; a phone that signs for five patients of one clinic is looked at."""


def document_out(document: Document, around: Around, now: datetime) -> DocumentOut:
    """Show a document; `document.package.signer` and its patient are expected to be loaded."""
    recipients = around.recipients(document)
    invitation = around.invitations.get(document.package_id)
    if invitation is None:
        invitation = next((each.invitation for each in recipients if each.invitation is not None), None)
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
        delivery=None if invitation is None else _delivery_out(document.package, invitation, around.in_max),
        sha256=document.original_sha256,
        received_sha256=document.received_sha256,
        signed_sha256=document.sealed_sha256 or None,
        page_count=document.page_count,
        questions=[
            QuestionOut(text=each.text, asked_at=_required(local(each.asked_at)))
            for each in document.questions.all()
        ],
        signers=[
            SignerOut(
                role=each.package.signer.role,
                relation=each.package.signer.person.relation or None,
                phone=mask_phone(each.package.signer.person.phone),
                delivery=None
                if each.invitation is None
                else _delivery_out(each.package, each.invitation, around.in_max),
                signed_at=None if each.signature is None else local(each.signature.signed_at),
                method=None if each.signature is None else each.signature.method,
            )
            for each in recipients
        ],
        signing_methods=document.methods,
        made_by="service" if document.is_ours else "mis",
        replaces=document.replaces_id,
        replaced_by=around.replaced_by.get(document.id),
        withdraws=document.withdraws_id,
        withdrawn_by=around.withdrawn_by.get(document.id),
        needs_medic_signature=around.rules[document.type_code].needs_medic_signature,
        warnings=around.warnings(document),
    )


def _delivery_out(
    package: Package, invitation: Delivery, in_max: Mapping[bytes, ChannelState]
) -> DeliveryOut:
    former = getattr(invitation, "reserve_of", None)  # the message in MAX that this SMS replaces
    return DeliveryOut(
        channel=invitation.channel,
        state=invitation.state,
        phone=mask_phone(invitation.phone),
        failure=invitation.failure or None,
        instead_of=None if former is None else FallbackOut(channel=former.channel, reason=former.failure),
        max=in_max.get(bytes(invitation.phone_index)) if Channel.MAX in package.channels else None,
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


def _around(documents: Sequence[Document]) -> Around:
    organization = documents[0].organization
    heads = {document.package_id for document in documents}
    ids = {document.id for document in documents}
    packages: dict[str, list[Package]] = {}
    found = Package.objects.filter(Q(pk__in=heads) | Q(principal_id__in=heads))
    for package in found.select_related("organization", "signer__organization").order_by("id"):
        packages.setdefault(package.principal_id or package.id, []).append(package)
    everyone = [package for group in packages.values() for package in group]
    invitations: dict[str, Delivery] = {}
    sent = Delivery.objects.filter(package__in=everyone, purpose=Purpose.INVITATION)
    for delivery in (
        sent.exclude(state=DeliveryState.RESERVED)
        .select_related("reserve_of", "organization")
        .order_by("created_at", "id")
    ):
        assert delivery.package_id is not None  # an invitation has one
        invitations[delivery.package_id] = delivery
    phones = {bytes(package.signer.phone_index) for package in everyone}
    in_max = {}
    if any(Channel.MAX in package.channels for package in everyone):
        in_max = dialogs.states(organization, phones)
    counted = Signer.objects.filter(organization=organization, phone_index__in=phones)
    counts = (
        counted.values("phone_index")
        .annotate(patients=Count("patient", distinct=True))
        .values_list("phone_index", "patients")
    )
    signatures = Signature.objects.filter(document__in=ids)
    corrected = Document.objects.filter(replaces__in=ids).order_by("id")
    taken_back = Document.objects.filter(withdraws__in=ids, status=Status.SIGNED).order_by("id")
    return Around(
        packages=packages,
        invitations=invitations,
        signatures={(each.document_id, each.package_id): each for each in signatures},
        in_max=in_max,
        rules=all_rules(organization),
        replaced_by=dict(corrected.values_list("replaces__id", "id")),
        withdrawn_by=dict(taken_back.values_list("withdraws__id", "id")),
        patients_of_phone={bytes(phone): patients for phone, patients in counts},
    )


def documents_out(documents: Sequence[Document], now: datetime) -> list[DocumentOut]:
    """Show many documents of one organization with one look at what belongs to them."""
    if not documents:
        return []
    around = _around(documents)
    return [document_out(document, around, now) for document in documents]


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
        capacity=body.capacity,
        capacity_basis=body.capacity_basis or "",
    )


def _recipient(
    body: SignerIn, patient: Person, path: str, organization: Organization, now: datetime
) -> NewRecipient:
    person = _signing_person(body, patient, path)
    made = None
    if body.agreement is not None:
        made = concluded(body.agreement, body.phone, organization, now)
    return NewRecipient(SignerRole(body.role), person, made)


def concluded(body: AgreementIn, phone: str, organization: Organization, now: datetime) -> Concluded:
    """Read what the clinic says of an agreement; raises `Refusal`."""
    if body.concluded_on > now.astimezone(ZoneInfo(organization.time_zone)).date():
        raise Refusal("agreement_in_future", "Дата соглашения в будущем.", "agreement.concludedOn")
    confirmed = None
    if body.phone_check:
        confirmed = phone_checks.confirmed_at(organization, body.phone_check, phone, now)
    return Concluded(
        number=body.number,
        concluded_on=body.concluded_on,
        way=AgreementWay(body.way),
        registered_by=body.registered_by or "МИС",
        identity_checked_by=body.identity_checked_by or "",
        phone_confirmed_at=confirmed,
    )


def _signing_person(body: SignerIn, patient: Person, path: str) -> SigningPerson:
    if body.role == "patient":
        return SigningPerson(**{**patient.__dict__, "phone": body.phone})
    for name, value in (("family", body.family), ("given", body.given), ("birthDate", body.birth_date)):
        if not value:
            raise Refusal("required", "Обязательное поле законного представителя.", f"{path}.{name}")
    assert body.family and body.given and body.birth_date  # noqa: PT018  for the type checker
    return SigningPerson(
        family=body.family,
        given=body.given,
        patronymic=body.patronymic or "",
        birth_date=body.birth_date,
        phone=body.phone,
        relation=body.relation or "",
        basis=body.basis or "",
        identity_document=body.identity_document or "",
        in_medical_record=body.in_medical_record,
    )


def _new_document(
    part: DocumentPart,
    shared: dict[str, Any],
    methods: Sequence[str] | None,
    organization: Organization,
    path: str,
) -> NewDocument:
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
        matter=part.matter,
        methods=methods,
        explanation=_explanation(part.explanation),
        replaces=_named(part.replaces, organization, f"{path}.replaces"),
        withdraws=_withdrawn(part, organization, f"{path}.withdraws"),
    )


def _explanation(body: ExplanationIn | None) -> Explanation:
    if body is None:
        return Explanation()
    questions = tuple(
        ComprehensionQuestion(each.text, tuple(each.answers), each.right) for each in body.questions
    )
    return Explanation(body.summary, questions)


def _named(name: str | None, organization: Organization, path: str) -> Document | None:
    """Find a document of the organization by our number or the МИС's; raises `Refusal`."""
    if name is None:
        return None
    found = Document.objects.filter(organization=organization).filter(Q(id=name) | Q(id_document_mis=name))
    document = found.first()
    if document is None:
        raise Refusal("no_such_document", "Документа с таким номером нет.", path)
    return document


def _withdrawn(part: DocumentPart, organization: Organization, path: str) -> Document | None:
    document = _named(part.withdraws, organization, path)
    if (part.type == "withdrawal") != (document is not None):
        raise Refusal(
            "withdraws_required", "Отзыв (type: withdrawal) называет согласие в withdraws, и только он.", path
        )
    if document is not None and not withdrawal.can_withdraw(document):
        raise Refusal("not_withdrawable", "Отозвать можно только подписанное согласие.", path)
    return document


def _required(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment
