import httpx2
import pytest

from sep.delivery.sms.gateway import OutgoingSms
from sep.delivery.sms.registry import build_gateway
from tests.delivery.sms.provider import Provider

SETTINGS = {
    "smsc": {"apikey": "s3cr3t-key", "callback_secret": "word"},
    "smsru": {"api_id": "s3cr3t-key"},
    "smsaero": {"email": "clinic@example.ru", "api_key": "s3cr3t-key"},
}


@pytest.fixture
def provider():
    with Provider() as provider:
        yield provider


@pytest.fixture
def client():
    """An impatient client: the same timeouts as in the service, a hundred times shorter."""
    with httpx2.Client(timeout=httpx2.Timeout(0.25, connect=0.25), trust_env=False) as client:
        yield client


@pytest.fixture
def make(provider, client):
    """Builds a gateway that speaks to the provider of this test."""

    def build(name, base_url=None, **settings):
        return build_gateway(
            name, {**SETTINGS[name], "base_url": base_url or provider.url, **settings}, client
        )

    return build


@pytest.fixture
def sms():
    return OutgoingSms(own_id=14, phone="+79990000065", text="Код 482913 для подписания ИДС №А17")
