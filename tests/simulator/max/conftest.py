import pytest

from simulator.max import dispatcher
from tests.simulator.max.sides import BOT, OTHER


@pytest.fixture(autouse=True)
def bots(settings, monkeypatch):
    """Two bots of this MAX; updates are brought by the test's own hand."""
    settings.SIMULATOR_MAX_BOTS = [BOT, OTHER]
    settings.SIMULATOR_MAX_ALLOW_HTTP = True
    monkeypatch.setattr(dispatcher, "enabled", False)
    return settings
