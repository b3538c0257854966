"""Where MAX brings updates: the secret, the size, one insert, 200."""

import hmac

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sep.delivery.max.models import Bot
from sep.maxbot import inbox

LONGEST = 1024 * 1024
"""Bytes. An honest update is a few kilobytes."""


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, key: str) -> HttpResponse:
    """Take one update of one bot. MAX counts anything but 200 as a failure and sends it again for hours."""
    bot = Bot.objects.filter(webhook_key=key, disconnected_at__isnull=True).first()
    given = request.headers.get("X-Max-Bot-Api-Secret", "")
    expected = bot.secret if bot is not None else ""
    if bot is None or not hmac.compare_digest(given.encode(), expected.encode()):
        return HttpResponse(status=404)
    if int(request.headers.get("Content-Length") or 0) > LONGEST:
        return HttpResponse(status=413)
    inbox.accept(bot, request.body, timezone.now())
    return HttpResponse()
