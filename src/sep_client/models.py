"""What travels between a МИС and the service: camelCase on the wire, snake_case in Python.

Requests are strict: a misspelt field is an error at once. Answers are tolerant: fields and codes that a
newer service adds are ignored or passed on as they are. `repr` of every model shows codes and ids only, never
names, phones or texts, so a model may be logged.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field, computed_field, field_serializer

from sep_client.wire import Answer, Request


class StatusCode(StrEnum):
    """The codes known today; `Status.code` stays a plain string, because a service may learn new ones."""

    CREATED = "created"
    SENT = "sent"
    UNDELIVERED = "undelivered"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"


CLOSED = frozenset(
    {
        StatusCode.SIGNED,
        StatusCode.DECLINED,
        StatusCode.EXPIRED,
        StatusCode.REVOKED,
        StatusCode.WITHDRAWN,
    }
)
"""The statuses in which nobody can sign any more: waiting for `signed` is over."""


# ── what a МИС sends ──────────────────────────────────────────────────────────────────────────────────────


class Person(Request):
    """Name and birth date, as in an identity document."""

    family: str = Field(min_length=1)
    given: str = Field(min_length=1)
    patronymic: str | None = None
    birth_date: date


class Patient(Person):
    """The person treated. `sex`: 1 male, 2 female (1.2.643.5.1.13.13.11.1040); `snils`: 11 digits.

    Attributes:
        capacity: `ordinary`, `emancipated` (or married before 18), `limited`, `incapable`,
            `incapable_consenting` (a court declared so, but able to consent himself).
        capacity_basis: the document behind it; the service wants one for `emancipated`.
    """

    shown = frozenset({"id_patient_mis"})

    id_patient_mis: str = Field(min_length=1)
    sex: Literal[1, 2] | None = None
    snils: str | None = None
    phone: str | None = None
    capacity: str | None = None
    capacity_basis: str | None = None


class NewAgreement(Request):
    """An agreement on ПЭП (63-ФЗ ст. 6 ч. 2, ст. 9) that the clinic concluded with a signer and keeps itself.

    Attributes:
        number: the clinic's own.
        way: `paper`, `qualified` (УКЭП) or `esia` (Госуслуги).
        registered_by: who of the staff wrote it down.
        identity_checked_by: who of the staff saw the passport.
        phone_check: the id of a confirmed `PhoneCheck`: a code came to this phone in the clinic.
    """

    shown = frozenset({"way", "phone_check"})

    number: str = Field(min_length=1, max_length=100)
    concluded_on: date
    way: Literal["paper", "qualified", "esia"] = "paper"
    registered_by: str | None = None
    identity_checked_by: str | None = None
    phone_check: str | None = None


class Signer(Request):
    """Who receives the document. Of a patient the phone is enough; a representative is told in full.

    Attributes:
        phone: a Russian mobile number, `+79…`.
        relation: `mother`, `father`, `parent`, `guardian`, `trustee`, `adoptive_parent`.
        basis: the document that makes him a representative, e.g. «свидетельство о рождении …».
        identity_document: his passport, as the agreement and the evidence name it.
        in_medical_record: the patient's record holds data on him (323-ФЗ ст. 20 ч. 7).
        agreement: on ПЭП; without one on record the agreement goes to him as the first document, or is asked
            for beforehand, as the organization has it.
    """

    shown = frozenset({"role"})

    role: Literal["patient", "representative"]
    phone: str
    family: str | None = None
    given: str | None = None
    patronymic: str | None = None
    birth_date: date | None = None
    relation: str | None = None
    basis: str | None = None
    identity_document: str | None = None
    in_medical_record: bool | None = None
    agreement: NewAgreement | None = None


class Source(Request):
    """What the form was printed from in the МИС."""

    shown = frozenset({"object"})

    object: Literal["appointment", "paid_order", "patient_card"]
    number: str


class Content(Request):
    """A PDF: `Content(data=path.read_bytes())`. Its SHA-256 travels along, so damage is noticed."""

    shown = frozenset({"content_type", "sha256"})

    content_type: str = "application/pdf"
    data: bytes = Field(min_length=1)

    @computed_field
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @field_serializer("data", when_used="json")
    def _as_base64(self, data: bytes) -> str:
        return base64.b64encode(data).decode("ascii")


class Comprehension(Request):
    """A question about what was read. `right` counts the answers from zero; 2–5 answers."""

    text: str = Field(min_length=1, max_length=500)
    answers: Sequence[str] = Field(min_length=2, max_length=5)
    right: int = Field(ge=0)


class Explanation(Request):
    """The clinic's own plain words about a document, and questions; no part of the document itself."""

    summary: str = ""
    questions: Sequence[Comprehension] = ()


class PackageDocument(Request):
    """One document of a package.

    Attributes:
        matter: an intervention for which the law sets another age: `narcology`, `examination`, `addiction`,
            `transplantation`; absent for an ordinary one.
        replaces: `idDocument` or `idDocumentMis` of the document that this one corrects.
        withdraws: the signed consent that this withdrawal (`type` is `withdrawal`) ends.
    """

    shown = frozenset({"id_document_mis", "type", "replaces", "withdraws"})

    id_document_mis: str = Field(min_length=1, max_length=100)
    name: str = Field(min_length=1, max_length=300)
    type: str
    source: Source | None = None
    content: Content
    matter: str | None = None
    explanation: Explanation | None = None
    replaces: str | None = None
    withdraws: str | None = None


class _Invitation(Request):
    """Whom a document is for. Without `signer` the patient signs, and `patient.phone` is needed.

    Where the law wants both, the patient and his representative, the second one is `co_signer`; the service
    itself knows which document of a package needs whom. `signing_order`: `together`, or `in_order` when the
    second is invited after the first has signed. `signing_methods` narrows the clinic's own rules.
    """

    patient: Patient
    signer: Signer | None = None
    co_signer: Signer | None = None
    signing_order: Literal["together", "in_order"] | None = None
    channels: Sequence[str] | None = None
    signing_methods: Sequence[str] | None = None
    expires_at: AwareDatetime | None = None
    auto_send: bool = True


class NewDocument(_Invitation, PackageDocument):
    """One document for one signer. `id_document_mis` names it forever: sent again, it is not created anew."""

    shown = frozenset({"id_document_mis", "id_package_mis", "type"})

    id_package_mis: str | None = Field(default=None, max_length=100)


class NewPackage(_Invitation):
    """1–20 documents for one signer: one link, each document read and accepted on its own."""

    shown = frozenset({"id_package_mis"})

    id_package_mis: str | None = Field(default=None, max_length=100)
    documents: Sequence[PackageDocument] = Field(min_length=1, max_length=20)


# ── what the service answers ──────────────────────────────────────────────────────────────────────────────


class Connection(Answer):
    """The answer to `ping`: whose token it is and what time the service thinks it is."""

    shown = frozenset({"organization", "id_lpu", "time"})

    organization: str
    id_lpu: str
    time: datetime


class Status(Answer):
    """Where a document stands. `display` is the text for the screen, `date_time` when it came to be."""

    shown = frozenset({"code", "date_time"})

    code: str
    display: str
    date_time: datetime
    reason: str | None = None

    @property
    def closed(self) -> bool:
        """Nobody can sign the document any more."""
        return self.code in CLOSED


class Fallback(Answer):
    """The channel that was tried first, and why the message did not go there."""

    shown = frozenset({"channel", "reason"})

    channel: str
    reason: str | None = None


class Delivery(Answer):
    """How the invitation went.

    Attributes:
        channel: `sms` or `max`, where the message went in the end.
        phone: masked by the service.
        failure: why it did not arrive.
        instead_of: what an SMS was sent in place of, because MAX did not deliver.
        max: how far the signer is on the way into MAX: `invited`, `started`, `verified`, `stopped`,
            `unreachable`; absent when there is no bot.
    """

    shown = frozenset({"channel", "state", "failure", "instead_of", "max"})

    channel: str | None = None
    state: str | None = None
    phone: str | None = None
    failure: str | None = None
    instead_of: Fallback | None = None
    max: str | None = None


class Question(Answer):
    """What the signer asked the clinic about a document before deciding."""

    shown = frozenset({"asked_at"})

    text: str
    asked_at: datetime


class DocumentSigner(Answer):
    """One of those whose signature a document needs; `method` is how he signed, e.g. `sms_code`."""

    shown = frozenset({"role", "relation", "signed_at", "method"})

    role: str
    relation: str | None = None
    phone: str | None = None
    delivery: Delivery | None = None
    signed_at: datetime | None = None
    method: str | None = None


class DocumentWarning(Answer):
    """What the staff should look at, e.g. `phone_of_many`; `message` is Russian."""

    shown = frozenset({"code"})

    code: str
    message: str


class Document(Answer):
    """A document as the service knows it.

    Attributes:
        viewed_at: when the signer first opened it; viewing is not a status.
        sha256: of the PDF that the signer sees, in hex.
        received_sha256: of the PDF as it came; differs from `sha256` when the service had to mend the file.
        signed_sha256: of the sealed PDF.
        questions: «Задать вопрос клинике», in the order in which they were asked.
        signers: everyone whose signature it needs; the status is `signed` when the last one has signed.
        signing_methods: the ways in which it may be signed.
        made_by: `mis`, or `service` for an agreement on ПЭП or a withdrawal that the service printed; the
            `id_document_mis` of such a one is the service's, too.
        replaces, replaced_by, withdraws, withdrawn_by: `idDocument` of the other document.
        needs_medic_signature: complete only with the doctor's УКЭП.
    """

    shown = frozenset({"id_document", "id_document_mis", "type", "status", "made_by"})

    id_document: str
    id_document_mis: str
    id_package: str | None = None
    id_package_mis: str | None = None
    id_patient_mis: str | None = None
    name: str
    type: str
    status: Status
    added_at: datetime | None = None
    sent_at: datetime | None = None
    viewed_at: datetime | None = None
    signed_at: datetime | None = None
    expires_at: datetime | None = None
    delivery: Delivery | None = None
    sha256: str | None = None
    received_sha256: str | None = None
    signed_sha256: str | None = None
    page_count: int | None = None
    questions: tuple[Question, ...] = ()
    signers: tuple[DocumentSigner, ...] = ()
    signing_methods: tuple[str, ...] = ()
    made_by: str = "mis"
    replaces: str | None = None
    replaced_by: str | None = None
    withdraws: str | None = None
    withdrawn_by: str | None = None
    needs_medic_signature: bool = False
    warnings: tuple[DocumentWarning, ...] = ()


class Desk(Answer):
    """A link for one who stands at the desk, good for minutes. The address is a secret: never log it."""

    shown = frozenset({"expires_at"})

    address: str
    expires_at: datetime


class Package(Answer):
    """Documents that one signer receives by one link."""

    shown = frozenset({"id_package", "id_package_mis", "documents"})

    id_package: str | None = None
    id_package_mis: str | None = None
    documents: Sequence[Document]


class MaxBot(Answer):
    """The bot in MAX that writes to the clinic's patients, and how the latest wish to connect one went.

    Attributes:
        state: `none`, `connecting`, `connected`, `refused`; a former bot serves on when a new one is refused.
        message: why it was refused, and what to do.
        is_own: the clinic's; otherwise the one that the service keeps for all.
        start_link: where a patient begins; made for a QR code at the desk.
        app_address: to be written by hand into the bot's settings on business.max.ru.
        people: how many patients have started the bot and proved their phone.
        last_update_at: when MAX last told the service of anything.
        checked_at: when the service last saw that MAX still reports to it.
        trouble: what is wrong with the bot now.
    """

    shown = frozenset({"state", "is_own", "username", "people"})

    state: str
    message: str | None = None
    is_own: bool = False
    username: str | None = None
    name: str | None = None
    start_link: str | None = None
    app_address: str | None = None
    people: int = 0
    last_update_at: datetime | None = None
    checked_at: datetime | None = None
    trouble: str | None = None


class DocumentType(Answer):
    """A kind of document, with the rules that the law sets for it.

    Attributes:
        own_signature_from: full years from which the patient signs alone.
        signs_alone: it gets a code of its own in a package.
        article: the ground of these rules.
        warning: what a signature by code is worth here; show it to the one who decides.
        retention_years: how long the clinic keeps it.
    """

    shown = frozenset({"code", "name"})

    code: str
    name: str
    own_signature_from: int | None = None
    signs_alone: bool | None = None
    article: str | None = None
    warning: str | None = None
    retention_years: int | None = None


class StatusMeaning(Answer):
    """A line of the dictionary of statuses; `final`: no other status follows."""

    shown = frozenset({"code", "display", "final"})

    code: str
    display: str
    final: bool | None = None


class Event(Answer):
    """One change. `cursor` is the place in the feed: keep it and pass it to `events(after=…)` next time."""

    shown = frozenset({"cursor", "type", "date_time", "id_document", "id_document_mis", "status"})

    cursor: str
    type: str
    date_time: datetime
    id_document: str
    id_document_mis: str
    status: Status


class Documents(Answer):
    """The answer to a question about many documents; `unknown` ids name nothing of this МО."""

    documents: list[Document]
    unknown: list[str] = []


class DocumentPage(Answer):
    """A page of documents; the next one begins after `cursor`."""

    documents: list[Document]
    cursor: str | None
    has_more: bool


class EventPage(Answer):
    """A page of the feed; the next one begins after `cursor`."""

    events: list[Event]
    cursor: str | None
    has_more: bool
