import base64

import pytest
from pydantic import ValidationError

from sep.config.environment import Environment

PRODUCTION = {
    "contour": "production",
    "secret_key": "s" * 50,
    "master_key": base64.b64encode(bytes(32)).decode(),
    "address": "https://sign.example.ru",
    "seal_pkcs12": "/keys/seal.p12",
    "sms_gateways": ["smsc"],
    "simulator": False,
}


def made(**changes):
    return Environment(**{**PRODUCTION, **changes})


def test_whole_production_contour_starts():
    assert made().secure


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"debug": True}, "SEP_DEBUG"),
        ({"address": "http://sign.example.ru"}, "SEP_ADDRESS без https"),
        ({"seal_pkcs12": None}, "SEP_SEAL_PKCS12"),
        ({"simulator": True}, "SEP_SIMULATOR"),
        ({"sms_gateways": ["smsc", "console"]}, "console"),
    ],
)
def test_production_refuses_to_start_and_says_why(changes, reason):
    with pytest.raises(ValidationError, match=reason):
        made(**changes)
    assert made(**changes, contour="test")


@pytest.mark.parametrize("key", ["", "not base64", base64.b64encode(bytes(16)).decode()])
def test_master_key_of_another_size_is_refused(key):
    with pytest.raises(ValidationError, match="32 байта"):
        made(master_key=key)


def test_secrets_are_not_in_the_representation():
    assert PRODUCTION["secret_key"] not in repr(made())
    assert PRODUCTION["master_key"] not in repr(made())
