"""The signed PDF and its protocol: fetched as soon as there is a signature, so that looking never waits."""

import hashlib
from datetime import timedelta

from django.utils import timezone

from clinic.institution.service import client_of
from clinic.signing import patience
from clinic.signing.models import PackageDocument
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


def _again(row: PackageDocument, problem: str, asked: timedelta | None) -> None:
    PackageDocument.objects.filter(pk=row.pk, signed_sha256="").update(
        problem=problem[:500],
        attempts=row.attempts + 1,
        retry_at=timezone.now() + patience.delay(row.attempts, asked),
    )
