"""The phone's page and its API. No sign-in: the simulator never runs in the production contour."""

import json
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from simulator import receipts
from simulator.models import Behaviour, Channel, GatewayFault, HandsetFault, Message
from simulator.smsc import RefusedError, phone_of

FEED_LIMIT = 200


def _asked_messages(request: HttpRequest) -> QuerySet[Message]:
    """Messages for `to`, or all. A plus in an address often arrives as a space."""
    messages = Message.objects.filter(arrived=True)
    if to := request.GET.get("to", "").strip():
        try:
            return messages.filter(to=phone_of(to))
        except RefusedError:
            return messages.none()
    return messages


@csrf_exempt  # for scripts: the demo and the tests read codes here
@require_http_methods(["GET", "DELETE"])
def messages(request: HttpRequest) -> HttpResponse:
    """GET /phone/api/messages?to=+79…: what the number received, newest last. DELETE clears it."""
    found = _asked_messages(request)
    if request.method == "DELETE":
        found.delete()
        return HttpResponse(status=204)
    return JsonResponse([message.public() for message in found], safe=False)


@csrf_exempt
@require_http_methods(["GET", "PUT"])
def behaviour(request: HttpRequest) -> HttpResponse:
    """GET and PUT /phone/api/behaviour: {"gateway": GatewayFault, "handset": HandsetFault}."""
    now = Behaviour.current()
    if request.method == "PUT":
        try:
            wanted = json.loads(request.body)
            now.gateway = GatewayFault(wanted.get("gateway", now.gateway))
            now.handset = HandsetFault(wanted.get("handset", now.handset))
        except (ValueError, AttributeError):
            return JsonResponse({"error": "unknown behaviour"}, status=400)
        now.save()
    return JsonResponse({"gateway": now.gateway, "handset": now.handset})


@require_GET
def feed(request: HttpRequest) -> HttpResponse:
    """Tell the page what is new: the numbers, the messages of one of them after `after`, the switches."""
    receipts.wake()
    found = _asked_messages(request) if request.GET.get("to") else Message.objects.none()
    found = found.filter(channel=Channel.SMS)  # those of MAX stand in its own chat
    after = request.GET.get("after", "")
    fresh = found.filter(pk__gt=int(after)) if after.isdecimal() and len(after) < 18 else found  # noqa: PLR2004
    newest = list(fresh.order_by("-id")[:FEED_LIMIT])[::-1]
    return JsonResponse(
        {
            "numbers": _numbers(),
            "messages": [{**message.public(), "from": message.sender} for message in newest],
            "behaviour": {"gateway": Behaviour.current().gateway, "handset": Behaviour.current().handset},
        }
    )


def _numbers() -> list[dict[str, Any]]:
    """Numbers that have messages, the latest first."""
    found = Message.objects.filter(arrived=True).values("to")
    counted = found.annotate(count=Count("id", filter=Q(channel=Channel.SMS)), last=Max("id")).order_by(
        "-last"
    )[:50]
    return [{"to": each["to"], "count": each["count"]} for each in counted]


@require_GET
def phone(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "simulator/phone.html",
        {"gateway_faults": GatewayFault, "handset_faults": HandsetFault, "behaviour": Behaviour.current()},
    )
