"""Accepting documents from a МИС: every check first, then one transaction that stores all or nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sep import jobs
from sep.documents import lifecycle
from sep.documents.explanation import NOTHING_EXPLAINED, Explanation
from sep.documents.models import Document, Package
from sep.documents.pdf import Inspection, PdfRefused, inspect
from sep.documents.statuses import Status
from sep.documents.tasks import render_pages
from sep.parties.agreements import Concluded
from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.eligibility import signers_of
from sep.parties.errors import Refusal
from sep.parties.identifiers import new_id
from sep.parties.models import Organization, Patient, Signer, SignerRole
from sep.parties.person import Person, SigningPerson
from sep.parties.policy import all_rules, methods_for
from sep.parties.who_signs import Matter, Signers
from sep.vault import blobs

DEFAULT_TERM = timedelta(hours=72)
SHORTEST_TERM = timedelta(hours=1)
LONGEST_TERM = timedelta(days=30)


@dataclass(frozen=True)
class NewDocument:
    """One document as the МИС sends it, or as the service makes it.

    Attributes:
        request_hash: recognises the same request sent again.
        methods: the ways of signing that are wished; `None` for all that the clinic's rules allow.
        own_id: of a document of the service itself: it is printed in it.
        by: who signs it, for a document that is one person's own; `None` leaves it to the law.
    """

    id_document_mis: str
    name: str
    type_code: str
    pdf: bytes
    declared_sha256: str | None
    source_object: str
    source_number: str
    request_hash: bytes
    matter: Matter = Matter.ORDINARY
    methods: Sequence[str] | None = None
    explanation: Explanation = NOTHING_EXPLAINED
    replaces: Document | None = None
    withdraws: Document | None = None
    own_id: str = ""
    by: SignerRole | None = None

    @property
    def is_ours(self) -> bool:
        return bool(self.own_id)


DEFAULT_CHANNELS = ("max", "sms")
"""The chat where there is one, an SMS otherwise."""


@dataclass(frozen=True)
class NewRecipient:
    """One who is to sign; `agreement` when the clinic tells of the one that it has with him."""

    role: SignerRole
    person: SigningPerson
    agreement: Concluded | None = None


@dataclass(frozen=True)
class NewPackage:
    """Documents for one signer, or for the patient and his representative together."""

    id_package_mis: str
    id_patient_mis: str
    patient: Person
    role: SignerRole
    signer: SigningPerson
    expires_at: datetime | None
    documents: Sequence[NewDocument]
    channels: Sequence[str] = DEFAULT_CHANNELS
    agreement: Concluded | None = None
    second: NewRecipient | None = None
    in_order: bool = False

    @property
    def recipients(self) -> dict[SignerRole, NewRecipient]:
        """Everybody to whom it goes, the first recipient first."""
        first = NewRecipient(self.role, self.signer, self.agreement)
        return {each.role: each for each in (first, self.second) if each is not None}


class DocumentConflict(Exception):
    """The МИС's id already names another document."""

    def __init__(self, id_document_mis: str) -> None:
        super().__init__(id_document_mis)
        self.id_document_mis = id_document_mis


@dataclass(frozen=True)
class CheckedDocument:
    """A document with what its file is, who signs it and how."""

    new: NewDocument
    inspection: Inspection
    signers: Signers
    methods: Sequence[str]


@dataclass(frozen=True)
class CheckedPackage:
    """A package whose every PDF has been inspected and kept, ready to be stored."""

    organization: Organization
    package: NewPackage
    documents: Sequence[CheckedDocument]
    expires_at: datetime


def already_accepted(organization: Organization, package: NewPackage) -> Package | None:
    """Return the package that this very request made; raises `DocumentConflict` when ids name others."""
    wanted = {new.id_document_mis: new.request_hash for new in package.documents}
    found = Document.objects.filter(organization=organization, id_document_mis__in=wanted).select_related(
        "package"
    )
    documents = list(found)
    for document in documents:
        if bytes(document.request_hash) != wanted[document.id_document_mis]:
            raise DocumentConflict(document.id_document_mis)
    if not documents:
        return None
    if len(documents) < len(wanted) or len({document.package_id for document in documents}) > 1:
        raise DocumentConflict(documents[0].id_document_mis)
    return documents[0].package


def check(organization: Organization, package: NewPackage, now: datetime) -> CheckedPackage:
    """Check everything that can be checked without a lock and keep the files; raises `Refusal`."""
    today = now.astimezone(ZoneInfo(organization.time_zone)).date()
    expires_at = package.expires_at or now + DEFAULT_TERM
    if not now + SHORTEST_TERM <= expires_at <= now + LONGEST_TERM:
        raise Refusal(
            "bad_expiry", "Срок подписания — от одного часа до тридцати дней от отправки.", "expiresAt"
        )
    rules = all_rules(organization, list({new.type_code for new in package.documents}))
    recipients = {role: each.person for role, each in package.recipients.items()}
    checked = []
    for index, new in enumerate(package.documents):
        kind = DOCUMENT_TYPES[new.type_code]
        if new.by is None:
            signers = signers_of(kind, package.patient, recipients, today, matter=new.matter)
        else:
            signers = frozenset({new.by})
        methods = methods_for(rules[new.type_code], new.methods)
        inspection = _inspected(new, f"documents.{index}.content")
        checked.append(CheckedDocument(new, inspection, signers, methods))
    for each in checked:
        blobs.put(organization, each.new.pdf)
        if each.inspection.normalized is not None:
            blobs.put(organization, each.inspection.normalized)
    return CheckedPackage(organization, package, checked, expires_at)


def store(checked: CheckedPackage, now: datetime) -> Package:
    """Store a checked package in the caller's transaction.

    Raises `django.db.IntegrityError` when another request stored one of these ids a moment ago.
    """
    organization, new_package = checked.organization, checked.package
    patient = _patient(organization, new_package)
    package: Package | None = None
    for recipient in new_package.recipients.values():
        made = _package_of(recipient, patient, new_package, package, now)
        package = package or made
    assert package is not None  # there is always a first recipient
    for position, each in enumerate(checked.documents):
        new, inspection = each.new, each.inspection
        original = inspection.normalized if inspection.normalized is not None else new.pdf
        document = Document(
            id=new.own_id or new_id(),
            organization=organization,
            package=package,
            position=position,
            id_document_mis=new.id_document_mis,
            request_hash=new.request_hash,
            name=new.name,
            type_code=new.type_code,
            matter=new.matter,
            methods=[*each.methods],
            by_patient=SignerRole.PATIENT in each.signers,
            by_representative=SignerRole.REPRESENTATIVE in each.signers,
            is_ours=new.is_ours,
            replaces=new.replaces,
            withdraws=new.withdraws,
            source_object=new.source_object,
            source_number=new.source_number,
            received_sha256=inspection.sha256,
            original_sha256=hashlib.sha256(original).hexdigest(),
            original_size=len(original),
            page_count=inspection.page_count,
            presigned=inspection.presigned,
            repairs=list(inspection.repairs),
            status=Status.CREATED,
            status_at=now,
            created_at=now,
            expires_at=checked.expires_at,
        )
        document.explain(new.explanation)
        lifecycle.record_creation(
            document,
            {
                "documentSha256": document.original_sha256,
                "receivedSha256": document.received_sha256,
                "size": document.original_size,
                "pages": document.page_count,
                "type": document.type_code,
                "package": package.id,
                "signerRoles": sorted(document.roles),
                "methods": document.methods,
                "repairs": document.repairs,
            },
        )
        jobs.enqueue(render_pages, document.id, workflow_id=f"pages-{document.id}")
    return package


def _package_of(
    recipient: NewRecipient,
    patient: Patient,
    new_package: NewPackage,
    principal: Package | None,
    now: datetime,
) -> Package:
    signer = Signer(organization=patient.organization, patient=patient, role=recipient.role)
    signer.person = recipient.person
    signer.patient_person = new_package.patient
    signer.save(force_insert=True)
    return Package.objects.create(
        organization=patient.organization,
        signer=signer,
        id_package_mis=new_package.id_package_mis,
        channels=list(new_package.channels),
        principal=principal,
        in_order=new_package.in_order,
        created_at=now,
    )


def _patient(organization: Organization, new_package: NewPackage) -> Patient:
    found = Patient.objects.select_for_update().filter(
        organization=organization, id_patient_mis=new_package.id_patient_mis
    )
    patient = found.first()
    if patient is None:
        patient = Patient(organization=organization, id_patient_mis=new_package.id_patient_mis)
        patient.person = new_package.patient
        patient.save(force_insert=True)
    elif patient.person != new_package.patient:
        patient.person = new_package.patient
        patient.save()
    return patient


def _inspected(new: NewDocument, path: str) -> Inspection:
    actual = hashlib.sha256(new.pdf).hexdigest()
    if new.declared_sha256 is not None and new.declared_sha256.lower() != actual:
        raise Refusal(
            "sha256_mismatch",
            "Файл повреждён в пути: его SHA-256 не равен указанному. Отправьте документ ещё раз.",
            f"{path}.sha256",
        )
    try:
        return inspect(new.pdf)
    except PdfRefused as error:
        raise Refusal(error.code, error.message, f"{path}.data", temporary=error.temporary) from error
