"""API v1: the doors a МИС knocks at."""

import re
from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query
from ninja.errors import HttpError
from pydantic import WithJsonSchema

from sep.api import conversion, idempotency, problems
from sep.api.authentication import Token, organization_of
from sep.api.description import DescribedAPI
from sep.api.desk import ask_to_withdraw, at_the_desk
from sep.api.max_bot import max_bot_out
from sep.api.parsing import BodyParser
from sep.api.rendering import Readable
from sep.api.rules import router as rules
from sep.api.schemas import (
    MOST_IDS,
    DeskIn,
    DeskOut,
    DocumentOut,
    DocumentPage,
    DocumentTypeOut,
    EventOut,
    EventsOut,
    Identifier,
    MaxBotIn,
    MaxBotOut,
    Moment,
    NewDocumentIn,
    NewPackageIn,
    PackageOut,
    PingOut,
    Problem,
    ResendIn,
    RevokeIn,
    StatusesIn,
    StatusesOut,
    StatusWordOut,
    WithdrawIn,
)
from sep.ceremony import invitation
from sep.delivery.max.requests import request_connection, request_disconnection
from sep.delivery.models import Channel
from sep.documents import lifecycle, recall
from sep.documents.models import Document
from sep.documents.statuses import OPEN, TRANSITIONS, Status
from sep.ledger import log
from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.errors import Refusal
from sep.parties.models import Organization
from sep.parties.who_signs import signs_alone_from
from sep.sealing import extract_protocol
from sep.vault import blobs

api = DescribedAPI(
    title="СЭП: сервис электронного подписания",
    version="1",
    description=(
        "Документ уходит пациенту, подписывается кодом и возвращается запечатанным.\n\n"
        "Авторизация: `Authorization: N3 <GUID>` или `Authorization: Bearer <токен>`."
    ),
    openapi_url="/openapi.json",
    docs_url="/docs",
    auth=Token(),
    parser=BodyParser(),
    renderer=Readable(),
    urls_namespace="api-v1",
)
problems.install(api)
api.add_router("", rules)

_CONNECTION, _DOCUMENTS, _CHANGES, _DICTIONARIES = "Соединение", "Документы", "Изменения", "Справочники"
_MAX = "Бот в MAX"
_PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}

_ULID = "^[0-9A-HJKMNP-TV-Z]{26}$"
# The pattern is told and not enforced: what is no id names no document, and that answer is 404.
DocumentId = Annotated[
    str,
    WithJsonSchema({"type": "string", "pattern": _ULID}),
    Path(alias="idDocument", description="Номер, который дал сервис."),
]


@api.get(
    "/ping",
    response={200: PingOut, **_PROBLEMS},
    by_alias=True,
    tags=[_CONNECTION],
    summary="Проверить соединение",
)
def ping(
    request: HttpRequest, id_lpu: Annotated[str | None, Query(alias="idLpu", max_length=36)] = None
) -> Any:
    """Проверяет три настройки МИС: адрес, токен и идентификатор МО."""
    organization = organization_of(request)
    if id_lpu is not None:
        _own(organization, id_lpu)
    return PingOut(organization=organization.name, id_lpu=str(organization.id), time=timezone.now())


@api.post(
    "/documents",
    response={200: DocumentOut, 201: DocumentOut, **_PROBLEMS},
    by_alias=True,
    tags=[_DOCUMENTS],
    summary="Отправить документ",
)
def create_document(request: HttpRequest, payload: NewDocumentIn) -> HttpResponse:
    """Принимает один PDF. Тот же запрос ещё раз — 200 и тот же документ, другой с тем же номером — 409."""
    organization = organization_of(request)
    _own(organization, payload.id_lpu)

    def produce() -> tuple[int, Any]:
        status, package = _submit(organization, payload)
        return status, package.documents[0].model_dump(mode="json", by_alias=True)

    return idempotency.answer(request, produce)


@api.post(
    "/packages",
    response={200: PackageOut, 201: PackageOut, **_PROBLEMS},
    by_alias=True,
    tags=[_DOCUMENTS],
    summary="Отправить пакет документов одному подписанту",
)
def create_package(request: HttpRequest, payload: NewPackageIn) -> HttpResponse:
    """Принимает до 20 документов для одного подписанта: одна ссылка, каждый подписывается отдельно."""
    organization = organization_of(request)
    _own(organization, payload.id_lpu)

    def produce() -> tuple[int, Any]:
        status, package = _submit(organization, payload)
        return status, package.model_dump(mode="json", by_alias=True)

    return idempotency.answer(request, produce)


@api.get(
    "/documents",
    response={200: DocumentPage, **_PROBLEMS},
    by_alias=True,
    tags=[_DOCUMENTS],
    summary="Список документов",
)
def list_documents(  # noqa: PLR0917  ninja passes by name
    request: HttpRequest,
    id_patient_mis: Annotated[Identifier | None, Query(alias="idPatientMis")] = None,
    status: Annotated[Status | None, Query()] = None,
    changed_since: Annotated[Moment | None, Query(alias="changedSince")] = None,
    cursor: Annotated[str | None, Query(pattern="^[0-9]{1,18}$")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_IDS)] = 100,
) -> Any:
    """Страница документов, начиная с давнее всего изменённых. `cursor` ответа — начало следующей страницы."""
    now = timezone.now()
    found = _documents(organization_of(request))
    if id_patient_mis is not None:
        found = found.filter(package__signer__patient__id_patient_mis=id_patient_mis)
    if status is not None:
        found = found.filter(_status_is(status, now))
    if changed_since is not None:
        found = found.filter(status_at__gte=changed_since)
    if cursor is not None:
        found = found.filter(changed_index__gt=int(cursor))
    documents = list(found.order_by("changed_index")[: limit + 1])
    page = documents[:limit]
    return DocumentPage(
        documents=conversion.documents_out(page, now),
        cursor=str(page[-1].changed_index) if page else cursor,
        has_more=len(documents) > limit,
    )


@api.post(
    "/documents/statuses",
    response={200: StatusesOut, **_PROBLEMS},
    by_alias=True,
    tags=[_DOCUMENTS],
    summary="Статусы многих документов («Получить все»)",
)
def statuses(request: HttpRequest, payload: StatusesIn) -> Any:
    """До 500 номеров, наших или МИС, вперемешку; чужие и неизвестные перечислены в `unknown`."""
    wanted = set(payload.ids)
    found = list(
        _documents(organization_of(request)).filter(Q(id__in=wanted) | Q(id_document_mis__in=wanted))
    )
    known = {document.id for document in found} | {document.id_document_mis for document in found}
    return StatusesOut(
        documents=conversion.documents_out(found, timezone.now()),
        unknown=[one for one in dict.fromkeys(payload.ids) if one not in known],
    )


@api.get(
    "/documents/{idDocument}",
    response={200: DocumentOut, **_PROBLEMS},
    by_alias=True,
    tags=[_DOCUMENTS],
    summary="Документ и его статус",
)
def get_document(request: HttpRequest, id_document: DocumentId) -> Any:
    return _shown(_document(request, id_document))


@api.get(
    "/documents/{idDocument}/original",
    tags=[_DOCUMENTS],
    summary="PDF, показанный подписанту",
    response=_PROBLEMS,
)
def original(request: HttpRequest, id_document: DocumentId) -> HttpResponse:
    document = _document(request, id_document)
    return _pdf(document, document.original_sha256)


@api.get(
    "/documents/{idDocument}/signed",
    tags=[_DOCUMENTS],
    summary="Подписанный и запечатанный PDF",
    response=_PROBLEMS,
)
def signed(request: HttpRequest, id_document: DocumentId) -> HttpResponse:
    document = _document(request, id_document)
    if not document.sealed_sha256:
        return _not_signed(document)
    return _pdf(document, document.sealed_sha256)


@api.get("/documents/{idDocument}/protocol", tags=[_DOCUMENTS], summary="Лист подписания", response=_PROBLEMS)
def protocol(request: HttpRequest, id_document: DocumentId) -> HttpResponse:
    """Лист подписания отдельным файлом. У документа, который пришёл уже подписанным, он запечатан сам."""
    document = _document(request, id_document)
    if document.protocol_sha256:
        return _pdf(document, document.protocol_sha256)
    if not document.sealed_sha256:
        return _not_signed(document)
    sealed = blobs.get(document.organization, document.sealed_sha256)
    return _as_pdf(document, extract_protocol(sealed, document.original_size))


@api.post(
    "/documents/{idDocument}/resend",
    response={200: DocumentOut, **_PROBLEMS},
    by_alias=True,
    tags=[_DOCUMENTS],
    summary="Пригласить подписанта ещё раз",
)
def resend(request: HttpRequest, id_document: DocumentId, payload: ResendIn | None = None) -> HttpResponse:
    """Пригласить ещё раз всех, кто не подписал; `channel` выбирает канал."""
    document = _document(request, id_document)
    by = Channel(payload.channel) if payload is not None and payload.channel is not None else None

    def produce() -> tuple[int, Any]:
        invitation.resend(document.id, timezone.now(), by=by)
        return 200, _shown(_document(request, id_document)).model_dump(mode="json", by_alias=True)

    return idempotency.answer(request, produce)


@api.post(
    "/documents/{idDocument}/revoke",
    response={200: DocumentOut, **_PROBLEMS},
    by_alias=True,
    tags=[_DOCUMENTS],
    summary="Отозвать документ до подписания",
)
def revoke(request: HttpRequest, id_document: DocumentId, payload: RevokeIn) -> HttpResponse:
    document = _document(request, id_document)

    def produce() -> tuple[int, Any]:
        recall.revoke(document.id, payload.reason, now=timezone.now())
        return 200, _shown(_document(request, id_document)).model_dump(mode="json", by_alias=True)

    return idempotency.answer(request, produce)


@api.post(
    "/documents/{idDocument}/desk",
    response={201: DeskOut, **_PROBLEMS},
    by_alias=True,
    tags=[_DOCUMENTS],
    summary="Подписать у стойки: QR-код на телефон пациента или планшет клиники",
)
def desk(request: HttpRequest, id_document: DocumentId, payload: DeskIn) -> Any:
    """Даёт ссылку на 15 минут. Код подтверждения всё равно приходит на собственный телефон подписанта."""
    document = _document(request, id_document)
    return 201, at_the_desk(document, payload, timezone.now())


@api.post(
    "/documents/{idDocument}/withdraw",
    response={201: DocumentOut, **_PROBLEMS},
    by_alias=True,
    tags=[_DOCUMENTS],
    summary="Подготовить отзыв подписанного согласия",
)
def withdraw(request: HttpRequest, id_document: DocumentId, payload: WithdrawIn) -> HttpResponse:
    """Сервис печатает отзыв и приглашает подписанта; согласие отозвано, когда отзыв подписан."""
    document = _document(request, id_document)

    def produce() -> tuple[int, Any]:
        made = ask_to_withdraw(document, payload.reason, timezone.now())
        return 201, _shown(_document(request, made.id)).model_dump(mode="json", by_alias=True)

    return idempotency.answer(request, produce)


@api.get(
    "/events",
    response={200: EventsOut, **_PROBLEMS},
    by_alias=True,
    tags=[_CHANGES],
    summary="Лента изменений",
)
def events(
    request: HttpRequest,
    after: Annotated[str | None, Query(pattern="^[0-9]{1,18}$")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_IDS)] = 100,
) -> Any:
    """Изменения статусов по порядку, каждое один раз: запомните `cursor` и передайте его в `after`."""
    organization = organization_of(request)
    start = int(after) if after is not None else -1
    found = log.feed(str(organization.id), after=start, kinds=lifecycle.DOCUMENT_EVENTS, limit=limit + 1)
    page = found[:limit]
    names = dict(
        Document.objects.filter(id__in={event.subject for event in page}).values_list("id", "id_document_mis")
    )
    return EventsOut(
        events=[
            EventOut(
                cursor=str(event.index),
                type=event.kind.replace(":", "."),
                date_time=event.at,
                id_document=event.subject,
                id_document_mis=names[event.subject],
                status=conversion.status_word(event.kind, event.at, organization),
            )
            for event in page
        ],
        cursor=str(page[-1].index) if page else after,
        has_more=len(found) > limit,
    )


@api.get(
    "/max-bot",
    response={200: MaxBotOut, **_PROBLEMS},
    by_alias=True,
    tags=[_MAX],
    summary="Бот в MAX",
)
def max_bot(request: HttpRequest) -> Any:
    """Какой бот пишет пациентам организации и чем кончилось последнее подключение."""
    return max_bot_out(organization_of(request))


@api.put(
    "/max-bot",
    response={202: MaxBotOut, **_PROBLEMS},
    by_alias=True,
    tags=[_MAX],
    summary="Подключить своего бота",
)
def connect_max_bot(request: HttpRequest, payload: MaxBotIn) -> Any:
    """Принимает токен бота. Подключение занимает секунды: спрашивайте `state`, пока он `connecting`."""
    organization = organization_of(request)
    request_connection(payload.token, organization, timezone.now())
    return 202, max_bot_out(organization)


@api.delete(
    "/max-bot",
    response={202: MaxBotOut, **_PROBLEMS},
    by_alias=True,
    tags=[_MAX],
    summary="Отключить своего бота",
)
def disconnect_max_bot(request: HttpRequest) -> Any:
    """Свой бот перестаёт писать пациентам; им снова приходят СМС, или пишет общий бот, если он есть."""
    organization = organization_of(request)
    request_disconnection(organization, timezone.now())
    return 202, max_bot_out(organization)


@api.get(
    "/document-types",
    response={200: list[DocumentTypeOut], **_PROBLEMS},
    by_alias=True,
    tags=[_DICTIONARIES],
    summary="Типы документов",
)
def document_types(request: HttpRequest) -> Any:  # noqa: ARG001  ninja passes it
    return [
        DocumentTypeOut(
            code=kind.code,
            name=kind.name,
            own_signature_from=signs_alone_from(kind.code),
            signs_alone=kind.signs_alone,
            article=kind.article,
            warning=kind.warning,
            retention_years=kind.retention_years,
        )
        for kind in DOCUMENT_TYPES.values()
    ]


@api.get(
    "/statuses",
    response={200: list[StatusWordOut], **_PROBLEMS},
    by_alias=True,
    tags=[_DICTIONARIES],
    summary="Статусы",
)
def status_dictionary(request: HttpRequest) -> Any:  # noqa: ARG001  ninja passes it
    return [
        StatusWordOut(code=status.value, display=str(status.label), final=not TRANSITIONS[status])
        for status in Status
    ]


def _submit(organization: Organization, payload: NewDocumentIn | NewPackageIn) -> tuple[int, PackageOut]:
    now = timezone.now()
    try:
        submitted = invitation.submit(
            organization,
            conversion.new_package(payload, organization, now),
            now=now,
            auto_send=payload.auto_send,
        )
    except Refusal as refusal:
        if isinstance(payload, NewPackageIn):
            raise
        # The business speaks of packages; the caller sent one document and has no array to look in.
        path = refusal.path.removeprefix("documents.0.")
        raise Refusal(refusal.code, refusal.message, path, temporary=refusal.temporary) from refusal
    documents = _documents(organization).filter(package=submitted.package, is_ours=False).order_by("position")
    status = 201 if submitted.created else 200
    return status, conversion.package_out(submitted.package, list(documents), timezone.now())


def _own(organization: Organization, id_lpu: str) -> None:
    if id_lpu.lower() != str(organization.id):
        raise HttpError(403, "")


def _documents(organization: Organization) -> QuerySet[Document]:
    """The only way from a request to documents: those of the token's organization."""
    return (
        Document.objects.filter(organization=organization)
        .select_related("organization", "package__signer__organization", "package__signer__patient")
        .prefetch_related("questions__document__organization")
    )


def _document(request: HttpRequest, id_document: str) -> Document:
    named = re.fullmatch(_ULID, id_document)
    document = _documents(organization_of(request)).filter(pk=id_document).first() if named else None
    if document is None:
        raise HttpError(404, "")
    return document


def _shown(document: Document) -> DocumentOut:
    return conversion.documents_out([document], timezone.now())[0]


def _status_is(status: Status, now: datetime) -> Q:
    if status is Status.EXPIRED:
        return Q(status=status) | Q(status__in=OPEN, expires_at__lte=now)
    if status in OPEN:
        return Q(status=status, expires_at__gt=now)
    return Q(status=status)


def _pdf(document: Document, sha256: str) -> HttpResponse:
    response = _as_pdf(document, blobs.get(document.organization, sha256))
    response["ETag"] = f'"{sha256}"'
    return response


def _as_pdf(document: Document, data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{document.id}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _not_signed(document: Document) -> HttpResponse:
    return problems.problem(
        409, "not_signed", f"Документ не подписан. Статус: «{Status(document.status).label}»."
    )
