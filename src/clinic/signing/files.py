"""The files of a document: the PDF as it was signed or printed, and the protocol."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from clinic.signing.models import PackageDocument
from clinic.signing.views import document_of
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission
from clinic.workplace.framing import is_framed, pdf_answer
from sep.vault import blobs


@is_framed
@require_GET
@workplace_page(Permission.SEE_PACKAGES)
def document(request: StaffRequest, document_id: str) -> HttpResponseBase:
    """The signed PDF when there is one, the original before."""
    row = document_of(request, document_id)
    return _pdf(request, row, row.signed_sha256 or row.sha256, "подписан" if row.signed_sha256 else "")


@is_framed
@require_GET
@workplace_page(Permission.SEE_PACKAGES)
def original(request: StaffRequest, document_id: str) -> HttpResponseBase:
    row = document_of(request, document_id)
    return _pdf(request, row, row.sha256, "")


@is_framed
@require_GET
@workplace_page(Permission.SEE_EVIDENCE)
def protocol(request: StaffRequest, document_id: str) -> HttpResponseBase:
    """«Лист подписания»."""
    row = document_of(request, document_id)
    if not row.protocol_sha256:
        raise Http404
    return _pdf(request, row, row.protocol_sha256, "лист подписания")


def _pdf(request: StaffRequest, row: PackageDocument, sha256: str, mark: str) -> HttpResponse:
    try:
        data = blobs.get(row.institution, sha256)
    except blobs.BlobMissing as error:
        raise Http404 from error
    return pdf_answer(data, f"{row.name} {mark}", download="download" in request.GET)
