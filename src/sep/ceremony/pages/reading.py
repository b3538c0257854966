"""The pages on which a document is read: images, large text, files, and what became of it."""

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sep.ceremony import reading, turn, visits
from sep.ceremony.models import Visit
from sep.ceremony.pages.around import UNPROCESSABLE, around
from sep.ceremony.pages.files import attached, file_name
from sep.ceremony.pages.forms import IntentForm
from sep.ceremony.pages.session import document_page, see_other
from sep.ceremony.pages.shown import page_image as image_of
from sep.ceremony.pages.shown import shown_pages
from sep.ceremony.pages.shown import signed_page_image as signed_image_of
from sep.ceremony.ways import ways_of
from sep.documents.models import Document, PageImage
from sep.documents.statuses import SIGNED
from sep.parties.models import Organization
from sep.vault import blobs

TICKET_SECONDS = 60
_TICKET = "file-ticket"


def reading_page(request: HttpRequest, visit: Visit, document: Document, form: IntentForm) -> HttpResponse:
    """Render the document with its form, also when the form came back without its tick."""
    now = timezone.now()
    context = {
        **around(visit, document),
        "pages": shown_pages(document),
        "form": form,
        "explanation": document.explanation,
        "ways": ways_of(document, visit.package, now),
        "second": next(iter(turn.others_missing(document, visit.package)), None),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "ceremony/document.html", context, status=status)


@require_GET
@document_page
def document(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The document to read, with «Подписать» and «Отказаться» at its end; or what became of it."""
    now = timezone.now()
    if document.status in SIGNED:
        return see_other("sign-signed", document.id)
    if not turn.awaits(document, visit.package, now):
        return _closed(request, visit, document)
    page = reading_page(request, visit, document, IntentForm())
    reading.mark_viewed(document, visit, now)  # only what could be shown has been seen
    return page


def _closed(request: HttpRequest, visit: Visit, document: Document) -> HttpResponse:
    now = timezone.now()
    context = {
        **around(visit, document),
        "status": document.status_on(now).value,
        "has_signed": turn.has_signed(document, visit.package),
        "is_frozen": turn.is_frozen(visit.package),
        "is_lawful": turn.is_lawful(document, visit.package, now),
        "second": next(iter(turn.others_missing(document, visit.package)), None),
        "next": reading.next_to_sign(visit, now),
    }
    return render(request, "ceremony/closed.html", context)


@require_GET
@document_page
def large_text(request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The text of the document in large type."""
    if not document.is_open(timezone.now()) and document.status not in SIGNED:
        return see_other("sign-document", document.id)
    context = {
        **around(visit, document),
        "pages": shown_pages(document),
        "is_open": turn.awaits(document, visit.package, timezone.now()),
    }
    return render(request, "ceremony/large_text.html", context)


@require_GET
@document_page
def page_image(_request: HttpRequest, visit: Visit, document: Document, number: int) -> HttpResponseBase:
    """One page as it is shown before signing."""
    return _image(visit, image_of(document, number))


@require_GET
@document_page
def signed_page_image(
    _request: HttpRequest, visit: Visit, document: Document, number: int
) -> HttpResponseBase:
    """One page of the sealed file."""
    if not document.sealed_sha256:
        raise Http404
    return _image(visit, signed_image_of(document, number))


def _image(visit: Visit, page: PageImage | None) -> HttpResponse:
    if page is None:
        raise Http404
    data = blobs.get(visit.package.organization, page.image_sha256)
    headers = {"Cache-Control": f"private, max-age={int(visits.IDLE.total_seconds())}, immutable"}
    return HttpResponse(data, content_type="image/webp", headers=headers)


@require_GET
@document_page
def original_file(request: HttpRequest, _visit: Visit, document: Document) -> HttpResponseBase:
    """The file that is to be signed."""
    return _pdf(request, document, document.original_sha256, "")


@require_GET
@document_page
def signed_file(request: HttpRequest, _visit: Visit, document: Document) -> HttpResponseBase:
    """The signed file, with its seal and its evidence."""
    if not document.sealed_sha256:
        raise Http404
    return _pdf(request, document, document.sealed_sha256, " (подписан)")


@require_GET
@document_page
def protocol_file(request: HttpRequest, _visit: Visit, document: Document) -> HttpResponseBase:
    """The signing sheet of a document that came with signatures of its own: there it is a file apart."""
    if not document.protocol_sha256:
        raise Http404
    return _pdf(request, document, document.protocol_sha256, " (лист подписания)")


def _pdf(request: HttpRequest, document: Document, sha256: str, mark: str) -> HttpResponse:
    name = file_name(document, mark)
    if "ticket" in request.GET:
        issued = signing.dumps(
            {"organization": str(document.organization_id), "sha256": sha256}, salt=_TICKET
        )
        return JsonResponse({"url": reverse("sign-ticket", args=[issued]), "name": name})
    return attached(document.organization, sha256, name)


@require_GET
def file_by_ticket(_request: HttpRequest, ticket: str) -> HttpResponse:
    """Serve a file to a downloader without cookies, such as that of MAX; a ticket is good for a minute."""
    try:
        known = signing.loads(ticket, salt=_TICKET, max_age=TICKET_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    organization = Organization.objects.get(pk=known["organization"])
    response = attached(organization, known["sha256"], "document.pdf")
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
@document_page
def read_to_end(_request: HttpRequest, visit: Visit, document: Document) -> HttpResponseBase:
    """The last page came into view."""
    now = timezone.now()
    if document.is_open(now) and document.viewed_at is not None:
        reading.mark_read_to_end(document, visit, now)
    return HttpResponse(status=204)
