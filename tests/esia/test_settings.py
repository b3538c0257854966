"""Settings that could only fail later are refused at once."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from sep.esia import CannotSign, Esia
from tests.esia.contour import identity, settings_of


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "http://esia.gosuslugi.ru"},
        {"base_url": "https://login:password@esia.gosuslugi.ru"},
        {"client_id": ""},
        {"key": None},
        {"token_certificate": None},
        {"algorithm": "GOST3410_2012_256"},
        {"algorithm": "HS256"},
        {"certificate_hash": ""},
        {"scopes": ("fullname",)},
        {"edition": 3},
    ],
)
def test_settings_that_cannot_work_are_refused(tmp_path, change):
    with pytest.raises(ValidationError):
        settings_of(tmp_path, **{"base_url": "https://esia.gosuslugi.ru", **change})


def test_the_issuer_is_the_contours_own(tmp_path):
    assert settings_of(tmp_path, "https://esia.gosuslugi.ru/").expected_issuer == "http://esia.gosuslugi.ru/"
    told = settings_of(tmp_path, "https://esia.gosuslugi.ru", issuer="https://esia.gosuslugi.ru/")
    assert told.expected_issuer == "https://esia.gosuslugi.ru/"


def test_a_certificate_of_another_key_is_refused(tmp_path):
    settings = settings_of(tmp_path, "https://esia.gosuslugi.ru", certificate=tmp_path / "esia.pem")
    with pytest.raises(CannotSign):
        Esia(settings)


@pytest.mark.parametrize("name", ["key", "token_certificate"])
def test_a_file_that_cannot_be_read_is_told(tmp_path, name):
    settings = settings_of(tmp_path, "https://esia.gosuslugi.ru", **{name: tmp_path / "absent.pem"})
    with pytest.raises(CannotSign):
        Esia(settings)
    (tmp_path / "absent.pem").write_text("not a key")
    with pytest.raises(CannotSign):
        Esia(settings)


def test_a_bare_public_key_of_esia_does_too(tmp_path):
    public = x509.load_pem_x509_certificate(identity("esia")[1]).public_key()
    (tmp_path / "esia.pub").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    settings = settings_of(tmp_path, "https://esia.gosuslugi.ru", token_certificate=tmp_path / "esia.pub")
    with Esia(settings) as esia:
        address = esia.authorization_address("state", "https://clinic.example/", datetime.now(UTC))
    assert address.startswith("https://esia.gosuslugi.ru/aas/oauth2/v2/ac?")
