import threading
from datetime import UTC, datetime

import pytest

from sep.esia import Esia
from simulator.models import EsiaBehaviour
from tests.esia.contour import identity, registered, settings_of


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
def base_url(live_server, settings):
    settings.SIMULATOR_ESIA_SYSTEMS = [registered()]
    settings.SIMULATOR_ESIA_KEY = identity("esia")[0].decode()
    yield f"{live_server.url}/gosuslugi"
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(10)  # the server's threads hold the database as long as a client holds them


@pytest.fixture
def connect(tmp_path, base_url):
    """Make clients with other settings; they are closed before the server's threads are waited for."""
    opened = []

    def make(*, signer=None, **changes):
        opened.append(Esia(settings_of(tmp_path, **{"base_url": base_url, **changes}), signer=signer))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def esia(connect):
    return connect()


@pytest.fixture
def fault():
    def put(which):
        EsiaBehaviour.objects.update_or_create(pk=1, defaults={"fault": which})

    return put
