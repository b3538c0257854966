import threading

import pytest
from django.utils import timezone

from sep.delivery.gateways import gateways
from sep.delivery.max import bots, client, pacing
from sep.delivery.max.connection import connect
from simulator.max import dispatcher
from simulator.max.models import MaxBehaviour
from tests.maxbot.messenger import Messenger

TOKEN = "f9LHodD0cOJf4-token-of-the-bot"
USERNAME = "id2600000000_bot"


@pytest.fixture
def installation(transactional_db, live_server, settings, monkeypatch):
    """The service and the pretended MAX in one server, as `sep demo` runs them; updates come by hand."""
    changes = {
        "max_api": f"{live_server.url}/phone/max/bot",
        "address": live_server.url,
        "sms_gateways": ["console"],
    }
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update=changes)
    settings.SIMULATOR_MAX_BOTS = [
        {
            "token": TOKEN,
            "user_id": 229_229_229,
            "username": USERNAME,
            "first_name": "Документы на подпись",
            "app_url": f"{live_server.url}/max/app/{USERNAME}",
        }
    ]
    monkeypatch.setattr(dispatcher, "enabled", False)
    # The limits have tests of their own; here nobody waits half a second for each message.
    monkeypatch.setattr(pacing, "DIALOG_INTERVAL", 0)
    monkeypatch.setattr(client, "READ_SECONDS", 5.0)  # this server does not hang up where granian does
    monkeypatch.setattr(client, "_UPLOAD_PAUSE", 0)
    MaxBehaviour.objects.update_or_create(pk=1, defaults={"limits": False})
    gateways.cache_clear()
    bots._client.cache_clear()
    yield live_server
    bots._client(TOKEN).close()
    bots._client.cache_clear()
    dispatcher._client().close()
    dispatcher._client.cache_clear()
    gateways.cache_clear()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(10)  # the server's threads hold the database as long as a client holds them


@pytest.fixture
def bot(installation):
    """The common bot, connected."""
    return connect(TOKEN, None, timezone.now())


@pytest.fixture
def messenger_of(bot):
    """The MAX of a package's signer."""
    return lambda package: Messenger(bot.username, package.signer.person.phone)
