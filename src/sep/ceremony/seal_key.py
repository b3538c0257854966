"""The organization's seal of this installation, parsed once: parsing costs more than a hundred signatures."""

from functools import cache

from django.conf import settings

from sep.sealing import SealKey


class SealKeyMissing(Exception):
    """No key to seal with: SEP_SEAL_PKCS12 is not set."""


@cache
def seal_key() -> SealKey:
    """Return the key that seals; raises `SealKeyMissing`, `OSError` or `sep.sealing.SealingError`."""
    environment = settings.ENVIRONMENT
    if environment.seal_pkcs12 is None:
        raise SealKeyMissing("SEP_SEAL_PKCS12 не задан")
    passphrase = environment.seal_passphrase.get_secret_value().encode()
    return SealKey.from_pkcs12(environment.seal_pkcs12.read_bytes(), passphrase or None)
