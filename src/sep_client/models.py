"""What travels between a МИС and the service: camelCase on the wire, snake_case in Python.

Requests are strict: a misspelt field is an error at once. Answers are tolerant: fields and codes that a
newer service adds are ignored or passed on as they are. `repr` of every model shows codes and ids only, never
names, phones or texts, so a model may be logged.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field, field_serializer
from pydantic.alias_generators import to_camel


class _Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        frozen=True,
        hide_input_in_errors=True,
    )

    shown: ClassVar[frozenset[str]] = frozenset()
    """The fields without personal data; `repr` shows these alone."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [(name, value) for name, value in super().__repr_args__() if name in self.shown]


class _Request(_Wire):
    model_config = ConfigDict(extra="forbid")


class _Answer(_Wire):
    model_config = ConfigDict(extra="ignore")


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


class Person(_Request):
    """Name and birth date, as in an identity document."""

    family: str = Field(min_length=1)
    given: str = Field(min_length=1)
    patronymic: str | None = None
    birth_date: date


class Patient(Person):
    """The person treated. `sex`: 1 male, 2 female (1.2.643.5.1.13.13.11.1040); `snils`: 11 digits."""

    shown = frozenset({"id_patient_mis"})

    id_patient_mis: str = Field(min_length=1)
    sex: Literal[1, 2] | None = None
    snils: str | None = None
    phone: str | None = None


class Signer(_Request):
    """Who receives the document. Of a patient the phone is enough; a representative is told in full.

    Attributes:
        phone: a Russian mobile number, `+79…`.
        relation: `mother`, `father`, `parent`, `guardian`, `trustee`, `adoptive_parent`.
        basis: the document that makes him a representative, e.g. «свидетельство о рождении …».
        in_medical_record: the patient's record holds data on him (323-ФЗ ст. 20 ч. 7).
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
    in_medical_record: bool | None = None


class Source(_Request):
    """What the form was printed from in the МИС."""

    shown = frozenset({"object"})

    object: Literal["appointment", "paid_order", "patient_card"]
    number: str


class Content(_Request):
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


class PackageDocument(_Request):
    """One document of a package."""

    shown = frozenset({"id_document_mis", "type"})

    id_document_mis: str = Field(min_length=1, max_length=100)
    name: str = Field(min_length=1, max_length=300)
    type: str
    source: Source | None = None
    content: Content


class _Invitation(_Request):
    """Whom a document is for. Without `signer` the patient signs, and `patient.phone` is needed."""

    patient: Patient
    signer: Signer | None = None
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


class Connection(_Answer):
    """The answer to `ping`: whose token it is and what time the service thinks it is."""

    shown = frozenset({"organization", "id_lpu", "time"})

    organization: str
    id_lpu: str
    time: datetime


class Status(_Answer):
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


class Fallback(_Answer):
    """The channel that was tried first, and why the message did not go there."""

    shown = frozenset({"channel", "reason"})

    channel: str
    reason: str | None = None


class Delivery(_Answer):
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


class Question(_Answer):
    """What the signer asked the clinic about a document before deciding."""

    shown = frozenset({"asked_at"})

    text: str
    asked_at: datetime


class Document(_Answer):
    """A document as the service knows it.

    Attributes:
        viewed_at: when the signer first opened it; viewing is not a status.
        sha256: of the PDF that the signer sees, in hex.
        received_sha256: of the PDF as it came; differs from `sha256` when the service had to mend the file.
        signed_sha256: of the sealed PDF.
        questions: «Задать вопрос клинике», in the order in which they were asked.
    """

    shown = frozenset({"id_document", "id_document_mis", "type", "status"})

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


class Package(_Answer):
    """Documents that one signer receives by one link."""

    shown = frozenset({"id_package", "id_package_mis", "documents"})

    id_package: str | None = None
    id_package_mis: str | None = None
    documents: Sequence[Document]


class MaxBot(_Answer):
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


class DocumentType(_Answer):
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


class StatusMeaning(_Answer):
    """A line of the dictionary of statuses; `final`: no other status follows."""

    shown = frozenset({"code", "display", "final"})

    code: str
    display: str
    final: bool | None = None


class Event(_Answer):
    """One change. `cursor` is the place in the feed: keep it and pass it to `events(after=…)` next time."""

    shown = frozenset({"cursor", "type", "date_time", "id_document", "id_document_mis", "status"})

    cursor: str
    type: str
    date_time: datetime
    id_document: str
    id_document_mis: str
    status: Status


class Documents(_Answer):
    """The answer to a question about many documents; `unknown` ids name nothing of this МО."""

    documents: list[Document]
    unknown: list[str] = []


class DocumentPage(_Answer):
    """A page of documents; the next one begins after `cursor`."""

    documents: list[Document]
    cursor: str | None
    has_more: bool


class EventPage(_Answer):
    """A page of the feed; the next one begins after `cursor`."""

    events: list[Event]
    cursor: str | None
    has_more: bool
