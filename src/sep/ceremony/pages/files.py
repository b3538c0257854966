"""A kept PDF as an answer to a browser."""

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header

from sep.ceremony.messages import document_number
from sep.documents.models import Document
from sep.parties.models import Organization
from sep.vault import blobs


def file_name(document: Document, mark: str) -> str:
    """Return how a document's file is called where it is saved; `mark` is « (подписан)» or the like."""
    return f"{document.name} №{document_number(document)}{mark}.pdf"


def attached(organization: Organization, sha256: str, name: str) -> HttpResponse:
    """Return a kept file as a download."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    headers = {"Content-Disposition": disposition or ""}
    return HttpResponse(blobs.get(organization, sha256), content_type="application/pdf", headers=headers)


def pdf_answer(document: Document, sha256: str, mark: str) -> HttpResponse:
    """Return one of a document's files; 404 when there is none yet."""
    if not sha256:
        raise Http404
    return attached(document.organization, sha256, file_name(document, mark))
