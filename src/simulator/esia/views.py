"""The page of consent, the token, the person, and the switch of faults. No sign-in, as all the simulator."""

import json
import secrets
import time
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from simulator.account import silence_seconds
from simulator.esia import citizens, marker
from simulator.esia.citizens import CitizenForm
from simulator.esia.models import EsiaBehaviour, EsiaFault, EsiaGrant
from simulator.esia.requests import CONSENT, EDITIONS, FRESH, Refused, check, registered
from simulator.esia.systems import System
from simulator.esia.systems import citizens as known_citizens
from simulator.routers import ALIAS
from simulator.smsc import broken_answer

CODE_LIFE: Final = timedelta(minutes=3)
SCOPES: Final[dict[str, str]] = {
    "openid": "вход",
    "fullname": "фамилия, имя и отчество",
    "birthdate": "дата рождения",
    "snils": "СНИЛС",
}


@csrf_exempt  # there is no session here whose rights could be borrowed
@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest, edition: int) -> HttpResponse:
    """GET shows who asks for what; POST of the same address takes the consent or the refusal."""
    asked = request.GET.dict()
    wire = EDITIONS[edition]
    try:
        system = registered(asked)  # until then nobody may be sent anywhere
    except Refused as refused:
        return render(request, "simulator/esia_refused.html", {"refused": refused}, status=400)
    try:
        if asked.get("response_type") != "code":
            raise Refused("007014")  # noqa: TRY301  one way out for all refusals
        age = CONSENT if request.method == "POST" else FRESH
        check(asked, system, wire, wire.for_code, timezone.now(), age=age)
        if request.method == "POST" and request.POST.get("answer") != "allow":
            raise Refused("007004")  # noqa: TRY301
    except Refused as refused:
        return _back(asked, refused.parameters(asked.get("state", "")))
    form = CitizenForm(request.POST if request.POST.get("who") == "typed" else None)
    if request.method == "POST":
        citizen = citizens.chosen(request.POST.get("who", ""), form)
        if citizen is not None:
            grant = EsiaGrant.objects.create(
                code=secrets.token_urlsafe(32),
                access_token=secrets.token_urlsafe(32),
                client_id=system.client_id,
                redirect_uri=asked["redirect_uri"],
                scope=asked["scope"],
                citizen=citizens.shown(citizen, asked["scope"]),
                oid=citizens.oid_of(citizen),
            )
            return _back(asked, {"code": grant.code, "state": asked["state"]})
    return _page(request, system, asked["scope"], form)


def _page(request: HttpRequest, system: System, scope: str, form: CitizenForm) -> HttpResponse:
    context = {
        "system": system,
        "scopes": [SCOPES.get(each, each) for each in scope.split()],
        "citizens": known_citizens(),
        "form": form,
        "fault": EsiaBehaviour.current(),
    }
    return render(request, "simulator/esia.html", context, status=400 if form.is_bound else 200)


def _back(asked: dict[str, str], parameters: dict[str, str]) -> HttpResponse:
    where = asked["redirect_uri"]
    return HttpResponseRedirect(f"{where}{'&' if '?' in where else '?'}{urlencode(parameters)}")


@csrf_exempt
@require_POST
def token(request: HttpRequest, edition: int) -> HttpResponseBase:
    """Exchange a code, once."""
    fault = EsiaBehaviour.current()
    if fault is EsiaFault.ERROR_500:
        return HttpResponse("<html><body><h1>500</h1></body></html>", status=500)
    if fault is EsiaFault.SLOW:
        time.sleep(silence_seconds())
        return broken_answer()
    asked = request.POST.dict()
    state = asked.get("state", "")
    try:
        if fault is EsiaFault.OVERLOADED:
            raise Refused("007008")  # noqa: TRY301
        grant = _exchanged(asked, edition)
    except Refused as refused:
        return JsonResponse(refused.parameters(state), status=400)
    return JsonResponse(
        {
            "access_token": grant.access_token,
            "id_token": marker.make(grant, request.get_host(), fault, timezone.now()),
            "state": secrets.token_hex(16) if fault is EsiaFault.OTHER_STATE else state,
            "token_type": "Bearer",
            "expires_in": marker.LIFE_SECONDS,
        },
        headers={"Cache-Control": "no-store"},
    )


def _exchanged(asked: dict[str, str], edition: int) -> EsiaGrant:
    """Spend the code of this very system, address and scope. Raises Refused."""
    wire, now = EDITIONS[edition], timezone.now()
    system = registered(asked)
    if asked.get("grant_type") != "authorization_code":
        raise Refused("007012")
    check(asked, system, wire, wire.for_token, now)
    with transaction.atomic(using=ALIAS):
        grant = EsiaGrant.objects.filter(code=asked.get("code", "")).first()
        if grant is None or (grant.client_id, grant.redirect_uri, grant.scope) != (
            system.client_id,
            asked["redirect_uri"],
            asked["scope"],
        ):
            raise Refused("007011")
        unspent = EsiaGrant.objects.filter(pk=grant.pk, spent=False, at__gte=now - CODE_LIFE)
        if not unspent.update(spent=True):
            raise Refused("007011")
    return grant


@require_GET
def person(request: HttpRequest, oid: str) -> HttpResponse:
    """GET /rs/prns/{oid}, with the token of that very person."""
    fault = EsiaBehaviour.current()
    if fault is EsiaFault.PERSON_500:
        return HttpResponse("<html><body><h1>500</h1></body></html>", status=500)
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    freshest = timezone.now() - timedelta(seconds=marker.LIFE_SECONDS)
    grant = EsiaGrant.objects.filter(access_token=bearer, spent=True, at__gte=freshest).first()
    if grant is None or str(grant.oid) != oid:
        return JsonResponse({"code": "ESIA-005005", "message": "Unauthorized"}, status=401)
    shown = {**grant.citizen, "trusted": fault is not EsiaFault.UNTRUSTED}
    return JsonResponse(shown, headers={"Cache-Control": "no-store"})


@csrf_exempt
@require_http_methods(["GET", "PUT"])
def faults(request: HttpRequest) -> HttpResponse:
    """GET and PUT api/faults: {"fault": EsiaFault}."""
    if request.method == "PUT":
        try:
            wanted = EsiaFault(json.loads(request.body)["fault"])
        except (ValueError, TypeError, KeyError):
            return JsonResponse({"error": "unknown fault"}, status=400)
        EsiaBehaviour.objects.update_or_create(pk=1, defaults={"fault": wanted})
    return JsonResponse({"fault": EsiaBehaviour.current()})
