"""Signing at the desk: a QR code for the patient's own phone, or the document on the clinic's tablet."""

import segno
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_POST

from clinic.institution.connection import STUCK
from clinic.signing import package, people
from clinic.signing.models import OPEN, DeskLink, DeskMode, Exchange, PackageDocument, SignerState
from clinic.signing.views import is_fragment, patient_of
from clinic.staff.access import StaffRequest, workplace_page
from clinic.staff.roles import Permission

_STUCK_AFTER = 40.0
"""Seconds: a job that has not answered in this time is believed lost."""


@require_POST
@workplace_page(Permission.SEND)
def begin(request: StaffRequest, patient_id: int) -> HttpResponseBase:
    """Ask for a link to the first selected document that waits for a signature."""
    patient = patient_of(request, patient_id)
    mode = request.POST.get("mode", "")
    if mode not in DeskMode.values:
        raise Http404
    waiting = PackageDocument.objects.filter(
        patient=patient,
        pk__in=request.POST.getlist("row"),
        exchange=Exchange.ACCEPTED,
        status_code__in=OPEN,
    )
    row = waiting.select_related("institution").order_by("added_at", "id").first()
    if row is None:
        if is_fragment(request):
            return HttpResponse(status=204)
        messages.warning(request, "Выберите в таблице документ, который ждёт подписи.")
        return redirect("signing:tab", patient.pk)
    role = request.POST.get("role", "")
    link = package.ask_desk_link(
        row, DeskMode(mode), role if role in {"patient", "representative"} else "", request.user
    )
    return _shown(request, link)


@require_GET
@workplace_page(Permission.SEND)
def state(request: StaffRequest, link_id: str) -> HttpResponseBase:
    """The part that asks for itself until the link is there."""
    links = DeskLink.objects.select_related("document__institution", "document__patient")
    link = get_object_or_404(links, pk=link_id, document__institution=request.institution)
    if is_fragment(request):
        return render(request, "signing/desk_link.html", _context(link))
    return _shown(request, link)


def _shown(request: StaffRequest, link: DeskLink) -> HttpResponse:
    template = "signing/desk.html" if is_fragment(request) else "signing/question_page.html"
    return render(request, template, _context(link))


def _context(link: DeskLink) -> dict[str, object]:
    now, row = timezone.now(), link.document
    is_over = link.expires_at is not None and now >= link.expires_at
    address = "" if is_over else link.address
    waiting = [each for each in row.signers if not each.has_signed]
    signer = next((each for each in waiting if link.role in {"", each.role}), None)
    return {
        "link": link,
        "document": row,
        "patient": row.patient,
        "is_over": is_over,
        "is_stuck": not address and not link.problem and (now - link.asked_at).total_seconds() > _STUCK_AFTER,
        "stuck": STUCK,
        "address": address,
        "code": _qr(address) if address and link.mode == DeskMode.QR else "",
        "signer": people.name_of(signer) if signer is not None else "",
        "phone": _phone(signer, row),
        "others": [(each.role, people.name_of(each)) for each in waiting if each is not signer],
        "dialog": "signing/desk.html",
        "section": "patients:list",
    }


def _phone(signer: SignerState | None, row: PackageDocument) -> str:
    told = signer.phone if signer is not None else row.delivery_phone
    return told.replace(" ", "\u00a0").replace("-", "\u2011")


def _qr(address: str) -> SafeString:
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, border=4, svgclass="qr", lineclass=None, light="#fff"
    )
    return mark_safe(drawn)  # noqa: S308  segno draws modules; the text of the link is not in it
