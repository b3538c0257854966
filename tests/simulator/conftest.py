import pytest


@pytest.fixture(autouse=True)
def account(settings):
    """The gateway account of these tests; receipts go nowhere unless a test says where."""
    settings.SIMULATOR_LOGIN = "demo"
    settings.SIMULATOR_PASSWORD = "demo"
    settings.SIMULATOR_APIKEY = "demo"
    settings.SIMULATOR_CALLBACK_URL = None
    settings.SIMULATOR_CALLBACK_SECRET = "word"
    return settings
