"""What a cabinet asks, and the one-time address that its user opens."""

from datetime import date
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sep.ceremony.pages import session
from sep.ceremony.pages.arrival import address_of
from sep.ceremony.pages.response import public_page
from sep.external_cabinet import asking, mount
from sep.external_cabinet.models import Assurance, ExternalCabinet

LONGEST = 20 * 1024
"""Bytes of a request."""
_SIGNED_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class _Asked(BaseModel):
    # The address is no part of what is signed: bodies of different shape keep requests apart.
    model_config = ConfigDict(extra="forbid")

    recipient: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    birthDate: date  # noqa: N815  the wire's


class _AskedVisit(_Asked):
    idDocument: Annotated[str, Field(max_length=26)]  # noqa: N815
    assurance: Assurance


@csrf_exempt
@require_POST
def documents(request: HttpRequest) -> HttpResponse:
    """Tell what waits for a person and what he has signed."""
    cabinet = _cabinet(request)
    if isinstance(cabinet, HttpResponse):
        return cabinet
    try:
        asked = _Asked.model_validate_json(request.body)
    except ValidationError:
        return _problem(422, "malformed")
    found = asking.documents_of(cabinet, asked.recipient, asked.birthDate, timezone.now())
    lines = [
        {
            "idDocument": each.document.id,
            "idLpu": str(each.document.organization_id),
            "clinic": each.document.organization.short_name,
            "kind": each.document.type.short_name,
            "status": each.status,
            "awaits": each.awaits,
            "expiresAt": each.document.expires_at.isoformat(),
        }
        for each in found
    ]
    return JsonResponse({"documents": lines}, headers={"Cache-Control": "no-store"})


@csrf_exempt
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Make a one-time address of the signing page."""
    cabinet = _cabinet(request)
    if isinstance(cabinet, HttpResponse):
        return cabinet
    try:
        asked = _AskedVisit.model_validate_json(request.body)
    except ValidationError:
        return _problem(422, "malformed")
    now = timezone.now()
    try:
        token = asking.open_visit(
            cabinet,
            asked.recipient,
            asked.birthDate,
            document_id=asked.idDocument,
            assurance=asked.assurance,
            now=now,
        )
    except asking.NothingThere:
        return _problem(404, "not_found")
    address = f"{settings.ENVIRONMENT.address}{reverse('external-cabinet-open', args=[token])}"
    answer = {"address": address, "expiresAt": (now + asking.OPENS_FOR).isoformat()}
    return JsonResponse(answer, status=201, headers={"Cache-Control": "no-store"})


@require_GET
@public_page
def open_once(request: HttpRequest, token: str) -> HttpResponseBase:
    """Open a one-time address, in the cabinet's frame or in a tab: a frame can only GET."""
    try:
        opening, cookie = asking.use(
            token,
            now=timezone.now(),
            address=address_of(request),
            user_agent=request.headers.get("User-Agent", ""),
        )
    except asking.NothingThere:
        return render(request, "ceremony/link_unusable.html", status=404)
    page = reverse("sign-document", args=[opening.document_id])
    response = session.SeeOther(f"{mount.prefix_of(opening.cabinet_id)}{page}")
    session.give_cookie(response, cookie)
    return mount.framed(response, opening.cabinet)


def _cabinet(request: HttpRequest) -> ExternalCabinet | HttpResponse:
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return _problem(413, "too_long")
    headers = {name: request.headers.get(name, "") for name in _SIGNED_HEADERS}
    try:
        return asking.authenticated(
            request.headers.get("Cabinet-Id", ""), headers, request.body, timezone.now()
        )
    except asking.NotAuthentic:
        return _problem(401, "not_authentic")


def _problem(status: int, code: str) -> JsonResponse:
    return JsonResponse({"code": code}, status=status, headers={"Cache-Control": "no-store"})
