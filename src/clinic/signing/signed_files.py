"""The signed PDF and its protocol: fetched as soon as there is a signature, so that looking never waits."""

import hashlib
from datetime import timedelta

from django.utils import timezone

from clinic.institution.service import client_of
from clinic.signing import patience
from clinic.signing.models import PackageDocument, ServiceDocument
from sep.jobs import job
from sep.vault import blobs
from sep_client import SepError

SIGNED = ("signed", "withdrawn")
"""Codes of the service under which a signed file exists."""

_DAMAGED = "Подписанный файл пришёл повреждённым, загрузим ещё раз."


@job("signing.fetch_signed", queue="clinic")
def fetch(document_id: str) -> None:
    """Keep the signed PDF of a row and its protocol; what fails is tried again by `try_again`."""
    row = PackageDocument.objects.select_related("institution").get(pk=document_id)
    if row.status_code not in SIGNED or row.signed_sha256:
        return
    try:
        with client_of(row.institution) as sep:
            told = sep.document(row.id_document).signed_sha256
            signed = sep.signed(row.id_document)
            protocol = sep.protocol(row.id_document)
    except SepError as error:
        _again(row, f"Подписанный файл ещё не загружен. {error.message}", patience.asked(error))
        return
    if hashlib.sha256(signed).hexdigest() != told:
        _again(row, _DAMAGED, None)
        return
    # The files are on the disk before the row that names them commits.
    PackageDocument.objects.filter(pk=row.pk).update(
        signed_sha256=blobs.put(row.institution, signed),
        protocol_sha256=blobs.put(row.institution, protocol),
        retry_at=None,
        attempts=0,
        problem="",
    )


@job("signing.fetch_made_by_service", queue="clinic")
def fetch_made_by_service(id_document: str) -> None:
    """Keep the signed file of a document that the service made; what fails is tried again by `try_again`."""
    row = ServiceDocument.objects.select_related("institution").get(pk=id_document)
    if row.status_code not in SIGNED or row.signed_sha256:
        return
    asked: timedelta | None = None
    signed: bytes | None = None
    try:
        with client_of(row.institution) as sep:
            told = sep.document(row.pk).signed_sha256
            signed = sep.signed(row.pk)
    except SepError as error:
        asked = patience.asked(error)
    same = ServiceDocument.objects.filter(pk=row.pk, signed_sha256="")
    if signed is None or hashlib.sha256(signed).hexdigest() != told:
        retry_at = timezone.now() + patience.delay(row.attempts, asked)
        same.update(attempts=row.attempts + 1, retry_at=retry_at)
        return
    same.update(signed_sha256=blobs.put(row.institution, signed), retry_at=None, attempts=0)


def _again(row: PackageDocument, problem: str, asked: timedelta | None) -> None:
    PackageDocument.objects.filter(pk=row.pk, signed_sha256="").update(
        problem=problem[:500],
        attempts=row.attempts + 1,
        retry_at=timezone.now() + patience.delay(row.attempts, asked),
    )
