"""The files of a document: the PDF as it was signed or printed, and the protocol."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from clinic.institution.models import Institution
from clinic.signing.models import PackageDocument, ServiceDocument
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


@is_framed
@require_GET
@workplace_page(Permission.SEE_PACKAGES)
def made_by_service(request: StaffRequest, id_document: str) -> HttpResponseBase:
    """The signed agreement or withdrawal that the service made."""
    row = get_object_or_404(
        ServiceDocument.objects.select_related("institution"), pk=id_document, institution=request.institution
    )
    if not row.signed_sha256:
        raise Http404
    return _file(request, row.institution, row.signed_sha256, f"{row.name} подписан")


def _pdf(request: StaffRequest, row: PackageDocument, sha256: str, mark: str) -> HttpResponse:
    return _file(request, row.institution, sha256, f"{row.name} {mark}")


def _file(request: StaffRequest, institution: Institution, sha256: str, name: str) -> HttpResponse:
    try:
        data = blobs.get(institution, sha256)
    except blobs.BlobMissing as error:
        raise Http404 from error
    return pdf_answer(data, name, download="download" in request.GET)
