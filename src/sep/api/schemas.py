"""The bodies of API v1: what comes in, checked to the last field, and what goes out, the same everywhere."""

import base64
import binascii
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
)
from pydantic.alias_generators import to_camel

from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.person import InvalidPhone, normalize_phone

MOST_DOCUMENTS = 20
MOST_IDS = 500
_FIRST_YEAR, _LAST_YEAR = 1970, 2200

# Control characters would break the protocol page and the logs; bidirectional overrides would forge them.
_FORBIDDEN = re.compile(
    "[\\x00-\\x1f\\x7f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufffe\\uffff\\ud800-\\udfff]"
)


def _printable(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if _FORBIDDEN.search(value):
        raise ValueError("Строка содержит управляющие символы.")
    return value.strip()


def _phone(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return normalize_phone(value)
    except InvalidPhone as error:
        raise ValueError("Это не телефон. Нужен номер вида +79161234567.") from error


def _pdf_bytes(value: Any) -> Any:
    if isinstance(value, bytes) or not isinstance(value, str):
        return value
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError("Содержимое не читается как base64.") from error


def _sensible(value: datetime) -> datetime:
    """Databases know neither the year 118 nor a zone of +22:03."""
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise ValueError("Время вне допустимых пределов.")
    return value.astimezone(UTC)


def _known_type(value: Any) -> Any:
    if isinstance(value, str) and value not in DOCUMENT_TYPES:
        raise ValueError("Нет такого типа документа. Список: GET /v1/document-types.")
    return value


Identifier = Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(_printable)]
Name = Annotated[str, Field(min_length=1, max_length=120), BeforeValidator(_printable)]
OptionalName = Annotated[str, Field(max_length=120), BeforeValidator(_printable)]
Title = Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(_printable)]
Phone = Annotated[
    str, BeforeValidator(_phone), WithJsonSchema({"type": "string", "examples": ["+79161234567"]})
]
Moment = Annotated[AwareDatetime, AfterValidator(_sensible)]
TypeCode = Annotated[
    str, BeforeValidator(_known_type), WithJsonSchema({"type": "string", "enum": list(DOCUMENT_TYPES)})
]


class Body(Schema):
    """Camel case outside, and no unknown field: a misspelt optional one must not vanish in silence."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class PatientIn(Body):
    id_patient_mis: Identifier
    family: Name
    given: Name
    patronymic: OptionalName | None = None
    birth_date: date
    sex: Literal[1, 2] | None = None
    snils: Annotated[str, Field(max_length=14), BeforeValidator(_printable)] | None = None
    phone: Phone | None = None


class SignerIn(Body):
    role: Literal["patient", "representative"]
    family: Name | None = None
    given: Name | None = None
    patronymic: OptionalName | None = None
    birth_date: date | None = None
    phone: Phone
    relation: Annotated[str, Field(max_length=40), BeforeValidator(_printable)] | None = None
    basis: Annotated[str, Field(max_length=300), BeforeValidator(_printable)] | None = None
    in_medical_record: bool = False


class SourceIn(Body):
    object: Literal["appointment", "paid_order", "patient_card"]
    number: Annotated[str, Field(max_length=100), BeforeValidator(_printable)] = ""


class ContentIn(Body):
    content_type: Literal["application/pdf"] = "application/pdf"
    data: Annotated[
        bytes,
        BeforeValidator(_pdf_bytes),
        WithJsonSchema({"type": "string", "contentEncoding": "base64"}),
    ]
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")] | None = None


class DocumentPart(Body):
    """What differs between the documents of one package."""

    id_document_mis: Identifier
    name: Title
    type: TypeCode
    source: SourceIn | None = None
    content: ContentIn


class _Envelope(Body):
    """What the documents of one package share."""

    id_lpu: Annotated[str, Field(max_length=36)]
    id_package_mis: Annotated[str, Field(max_length=100), BeforeValidator(_printable)] | None = None
    patient: PatientIn
    signer: SignerIn | None = None
    channels: Annotated[list[Literal["max", "sms", "cabinet"]], Field(min_length=1, max_length=3)] | None = (
        None
    )
    signing_methods: Annotated[list[Literal["sms_code"]], Field(min_length=1, max_length=1)] | None = None
    expires_at: Moment | None = None
    auto_send: bool = True

    @field_validator("channels")
    @classmethod
    def _sms_is_there(cls, channels: list[str] | None) -> list[str] | None:
        if channels is not None and "sms" not in channels:
            raise ValueError("Первое сообщение доходит только по СМС: добавьте канал sms.")
        return channels


class NewDocumentIn(_Envelope, DocumentPart):
    """`POST /v1/documents`."""


class NewPackageIn(_Envelope):
    """`POST /v1/packages`."""

    documents: Annotated[list[DocumentPart], Field(min_length=1, max_length=MOST_DOCUMENTS)]


class StatusesIn(Body):
    ids: Annotated[list[Identifier], Field(min_length=1, max_length=MOST_IDS)]


class RevokeIn(Body):
    reason: Annotated[str, Field(max_length=500), BeforeValidator(_printable)] = ""


class MaxBotIn(Body):
    token: Annotated[str, Field(min_length=10, max_length=500)]


class Answer(Schema):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class StatusOut(Answer):
    code: str
    display: str
    date_time: datetime
    reason: str | None


class FallbackOut(Answer):
    channel: str
    reason: str


class DeliveryOut(Answer):
    channel: str
    state: str
    phone: str
    failure: str | None
    instead_of: FallbackOut | None
    max: str | None


class QuestionOut(Answer):
    text: str
    asked_at: datetime


class DocumentOut(Answer):
    id_document: str
    id_document_mis: str
    id_package: str
    id_package_mis: str | None
    id_patient_mis: str
    name: str
    type: str
    status: StatusOut
    added_at: datetime
    sent_at: datetime | None
    viewed_at: datetime | None
    signed_at: datetime | None
    expires_at: datetime
    delivery: DeliveryOut | None
    sha256: str
    received_sha256: str
    signed_sha256: str | None
    page_count: int
    questions: list[QuestionOut]


class DocumentPage(Answer):
    documents: list[DocumentOut]
    cursor: str | None
    has_more: bool


class PackageOut(Answer):
    id_package: str
    id_package_mis: str | None
    documents: list[DocumentOut]


class StatusesOut(Answer):
    documents: list[DocumentOut]
    unknown: list[str]


class EventOut(Answer):
    cursor: str
    type: str
    date_time: datetime
    id_document: str
    id_document_mis: str
    status: StatusOut


class EventsOut(Answer):
    events: list[EventOut]
    cursor: str | None
    has_more: bool


class MaxBotOut(Answer):
    """The bot that serves the organization, and how the latest wish to connect one went."""

    state: Literal["none", "connecting", "connected", "refused"]
    message: str | None
    is_own: bool
    username: str | None
    name: str | None
    start_link: str | None
    app_address: str | None
    people: int
    last_update_at: datetime | None
    checked_at: datetime | None
    trouble: str | None


class PingOut(Answer):
    organization: str
    id_lpu: str
    time: datetime


class DocumentTypeOut(Answer):
    code: str
    name: str
    own_signature_from: int
    signs_alone: bool
    article: str
    warning: str
    retention_years: int


class StatusWordOut(Answer):
    code: str
    display: str
    final: bool


class ProblemError(Answer):
    path: str
    code: str
    message: str


class Problem(Answer):
    """RFC 9457."""

    type: str
    title: str
    status: int
    error_code: str
    errors: list[ProblemError]
    request_id: str | None = None
