import pytest

from sep.delivery import carriers
from sep.delivery.gateways import gateways
from sep.delivery.sms.console import ConsoleSettings
from sep.delivery.sms.registry import GATEWAYS


@pytest.fixture
def installed(settings, monkeypatch):
    """Make given gateways the ones of this installation, in their order."""

    def install(*scripted):
        names = [gateway.name for gateway in scripted]
        for gateway in scripted:
            made = (ConsoleSettings, lambda _settings, _client, gateway=gateway: gateway)
            monkeypatch.setitem(GATEWAYS, gateway.name, made)
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"sms_gateways": names})
        gateways.cache_clear()
        return scripted[0] if len(scripted) == 1 else scripted

    yield install
    gateways.cache_clear()


@pytest.fixture
def impatient(monkeypatch):
    """A gateway that does not answer a question is asked once: the wait itself is not what is tested."""
    monkeypatch.setattr(carriers, "_ASKING", carriers._ASKING * 0)
