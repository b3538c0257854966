import json
import os
import subprocess
import sys
import threading

import pytest
from django.db import connections
from django.utils.module_loading import autodiscover_modules

from sep.delivery.gateways import gateways
from simulator import receipts

_SHARED = frozenset({"ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT"})


@pytest.fixture
def service(transactional_db, live_server, settings):
    """Environment of processes beside this one: its databases, and the simulator as the gateway."""
    account = {"apikey": "key", "base_url": f"{live_server.url}/phone/smsc"}
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"sms_gateways": ["smsc"], "smsc": account})
    settings.SIMULATOR_APIKEY, settings.SIMULATOR_CALLBACK_URL = "key", None
    gateways.cache_clear()
    built = gateways()
    autodiscover_modules("tasks")  # `drain` inherits what the other process began, periodic jobs included
    databases = {
        alias: {name: value for name, value in connections[alias].settings_dict.items() if name in _SHARED}
        for alias in connections
    }
    yield {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "SEP_TEST_DATABASES": json.dumps(databases, default=str),
        "SEP_SMS_GATEWAYS": '["smsc"]',
        "SEP_SMSC": json.dumps(account),
    }
    for client in (*built.values(), receipts._client()):
        client.close()
    receipts._client.cache_clear()
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(10)  # the server's threads hold the database as long as a client holds them
    gateways.cache_clear()


@pytest.fixture
def run(service):
    """Run a module of this folder to its end and return how it ended: -9 is `kill -9`."""

    def start(module, *arguments):
        command = [sys.executable, "-m", f"tests.faults.{module}", *arguments]
        return subprocess.run(command, env=service, timeout=60, check=False).returncode

    return start
