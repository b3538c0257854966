"""Writing down what the service said: the only place where the copy of its status changes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.signing import made_by_service, patience, signed_files
from clinic.signing.models import OPEN, AskedQuestion, Exchange, PackageDocument, Pending, SignerState
from sep.jobs import enqueue
from sep_client import (
    CLOSED,
    ConnectionFailed,
    Document,
    DocumentSigner,
    RateLimited,
    SepError,
    ServerError,
    Timeout,
)

_COPIED: Final = (
    "id_document",
    "accepted_at",
    "status_code",
    "status_display",
    "status_reason",
    "status_at",
    "viewed_at",
    "signed_at",
    "delivery_channel",
    "delivery_state",
    "delivery_phone",
    "delivery_failure",
    "instead_of",
    "instead_of_reason",
    "in_max",
    "questions_sealed",
    "signers_told",
    "cautions",
    "replaced_by",
    "withdrawn_by",
)

_BY_CODE: Final = frozenset({"sms_code", "max_code"})
_NOT_BY_CODE: Final = (
    "Кодом этот документ не подписать: по правилам клиники для него есть только Госуслуги и УКЭП. Способ «код"
    " из СМС» включает администратор: «Параметры → Правила подписания»; затем отправьте документ заново."
)

_PASSING: Final[Mapping[type[SepError], str]] = {
    ConnectionFailed: "Нет связи с сервисом подписания.",
    Timeout: "Сервис подписания не ответил вовремя.",
    ServerError: "Сервис подписания временно не работает.",
    RateLimited: "Сервис подписания просит подождать.",
}


def write_down(institution: Institution, documents: Iterable[Document]) -> None:
    """Copy what the service says about documents to their rows; a signed one's file is fetched next.

    An answer older than what the row already shows changes nothing: two questions may be answered at once,
    and their answers come in any order.
    """
    documents = list(documents)
    told = {document.id_document_mis: document for document in documents}
    now = timezone.now()
    with transaction.atomic():
        made_by_service.write_down(institution, documents, now)
        rows = PackageDocument.objects.select_for_update().filter(institution=institution, pk__in=told)
        for row in rows.order_by("pk"):
            row.institution = institution
            if _copy(row, told[row.pk], now):
                row.save()


def refused(rows: Iterable[PackageDocument], sentence: str, code: str = "") -> None:
    """The service read these documents and did not take them; somebody has to correct something.

    `code` is the service's own, by which the table offers what to do.
    """
    _still_going(rows).update(
        exchange=Exchange.REFUSED, problem=sentence[:500], refusal=code[:60], retry_at=None
    )


def waiting(rows: Sequence[PackageDocument], error: SepError) -> None:
    """The service could not take these documents now; they go again by themselves."""
    now = timezone.now()
    for attempts in {row.attempts for row in rows}:
        alike = [row for row in rows if row.attempts == attempts]
        _still_going(alike).update(
            exchange=Exchange.WAITING,
            problem=_why(error),
            attempts=min(attempts + 1, 1000),
            retry_at=now + patience.delay(attempts, patience.asked(error)),
        )


def done(rows: Iterable[PackageDocument], pending: Pending, problem: str = "") -> None:
    """What was asked about these rows is done, or is not possible for the reason told."""
    asked = PackageDocument.objects.filter(pk__in=[row.pk for row in rows], pending=pending)
    asked.update(pending=Pending.NOTHING, pending_reason="", problem=problem[:500])


def _why(error: SepError) -> str:
    """Tell a failure that passes; the client's own sentences ask a person to try again, and nobody has to."""
    for kind, sentence in _PASSING.items():
        if type(error) is kind and error.message == kind.default_message:
            return sentence
    return error.message[:500]


def _still_going(rows: Iterable[PackageDocument]) -> QuerySet[PackageDocument]:
    # The feed may have told of a document's acceptance before its own answer came.
    return PackageDocument.objects.filter(pk__in=[row.pk for row in rows], exchange=Exchange.QUEUED)


def _copy(row: PackageDocument, told: Document, now: datetime) -> bool:
    before = {name: getattr(row, name) for name in _COPIED}
    first = row.exchange != Exchange.ACCEPTED
    if first:
        row.exchange, row.problem, row.attempts, row.retry_at = Exchange.ACCEPTED, "", 0, None
        row.refusal = ""
        row.accepted_at = told.added_at or now
    elif _is_older(row, told):
        return False
    row.id_document = told.id_document
    row.status_code = told.status.code[:20]
    row.status_display = told.status.display[:200]
    row.status_reason = (told.status.reason or "")[:500]
    if row.status_at != told.status.date_time:
        row.handled_at, row.handled_by = None, None  # what is new wants a hand again
    row.status_at = told.status.date_time
    row.viewed_at = told.viewed_at or row.viewed_at
    row.signed_at = told.signed_at
    if told.delivery is not None:
        row.delivery_channel = (told.delivery.channel or "")[:20]
        row.delivery_state = (told.delivery.state or "")[:20]
        row.delivery_phone = (told.delivery.phone or "")[:40]
        row.delivery_failure = (told.delivery.failure or "")[:300]
        former = told.delivery.instead_of
        row.instead_of = former.channel[:20] if former is not None else ""
        row.instead_of_reason = (former.reason or "")[:300] if former is not None else ""
        row.in_max = (told.delivery.max or "")[:20]
    if told.signers:
        row.signers = [_signer(each) for each in told.signers]
    row.cautions = [each.message[:300] for each in told.warnings]
    row.replaced_by, row.withdrawn_by = told.replaced_by or "", told.withdrawn_by or ""
    if told.signing_methods and not set(told.signing_methods) & _BY_CODE and told.status.code in OPEN:
        row.cautions.append(_NOT_BY_CODE)
    if len(told.questions) > row.question_count:  # nobody takes a question back, and none changes
        row.questions = [AskedQuestion(each.text, each.asked_at) for each in told.questions]
    if row.status_code in signed_files.SIGNED and before["status_code"] not in signed_files.SIGNED:
        row.attempts, row.retry_at = 0, now + patience.LEASE
        enqueue(signed_files.fetch, row.pk)
    return first or any(getattr(row, name) != value for name, value in before.items())


def _signer(told: DocumentSigner) -> SignerState:
    delivery = told.delivery
    return SignerState(
        role=told.role,
        relation=told.relation or "",
        phone=told.phone or "",
        channel=(delivery.channel or "") if delivery is not None else "",
        state=(delivery.state or "") if delivery is not None else "",
        has_signed=told.signed_at is not None,
    )


def _is_older(row: PackageDocument, told: Document) -> bool:
    if row.status_at is None:
        return False
    # The service tells whole seconds: within one, what cannot be undone came last.
    return (told.status.date_time, _rank(told.status.code)) < (row.status_at, _rank(row.status_code))


def _rank(code: str) -> int:
    if code == "created":
        return 0
    return 2 if code in CLOSED else 1
