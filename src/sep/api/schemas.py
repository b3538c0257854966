"""The bodies of API v1: what comes in, checked to the last field, and what goes out, the same everywhere."""

import base64
import binascii
import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

from ninja import Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

from sep.documents.explanation import MOST_QUESTIONS
from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.methods import Method
from sep.parties.person import Capacity, InvalidPhone, normalize_phone
from sep.parties.who_signs import Matter

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


def _printable_lines(value: Any) -> Any:
    """Several lines of text; within a line nothing that is not seen."""
    if not isinstance(value, str):
        return value
    return "\n".join(_printable(line) for line in value.splitlines()).strip()


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


def _known_method(value: str) -> str:
    if value not in Method.values:
        raise ValueError("Нет такого способа подписания. Список: GET /v1/signing-policies.")
    return value


def _known_type(value: Any) -> Any:
    if isinstance(value, str) and value not in DOCUMENT_TYPES:
        raise ValueError("Нет такого типа документа. Список: GET /v1/document-types.")
    return value


Staff = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_printable)]
AnswerText = Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(_printable)]
ReminderHour = Annotated[int, Field(ge=1, le=720)]
MethodCode = Annotated[
    str, AfterValidator(_known_method), WithJsonSchema({"type": "string", "enum": Method.values})
]
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
    capacity: Capacity = Field(
        Capacity.ORDINARY, description="Дееспособность; `emancipated` — эмансипация или брак до 18 лет."
    )
    capacity_basis: Annotated[str, Field(max_length=300), BeforeValidator(_printable)] | None = None


class AgreementIn(Body):
    """Соглашение об использовании ПЭП, которое клиника заключила с подписантом и ведёт у себя."""

    number: Annotated[str, Field(min_length=1, max_length=100), BeforeValidator(_printable)]
    concluded_on: date
    way: Literal["paper", "qualified", "esia"] = "paper"
    registered_by: Staff | None = None
    identity_checked_by: Staff | None = None
    phone_check: Annotated[str, Field(max_length=26), BeforeValidator(_printable)] | None = None


class SignerIn(Body):
    role: Literal["patient", "representative"]
    family: Name | None = None
    given: Name | None = None
    patronymic: OptionalName | None = None
    birth_date: date | None = None
    phone: Phone
    relation: Annotated[str, Field(max_length=40), BeforeValidator(_printable)] | None = None
    basis: Annotated[str, Field(max_length=300), BeforeValidator(_printable)] | None = None
    identity_document: Annotated[str, Field(max_length=300), BeforeValidator(_printable)] | None = None
    in_medical_record: bool = False
    agreement: AgreementIn | None = None


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


class QuestionIn(Body):
    """Вопрос о прочитанном: ответы увидит врач, они войдут в доказательства."""

    text: Annotated[str, Field(min_length=1, max_length=500), BeforeValidator(_printable)]
    answers: Annotated[list[AnswerText], Field(min_length=2, max_length=5)]
    right: Annotated[int, Field(ge=0, le=4)]

    @model_validator(mode="after")
    def _right_is_one_of_them(self) -> Self:
        if self.right >= len(self.answers):
            raise ValueError("right — номер верного ответа, считая с нуля.")
        return self


class ExplanationIn(Body):
    """Пояснение клиники простыми словами и вопросы; частью документа не становятся."""

    summary: Annotated[str, Field(max_length=2000), BeforeValidator(_printable_lines)] = ""
    questions: Annotated[list[QuestionIn], Field(max_length=MOST_QUESTIONS)] = []


class DocumentPart(Body):
    """What differs between the documents of one package."""

    id_document_mis: Identifier
    name: Title
    type: TypeCode
    source: SourceIn | None = None
    content: ContentIn
    matter: Matter = Field(
        Matter.ORDINARY, description="Вид вмешательства, для которого закон ставит другой возраст."
    )
    explanation: ExplanationIn | None = None
    replaces: Identifier | None = Field(
        None, description="Какой документ этот исправляет: idDocument или idDocumentMis."
    )
    withdraws: Identifier | None = Field(None, description="Какое подписанное согласие этот отзывает.")


class _Envelope(Body):
    """What the documents of one package share."""

    id_lpu: Annotated[str, Field(max_length=36)]
    id_package_mis: Annotated[str, Field(max_length=100), BeforeValidator(_printable)] | None = None
    patient: PatientIn
    signer: SignerIn | None = None
    co_signer: SignerIn | None = Field(
        None, description="Второй подписант там, где закон хочет двоих: пациент и представитель."
    )
    signing_order: Literal["together", "in_order"] = "together"
    channels: Annotated[list[Literal["max", "sms", "cabinet"]], Field(min_length=1, max_length=3)] | None = (
        None
    )
    signing_methods: Annotated[list[MethodCode], Field(min_length=1, max_length=4)] | None = None
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


class ResendIn(Body):
    channel: Literal["max", "sms"] | None = None


class DeskIn(Body):
    mode: Literal["qr", "tablet"]
    role: Literal["patient", "representative"] | None = None


class WithdrawIn(Body):
    reason: Annotated[str, Field(max_length=500), BeforeValidator(_printable)] = ""


class NewAgreementIn(AgreementIn):
    """`POST /v1/agreements`: соглашение, заключённое в клинике, и телефон, по которому узнают подписанта."""

    id_lpu: Annotated[str, Field(max_length=36)]
    family: Name
    given: Name
    patronymic: OptionalName | None = None
    birth_date: date
    phone: Phone


class EndAgreementIn(Body):
    reason: Annotated[str, Field(min_length=1, max_length=300), BeforeValidator(_printable)]


class PersonIn(Body):
    """Кого ищут среди заключивших соглашение."""

    family: Name
    given: Name
    patronymic: OptionalName | None = None
    birth_date: date


class PhoneCheckIn(Body):
    phone: Phone


class PhoneCodeIn(Body):
    code: Annotated[str, Field(pattern="^[0-9]{6}$")]


class PolicyIn(Body):
    """Правила вида документов; `null` возвращает правило по умолчанию."""

    methods: Annotated[list[MethodCode], Field(min_length=1, max_length=4)] | None = None
    needs_medic_signature: bool | None = None
    retention_years: Annotated[int, Field(ge=1, le=100)] | None = None


class WeakerMethodIn(Body):
    method: MethodCode
    accepted_by: Staff
    accepted: Literal[True] = Field(description="Предупреждение прочитано и принято.")


class OrganizationIn(Body):
    """Настройки организации; чего нет в запросе, то не меняется."""

    agreements: Literal["first_document", "beforehand"] | None = None
    reminders: Annotated[list[ReminderHour], Field(max_length=5)] | None = None
    names_in_max: bool | None = None

    @field_validator("reminders")
    @classmethod
    def _rising(cls, reminders: list[int] | None) -> list[int] | None:
        if reminders is not None and reminders != sorted(set(reminders)):
            raise ValueError("Часы напоминаний идут по возрастанию.")
        return reminders


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


class SignerOut(Answer):
    """One of those whose signature a document needs."""

    role: str
    relation: str | None
    phone: str
    delivery: DeliveryOut | None
    signed_at: datetime | None
    method: str | None


class WarningOut(Answer):
    code: str
    message: str


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
    signers: list[SignerOut]
    signing_methods: list[str]
    made_by: Literal["mis", "service"]
    replaces: str | None
    replaced_by: str | None
    withdraws: str | None
    withdrawn_by: str | None
    needs_medic_signature: bool
    warnings: list[WarningOut]


class AgreementOut(Answer):
    id_agreement: str
    number: str
    way: str
    concluded_on: date
    phone: str
    phone_confirmed_at: datetime | None
    identity_checked_by: str | None
    id_document: str | None
    registered_at: datetime
    rests_until: datetime | None
    ended_at: datetime | None


class PhoneCheckOut(Answer):
    phone_check: str
    phone: str
    expires_at: datetime
    confirmed_at: datetime | None


class DeskOut(Answer):
    address: str
    expires_at: datetime


class OrganizationOut(Answer):
    name: str
    agreements: str
    reminders: list[int]
    names_in_max: bool


class MethodOut(Answer):
    code: str
    name: str
    is_connected: bool
    is_allowed: bool
    warning: str | None
    accepted_by: str | None
    accepted_at: datetime | None


class PolicyOut(Answer):
    type: str
    name: str
    article: str
    methods: list[MethodOut]
    needs_medic_signature: bool
    signs_alone: bool
    retention_years: int
    own_signature_from: int


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
