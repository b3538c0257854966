"""What this ЕСИА knows from Django's settings: its key, the registered systems, the people offered."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings


@dataclass(frozen=True, slots=True)
class System:
    """An information system. `certificate` is PEM; `certificate_hash` is compared as it was registered."""

    client_id: str
    name: str
    certificate: str
    redirect_uris: tuple[str, ...]
    certificate_hash: str = ""


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person that the page offers; `snils` is «000-000-000 00», or empty."""

    family: str
    given: str
    patronymic: str
    birth_date: date
    snils: str = ""


INVENTED: tuple[Citizen, ...] = (
    Citizen("Тестовая", "Мария", "Ивановна", date(1987, 4, 12), "000-000-601 99"),
    Citizen("Учебный", "Пётр", "Сергеевич", date(1975, 11, 3), "000-000-602 00"),
)


def system_of(client_id: str) -> System | None:
    """Find in SIMULATOR_ESIA_SYSTEMS: a list of dictionaries with the fields of `System`; none by default."""
    listed: list[dict[str, Any]] = getattr(settings, "SIMULATOR_ESIA_SYSTEMS", [])
    for each in listed:
        if each["client_id"] == client_id:
            return System(**{**each, "redirect_uris": tuple(each["redirect_uris"])})
    return None


def citizens() -> tuple[Citizen, ...]:
    """Read SIMULATOR_ESIA_CITIZENS: dictionaries with the fields of `Citizen`; two invented by default."""
    listed: list[dict[str, Any]] | None = getattr(settings, "SIMULATOR_ESIA_CITIZENS", None)
    return INVENTED if listed is None else tuple(Citizen(**each) for each in listed)


def own_key() -> RSAPrivateKey:
    """Read SIMULATOR_ESIA_KEY: PEM of the RSA key that signs tokens."""
    key = load_pem_private_key(getattr(settings, "SIMULATOR_ESIA_KEY", "").encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key
