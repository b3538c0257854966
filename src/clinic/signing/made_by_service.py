"""Documents that the service made itself: agreements on ПЭП and withdrawals. The tab lists them apart."""

from collections.abc import Iterable
from datetime import datetime

from clinic.institution.models import Institution
from clinic.patients.models import Patient
from clinic.signing import patience, signed_files
from clinic.signing.models import ServiceDocument
from sep.jobs import enqueue
from sep_client import Document


def write_down(institution: Institution, documents: Iterable[Document], now: datetime) -> None:
    """Copy what the service says of its own documents, in the caller's transaction.

    One of a patient whom this clinic does not know is left out: another system of the clinic sent it.
    """
    told = {document.id_document: document for document in documents if document.made_by == "service"}
    if not told:
        return
    numbers = {document.id_patient_mis for document in told.values()}
    patients = Patient.objects.filter(institution=institution, card_number__in=numbers)
    by_number = {patient.card_number: patient for patient in patients}
    known = ServiceDocument.objects.select_for_update().filter(institution=institution, pk__in=told)
    rows = {row.pk: row for row in known.order_by("pk")}
    for document in told.values():
        patient = by_number.get(document.id_patient_mis or "")
        if patient is None:
            continue
        row = rows.get(document.id_document) or ServiceDocument(
            id_document=document.id_document,
            institution=institution,
            patient=patient,
            type_code=document.type[:40],
            name=document.name[:300],
            withdraws=document.withdraws or "",
            made_at=document.added_at or now,
        )
        _copy(row, document, now)


def _copy(row: ServiceDocument, told: Document, now: datetime) -> None:
    if row.status_code in signed_files.SIGNED and told.status.code not in signed_files.SIGNED:
        return  # an answer that was long on its way
    is_news = told.status.code in signed_files.SIGNED and not row.signed_sha256 and row.retry_at is None
    row.status_code = told.status.code[:20]
    row.status_display = told.status.display[:200]
    row.status_reason = (told.status.reason or "")[:500]
    row.status_at = told.status.date_time
    row.signed_at = told.signed_at
    if is_news:
        row.attempts, row.retry_at = 0, now + patience.LEASE
    row.save()
    if is_news:
        enqueue(signed_files.fetch_made_by_service, row.pk)
