import pytest

from sep.delivery.max.client import BotApi
from tests.delivery.max.platform import Platform

TOKEN = "f9LHodD0cOJf4-token-of-a-bot"


@pytest.fixture
def platform():
    with Platform() as platform:
        yield platform


@pytest.fixture
def pauses():
    """The pauses that the client has asked for."""
    return []


@pytest.fixture
def api(platform, pauses):
    api = BotApi(TOKEN, base_url=f"{platform.url}/phone/max/bot", pause=pauses.append)
    yield api
    api.close()
