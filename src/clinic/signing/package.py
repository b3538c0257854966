"""The patient's package: what gets into it, who signs, and what is asked of the service about it.

Nothing here speaks to the service: a row says what is wanted, and a job in the same transaction does it.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from ulid import ULID

from clinic.forms.models import Destination, PdfType, Printed, PrintObject
from clinic.institution.models import Institution
from clinic.patients.models import Patient
from clinic.signing import patience, signers, tasks
from clinic.signing.models import OPEN, DeskLink, DeskMode, Exchange, PackageDocument, Pending
from clinic.signing.signers import Signers
from clinic.staff.models import User
from sep.jobs import enqueue
from sep.vault import blobs

LARGEST_FILE: Final = 10 * 2**20
SENDABLE: Final = (Exchange.DRAFT, Exchange.REFUSED, Exchange.WAITING)
CHANGEABLE: Final = (Exchange.DRAFT, Exchange.REFUSED)
"""Before sending: of a row that waits, the service may know already under its first signer."""

WITHDRAWABLE: Final = (PdfType.CONSENT, PdfType.PERSONAL_DATA)
"""323-ФЗ ст. 20 ч. 3, 152-ФЗ ст. 9 ч. 2."""

WRONG_SIGNERS: Final = frozenset({"both_must_sign", "representative_required", "patient_signs_himself"})
"""Codes with which the service refuses a document for those who were to sign it."""

_CORRECTED_WITHIN: Final = timedelta(hours=12)

# Forms printed in one go are saved one after another; what follows in this time goes in the same package.
_TOGETHER: Final = timedelta(seconds=4)


class FileNotTaken(Exception):
    """A file that cannot be added; the message says why, in Russian."""


def add_printed(printed: Printed) -> PackageDocument | None:
    """Put a printed form into the package if its form says so, in the caller's transaction.

    With «Отправлять документы сразу после печати» it also leaves by itself.
    """
    form = printed.version.form
    if form.pdf_to != Destination.SEP:
        return None
    institution = printed.institution
    who = signers.proposed(printed.patient, form.pdf_type, today(institution), printed.representative)
    with transaction.atomic():
        row = PackageDocument.objects.create(
            institution=institution,
            patient=printed.patient,
            printed=printed,
            name=printed.name,
            pdf_type=form.pdf_type,
            object=printed.object,
            object_number=printed.object_number,
            representative=who.representative,
            with_patient=who.with_patient,
            replaces=_awaiting_correction(printed),
            sha256=printed.sha256,
            added_at=timezone.now(),
            added_by=printed.author,
        )
        if institution.send_at_once:
            _queue([row], printed.author, _leaving_batch(printed.patient), _TOGETHER)
    return row


def add_file(
    patient: Patient,
    name: str,
    pdf_type: str,
    data: bytes,
    author: User,
    *,
    replaces: PackageDocument | None = None,
) -> PackageDocument:
    """Put any PDF into the package («Файлы»), maybe in place of another. Raises `FileNotTaken`."""
    if not data:
        raise FileNotTaken("Файл пуст.")
    if len(data) > LARGEST_FILE:
        raise FileNotTaken("Файл больше 10\u00a0МБ: сервис подписания такой не примет.")
    # Readers allow some bytes before the header (ISO 32000-1, Annex H, note 13); 1024 is their usual limit.
    if b"%PDF-" not in data[:1024]:
        raise FileNotTaken("Это не PDF. Сохраните документ в формате PDF и добавьте снова.")
    institution = patient.institution
    sha256 = blobs.put(institution, data)
    who = signers.proposed(patient, PdfType(pdf_type), today(institution))
    return PackageDocument.objects.create(
        institution=institution,
        patient=patient,
        name=name,
        pdf_type=pdf_type,
        object=PrintObject.PATIENT_CARD,
        object_number=patient.card_number,
        representative=who.representative,
        with_patient=who.with_patient,
        replaces=replaces,
        sha256=sha256,
        added_at=timezone.now(),
        added_by=author,
    )


def change_signers(patient: Patient, ids: Collection[str], who: Signers) -> int:
    """Name others to sign documents not yet sent; returns how many were changed."""
    rows = PackageDocument.objects.filter(patient=patient, pk__in=ids, exchange__in=CHANGEABLE)
    return rows.update(representative=who.representative, with_patient=who.with_patient)


def remedy(row: PackageDocument) -> Signers | None:
    """Return who should sign a document that the service refused for its signers, `None` when nobody can."""
    if row.exchange != Exchange.REFUSED or row.refusal not in WRONG_SIGNERS:
        return None
    return signers.after_refusal(row.patient, row.pdf_type, row.refusal, today(row.institution))


def send_with_right_signers(patient: Patient, document_id: str, author: User) -> bool:
    """Take the remedy of a refused document and send it again; returns whether there was one."""
    row = PackageDocument.objects.filter(patient=patient, pk=document_id).select_related(
        "patient", "institution"
    )
    refused = row.first()
    who = remedy(refused) if refused is not None else None
    if refused is None or who is None:
        return False
    change_signers(patient, [refused.pk], who)
    send([refused], author)
    return True


def ask_correction(patient: Patient, document_id: str) -> PackageDocument | None:
    """Want a document printed anew: the next print of its form for this patient goes in its place."""
    row = correctable(patient).filter(pk=document_id).select_related("printed__printing").first()
    if row is not None:
        PackageDocument.objects.filter(pk=row.pk).update(correction_asked_at=timezone.now())
    return row


def correctable(patient: Patient) -> QuerySet[PackageDocument]:
    """Return the documents in whose place a corrected one may be sent."""
    return PackageDocument.objects.filter(
        patient=patient,
        exchange=Exchange.ACCEPTED,
        status_code__in=[*OPEN, "signed"],
        replaced_by="",
        corrections__isnull=True,
    )


def _awaiting_correction(printed: Printed) -> PackageDocument | None:
    """Return the document in whose place this print goes, in the caller's transaction."""
    wanted = correctable(printed.patient).filter(
        printed__version__form=printed.version.form_id,
        object=printed.object,
        object_number=printed.object_number,
        correction_asked_at__gte=timezone.now() - _CORRECTED_WITHIN,
    )
    return wanted.order_by("-correction_asked_at").first()


def remove(patient: Patient, ids: Collection[str]) -> int:
    """Take documents out of the package that were never sent; what was printed stays where it was."""
    with transaction.atomic():
        rows = PackageDocument.objects.select_for_update().filter(
            patient=patient, pk__in=ids, exchange__in=CHANGEABLE
        )
        return sum(row.delete()[0] for row in rows)


def send(documents: Iterable[PackageDocument], author: User) -> int:
    """Queue documents for the service and return how many; what is on its way or accepted stays as it is.

    Documents of one patient sent together and signed by one person make one package: one message to him.
    """
    ids = [document.pk for document in documents]
    with transaction.atomic():
        rows = list(
            PackageDocument.objects.select_for_update()
            .filter(institution=author.institution, pk__in=ids, exchange__in=SENDABLE)
            .order_by("pk")
        )
        for patient_id in dict.fromkeys(row.patient_id for row in rows):
            _queue([row for row in rows if row.patient_id == patient_id], author, str(ULID()))
    return len(rows)


def receive(patient: Patient, ids: Collection[str] | None = None) -> int:
    """Ask for the statuses of these accepted documents, or of all; returns how many are asked about."""
    with transaction.atomic():
        count = _ask(_accepted(patient, ids), Pending.RECEIVE)
        if count:
            enqueue(tasks.receive, patient.pk)
    return count


def resend(patient: Patient, ids: Collection[str], by: Pending = Pending.RESEND) -> int:
    """Ask to invite the signers again: once for each package, since an invitation speaks of all it holds."""
    with transaction.atomic():
        rows = list(_accepted(patient, ids).filter(status_code__in=OPEN).select_for_update().order_by("pk"))
        people = {(row.batch, row.representative_id, row.with_patient): row.pk for row in rows}
        one_of_each = people.values()
        _ask(PackageDocument.objects.filter(pk__in=list(one_of_each)), by)
        for document_id in one_of_each:
            enqueue(tasks.resend, document_id)
    return len(one_of_each)


def withdraw(patient: Patient, document_id: str, reason: str) -> bool:
    """Ask for the withdrawal of a signed consent, at the patient's word; returns whether it is one."""
    with transaction.atomic():
        rows = withdrawable(_accepted(patient, [document_id]))
        if not _ask(rows, Pending.WITHDRAW, reason):
            return False
        enqueue(tasks.withdraw, document_id)
    return True


def withdrawable(rows: QuerySet[PackageDocument]) -> QuerySet[PackageDocument]:
    """Leave the signed consents in force."""
    return rows.filter(status_code="signed", pdf_type__in=WITHDRAWABLE)


def ask_desk_link(row: PackageDocument, mode: DeskMode, role: str, author: User) -> DeskLink:
    """Ask for a link for one who stands at the desk."""
    with transaction.atomic():
        link = DeskLink.objects.create(
            document=row, mode=mode, role=role, asked_at=timezone.now(), asked_by=author
        )
        enqueue(tasks.open_desk, link.pk)
    return link


def revoke(patient: Patient, ids: Collection[str], reason: str) -> int:
    """Ask to take documents back, with a reason for the signer; returns how many."""
    with transaction.atomic():
        rows = _accepted(patient, ids).filter(status_code__in=OPEN).select_for_update().order_by("pk")
        wanted = [row.pk for row in rows]
        _ask(PackageDocument.objects.filter(pk__in=wanted), Pending.REVOKE, reason)
        for document_id in wanted:
            enqueue(tasks.revoke, document_id)
    return len(wanted)


def _accepted(patient: Patient, ids: Collection[str] | None) -> QuerySet[PackageDocument]:
    rows = PackageDocument.objects.filter(
        patient=patient, exchange=Exchange.ACCEPTED, pending=Pending.NOTHING
    )
    return rows if ids is None else rows.filter(pk__in=ids)


def _ask(rows: QuerySet[PackageDocument], pending: Pending, reason: str = "") -> int:
    return rows.update(
        pending=pending,
        pending_reason=reason,
        problem="",
        retry_at=timezone.now() + patience.LEASE,
    )


def _queue(
    rows: Collection[PackageDocument], author: User, batch: str, delay: timedelta | None = None
) -> None:
    PackageDocument.objects.filter(pk__in=[row.pk for row in rows]).update(
        exchange=Exchange.QUEUED,
        batch=batch,
        problem="",
        attempts=0,
        retry_at=timezone.now() + patience.LEASE,
        sent_by=author,
    )
    enqueue(tasks.deliver, batch, delay=delay)


def _leaving_batch(patient: Patient) -> str:
    """Return the batch in which this patient's forms are about to leave, or a new one."""
    leaving = PackageDocument.objects.filter(patient=patient, exchange=Exchange.QUEUED, attempts=0)
    return leaving.order_by("-retry_at").values_list("batch", flat=True).first() or str(ULID())


def today(institution: Institution) -> date:
    """Return the day that it is in the clinic."""
    return timezone.now().astimezone(ZoneInfo(institution.time_zone)).date()
