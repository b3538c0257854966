"""The `id_token` («маркер идентификации») of a consent, and the ways to spoil it."""

import base64
import json
import uuid
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from simulator.esia.models import EsiaFault, EsiaGrant
from simulator.esia.systems import own_key

LIFE_SECONDS: Final = 3 * 60 * 60
_ALIEN: Final = "ALIEN0177"


def make(grant: EsiaGrant, host: str, fault: EsiaFault, now: datetime) -> str:
    """Make the token of a grant; `host` is this ЕСИА's, with its port."""
    head: dict[str, Any] = {"ver": 1, "typ": "JWT", "sbt": "id", "alg": "RS256"}
    claims = _claims(grant, host, int(now.timestamp()))
    _spoil(head, claims, fault)
    covered = f"{_written(head)}.{_written(claims)}"
    if fault is EsiaFault.WRONG_ALGORITHM:
        return f"{covered}."
    wrong = fault is EsiaFault.WRONG_SIGNATURE
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048) if wrong else own_key()
    return f"{covered}.{_encoded(key.sign(covered.encode(), padding.PKCS1v15(), SHA256()))}"


def _claims(grant: EsiaGrant, host: str, seconds: int) -> dict[str, Any]:
    return {
        "iss": f"http://{host}/",
        "aud": grant.client_id,
        "sub": grant.oid,
        "iat": seconds,
        "nbf": seconds,
        "exp": seconds + LIFE_SECONDS,
        "auth_time": int(grant.at.timestamp()),
        "amr": "PWD",
        "urn:esia:amd": "PWD",
        "urn:esia:sid": str(uuid.uuid4()),
        "urn:esia:sbj": {
            "urn:esia:sbj:typ": "P",
            "urn:esia:sbj:is_tru": True,
            "urn:esia:sbj:oid": grant.oid,
            "urn:esia:sbj:nam": f"OID.{grant.oid}",
        },
    }


def _spoil(head: dict[str, Any], claims: dict[str, Any], fault: EsiaFault) -> None:
    match fault:
        case EsiaFault.WRONG_ALGORITHM:
            head["alg"] = "none"
        case EsiaFault.WRONG_AUDIENCE:
            claims["aud"] = _ALIEN
        case EsiaFault.WRONG_ISSUER:
            claims["iss"] = "http://esia.example/"
        case EsiaFault.EXPIRED:
            _move(claims, -2 * LIFE_SECONDS)
        case EsiaFault.EARLY:
            _move(claims, LIFE_SECONDS)
        case EsiaFault.UNCONFIRMED:
            del claims["urn:esia:sbj"]["urn:esia:sbj:is_tru"]
        case EsiaFault.ORGANIZATION:
            claims["urn:esia:sbj"]["urn:esia:sbj:typ"] = "L"


def _move(claims: dict[str, Any], seconds: int) -> None:
    for name in ("iat", "nbf", "exp"):
        claims[name] += seconds


def _written(part: dict[str, Any]) -> str:
    return _encoded(json.dumps(part).encode())


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()
