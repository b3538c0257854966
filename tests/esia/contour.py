"""Our system and the pretended ЕСИА, each with a key of its own; and a person who goes the way by hand."""

from datetime import UTC, datetime
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import httpx2

from sep.esia import EsiaSettings, make_development_identity

CLIENT = "KLINIKA01"
CERTIFICATE_HASH = "3F" * 32
BACK = "https://clinic.example/esia/back"
STATE = "6b1b2e0c-6f43-4f0b-9a57-0d7bb1c5a001"


@cache
def identity(name):
    """Key and certificate, PEM; made once in a run."""
    return make_development_identity(name, datetime.now(UTC))


def registered(**changes):
    return {
        "client_id": CLIENT,
        "name": "Клиника «Рябина»",
        "certificate": identity("system")[1].decode(),
        "certificate_hash": CERTIFICATE_HASH,
        "redirect_uris": [BACK],
        **changes,
    }


def settings_of(folder, base_url, **changes):
    """Write the keys as files, as an installation has them."""
    for name in ("system", "esia"):
        key, certificate = identity(name)
        (folder / f"{name}.key").write_bytes(key)
        (folder / f"{name}.pem").write_bytes(certificate)
    told = {
        "base_url": base_url,
        "client_id": CLIENT,
        "certificate_hash": CERTIFICATE_HASH,
        "key": folder / "system.key",
        "certificate": folder / "system.pem",
        "token_certificate": folder / "esia.pem",
        "read_seconds": 5.0,
    }
    return EsiaSettings(**{**told, **changes})


def answer(address, **form):
    """Press a button of the page and return what comes back to the redirect_uri."""
    with httpx2.Client(trust_env=False) as browser:
        gone = browser.post(address, data={"answer": "allow", "who": "0", **form})
    assert gone.status_code == 302, gone.text
    where = gone.headers["Location"]
    assert where.startswith(BACK + "?")
    return dict(parse_qsl(urlsplit(where).query))
