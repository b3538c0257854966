"""The exchange with the service: sending, asking, following its feed. For the worker alone.

Nothing is sent twice, whatever dies in between: a row's id is `idDocumentMis`, which names a document in the
service forever. The same documents again are the same package there; documents of which some are known to
it are told by `document_exists`, and then it is asked which.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Final, Literal

from django.db import transaction
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.institution.service import client_of
from clinic.signing import record
from clinic.signing.models import OPEN, DeskLink, DeskMode, Exchange, PackageDocument, Pending
from clinic.signing.request import Unfit, package_of
from sep.vault import blobs
from sep_client import STATUSES_AT_ONCE, Conflict, Invalid, NotFound, SepClient, SepError

MOST_DOCUMENTS: Final = 20
MOST_BYTES: Final = 11 * 2**20
"""Of PDF in one package: the service takes 16 MiB of JSON, and base64 adds a third."""

_LOOKED_AFTER: Final = timedelta(days=31)
_FEED_SECONDS: Final = 10.0
_DESK_SECONDS: Final = 8.0
_LONGEST_LINK: Final = 500
_INDEX: Final = re.compile(r"documents\.(\d+)\.")


def deliver(batch: str) -> None:
    """Send what is queued in a batch: one package for the same signers, so that a person gets one message."""
    rows = list(
        PackageDocument.objects.filter(batch=batch, exchange=Exchange.QUEUED)
        .select_related("institution", "patient", "representative", "replaces", "printed__version")
        .order_by("added_at", "id")
    )
    if not rows:
        return
    try:
        with client_of(rows[0].institution) as sep:
            for people in dict.fromkeys(map(_people, rows)):
                for group, contents in _packages([row for row in rows if _people(row) == people]):
                    _submit(sep, group, contents)
    except SepError as error:
        record.waiting(rows, error)


def _people(row: PackageDocument) -> tuple[int | None, bool]:
    return row.representative_id, row.with_patient


def receive(patient_id: int) -> None:
    """Ask for the statuses that somebody waits for in this patient's table; 500 in one question."""
    rows = list(
        PackageDocument.objects.filter(patient_id=patient_id, pending=Pending.RECEIVE).select_related(
            "institution"
        )
    )
    if not rows:
        return
    problem = ""
    try:
        with client_of(rows[0].institution) as sep:
            record.write_down(rows[0].institution, sep.statuses(row.id_document for row in rows))
    except SepError as error:
        problem = f"Статус не получен. {error.message}"
    record.done(rows, Pending.RECEIVE, problem)


_CHANNELS: Final[Mapping[str, Literal["max", "sms"] | None]] = {
    Pending.RESEND: None,
    Pending.RESEND_SMS: "sms",
    Pending.RESEND_MAX: "max",
}


def resend(document_id: str) -> None:
    """Invite the signers of a document again, by the channel somebody wished."""
    row = PackageDocument.objects.select_related("institution").get(pk=document_id)
    wish = row.pending
    if wish not in _CHANNELS:
        return
    problem = ""
    try:
        with client_of(row.institution) as sep:
            told = sep.resend(row.id_document, _CHANNELS[wish])
    except SepError as error:
        problem = f"Приглашение не отправлено. {error.message}"
    else:
        record.write_down(row.institution, [told])
        PackageDocument.objects.filter(pk=row.pk).update(invited_again_at=timezone.now())
    record.done([row], Pending(wish), problem)


def withdraw(document_id: str) -> None:
    """Have the withdrawal of a signed consent made, as somebody asked at the patient's word."""
    row = PackageDocument.objects.select_related("institution").get(pk=document_id)
    if row.pending != Pending.WITHDRAW:
        return
    problem = ""
    try:
        with client_of(row.institution) as sep:
            record.write_down(row.institution, [sep.withdraw(row.id_document, row.pending_reason)])
    except SepError as error:
        problem = f"Отзыв не подготовлен. {error.message}"
    record.done([row], Pending.WITHDRAW, problem)


def open_desk(link_id: str) -> None:
    """Get a link for one who stands at the desk; he waits, so nothing is tried again by itself."""
    link = DeskLink.objects.select_related("document__institution").filter(pk=link_id).first()
    if link is None or link.address_sealed is not None:
        return
    row = link.document
    mode: Literal["qr", "tablet"] = "qr" if link.mode == DeskMode.QR else "tablet"
    role: Literal["patient", "representative"] | None = None
    if link.role:
        role = "patient" if link.role == "patient" else "representative"
    try:
        with client_of(row.institution, timeout=_DESK_SECONDS) as sep:
            told = sep.desk(row.id_document, mode, role)
    except SepError as error:
        link.problem = error.message[:500]
    else:
        # The page makes a link and a QR of it: nothing but a web address may stand there.
        if told.address.startswith(("https://", "http://")) and len(told.address) <= _LONGEST_LINK:
            link.address, link.expires_at, link.problem = told.address, told.expires_at, ""
        else:
            link.problem = "Сервис ответил не ссылкой. Сообщите в его поддержку."
    link.save(update_fields=["address_sealed", "expires_at", "problem"])


def revoke(document_id: str) -> None:
    """Take a document back, as somebody asked."""
    row = PackageDocument.objects.select_related("institution").get(pk=document_id)
    if row.pending != Pending.REVOKE:
        return
    problem = ""
    try:
        with client_of(row.institution) as sep:
            try:
                told = sep.revoke(row.id_document, row.pending_reason)
            except Invalid as error:
                # Signed a moment ago — or taken back already by a run whose end was not written down.
                told = sep.document(row.id_document)
                if told.status.code != "revoked":
                    problem = f"Отозвать не получилось. {error.message}"
            record.write_down(row.institution, [told])
    except SepError as error:
        problem = f"Отозвать не получилось. {error.message}"
    record.done([row], Pending.REVOKE, problem)


def follow(institution: Institution) -> None:
    """Read the feed to its end; the place in it is kept together with the rows it changed."""
    with client_of(institution, timeout=_FEED_SECONDS) as sep:
        while True:
            place = institution.events_cursor
            feed, _, cursor = place.partition(":")
            after = cursor if feed == _feed_of(institution) else None
            events = list(islice(sep.events(after=after, page_size=STATUSES_AT_ONCE), STATUSES_AT_ONCE))
            if not events:
                return
            documents = sep.statuses(event.id_document for event in events)
            with transaction.atomic():
                reached = f"{_feed_of(institution)}:{events[-1].cursor}"
                ours = Institution.objects.filter(pk=institution.pk, events_cursor=place)
                if not ours.update(events_cursor=reached):
                    return  # another worker was faster
                record.write_down(institution, documents)
            institution.events_cursor = reached


def look_after_open(institution: Institution) -> None:
    """Ask about what still waits for its signer: that a link was opened or a message came is no event."""
    since = timezone.now() - _LOOKED_AFTER
    still_open = PackageDocument.objects.filter(
        institution=institution, status_code__in=OPEN, status_at__gte=since
    )
    ids = list(still_open.order_by("-status_at").values_list("id_document", flat=True)[:STATUSES_AT_ONCE])
    if ids:
        with client_of(institution, timeout=_FEED_SECONDS) as sep:
            record.write_down(institution, sep.statuses(ids))


def _feed_of(institution: Institution) -> str:
    """Name the feed that a cursor belongs to: connected elsewhere, a clinic reads another from its start."""
    where = f"{institution.service_address}|{institution.id_lpu}"
    return hashlib.blake2b(where.encode(), digest_size=6).hexdigest()


def _packages(
    rows: Sequence[PackageDocument],
) -> Iterator[tuple[list[PackageDocument], list[bytes]]]:
    """Cut documents of one signer into packages that the service takes, and load their files."""
    group: list[PackageDocument] = []
    contents: list[bytes] = []
    for row in rows:
        try:
            data = blobs.get(row.institution, row.sha256)
        except blobs.BlobMissing:
            record.refused([row], "Файл документа не найден в хранилище клиники. Напечатайте форму снова.")
            continue
        if group and (len(group) == MOST_DOCUMENTS or sum(map(len, contents)) + len(data) > MOST_BYTES):
            yield group, contents
            group, contents = [], []
        group.append(row)
        contents.append(data)
    if group:
        yield group, contents


def _submit(sep: SepClient, rows: Sequence[PackageDocument], contents: Sequence[bytes]) -> None:
    try:
        package = package_of(rows, contents)
    except Unfit as unfit:
        record.refused(rows, str(unfit))
        return
    except ValueError:  # the client's own check of the fields; its words quote them
        record.refused(rows, "В карточке не хватает сведений для отправки: проверьте Ф. И. О. и номер карты.")
        return
    try:
        accepted = sep.create_package(package).documents
    except Conflict as conflict:
        _settle(sep, rows, contents, conflict)
    except Invalid as error:
        _sort_out(sep, rows, contents, error)
    except NotFound as error:
        raise SepError(
            "По адресу сервиса отвечает не сервис подписания. Проверьте «Адрес сервиса КЭП» в параметрах.",
            code=error.code,
        ) from error
    else:
        record.write_down(rows[0].institution, accepted)


def _settle(
    sep: SepClient, rows: Sequence[PackageDocument], contents: Sequence[bytes], conflict: Conflict
) -> None:
    """Some of these ids are known: a run that died after the service had accepted them. Send the others."""
    if conflict.code != "document_exists":
        raise conflict
    known = sep.statuses(row.pk for row in rows)
    record.write_down(rows[0].institution, known)
    names = {document.id_document_mis for document in known}
    rest = [(row, data) for row, data in zip(rows, contents, strict=True) if row.pk not in names]
    if len(rest) == len(rows):
        raise conflict
    _submit_all(sep, rest)


def _sort_out(
    sep: SepClient, rows: Sequence[PackageDocument], contents: Sequence[bytes], error: Invalid
) -> None:
    """A package is taken whole or not at all: find whom the refusal is about, and send the others."""
    pairs = list(zip(rows, contents, strict=True))
    blamed: dict[int, list[str]] = {}
    for each in error.errors:
        if found := _INDEX.match(each.path):
            blamed.setdefault(int(found.group(1)), []).append(each.message)
    if blamed:
        for index, messages in blamed.items():
            record.refused([rows[index]], " ".join(dict.fromkeys(messages)), error.code)
        _submit_all(sep, [pair for index, pair in enumerate(pairs) if index not in blamed])
        return
    # Who may sign depends on the document's type, so a refusal of one type says nothing of another.
    types = list(dict.fromkeys(row.pdf_type for row in rows))
    if len(types) == 1:
        sentence = " ".join(dict.fromkeys(one.message for one in error.errors)) or error.message
        record.refused(rows, sentence, error.code)
        return
    for kind in types:
        _submit_all(sep, [pair for pair in pairs if pair[0].pdf_type == kind])


def _submit_all(sep: SepClient, pairs: Sequence[tuple[PackageDocument, bytes]]) -> None:
    if pairs:
        _submit(sep, [row for row, _ in pairs], [data for _, data in pairs])
