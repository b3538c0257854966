"""Where SMS gateways report what became of a message."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sep.delivery import outcomes
from sep.delivery.gateways import gateways
from sep.delivery.models import Attempt
from sep.delivery.sms.gateway import Gateway, Receipt, ReceiptError


@csrf_exempt
@require_POST
def receipts(request: HttpRequest, name: str) -> HttpResponse:
    """Take receipts of one gateway. A forged or foreign one changes nothing and is told nothing more."""
    gateway = gateways().get(name)
    if gateway is None:
        return HttpResponse(status=404)
    try:
        received = gateway.parse_receipts(request.body, request.headers)
    except ReceiptError:
        return HttpResponse(status=400)
    for receipt in received:
        _apply(gateway, receipt)
    return HttpResponse(gateway.callback_reply, content_type="text/plain")


def _apply(gateway: Gateway, receipt: Receipt) -> None:
    attempts = Attempt.objects.filter(gateway=gateway.name)
    if receipt.own_id is not None:
        attempts = attempts.filter(pk=receipt.own_id)
    else:
        attempts = attempts.filter(gateway_message_id=receipt.gateway_message_id or "-")
    attempt = attempts.first()
    if attempt is None:
        return
    if gateway.receipts_are_signed:
        outcomes.receive(attempt.pk, receipt, timezone.now())
    else:
        # Anyone can post here: an unsigned receipt is only a hint to ask the gateway itself, soon.
        attempts.filter(pk=attempt.pk, ask_at__isnull=False).update(ask_at=timezone.now())


urlpatterns = [path("sms/receipts/<slug:name>", receipts, name="sms-receipts")]
