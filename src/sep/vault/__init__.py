"""Encryption at rest and keyed hashes: one master key outside the database, one wrapped key an organization.

Figures from OWASP ASVS 5 chapters 11 and 14: AES-256-GCM with the place of the value as associated data, so
that a ciphertext moved to another row or column does not open.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_NONCE_BYTES = 12


class VaultError(Exception):
    """A value does not open: wrong key, wrong place, or changed bytes."""


class Key:
    """A data key of one organization."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def encrypt(self, plain: bytes, place: str) -> bytes:
        """Encrypt `plain` for one `place`, such as `signer.personal|01J…`; returns nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def decrypt(self, sealed: bytes | memoryview, place: str) -> bytes:
        """Open what `encrypt` made for the same place; raises `VaultError`."""
        sealed = bytes(sealed)
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise VaultError(f"the value at {place.partition('|')[0]} does not open") from error


@lru_cache(maxsize=16)
def _derived(purpose: str) -> bytes:
    master = base64.b64decode(settings.ENVIRONMENT.master_key.get_secret_value())
    return HKDF(SHA256(), length=32, salt=None, info=f"sep:{purpose}".encode()).derive(master)


def new_wrapped_key() -> bytes:
    """Make a data key for an organization, wrapped by the master key; only this form is stored."""
    return Key(_derived("wrap")).encrypt(os.urandom(32), "organization.key")


@lru_cache(maxsize=1024)
def open_key(wrapped: bytes) -> Key:
    """Unwrap a data key; raises `VaultError` when the master key is another one."""
    return Key(Key(_derived("wrap")).decrypt(wrapped, "organization.key"))


def keyed_hash(purpose: str, *parts: str | bytes) -> bytes:
    """Return HMAC-SHA-256 over `parts`, keyed outside the database; each part is length-prefixed.

    Six digits under a plain hash fall in half a second on one core; under a key that the database does not
    hold they stay out of reach. The same function makes blind indexes, by which an encrypted phone can be
    looked up.
    """
    mac = hmac.new(_derived(purpose), digestmod=hashlib.sha256)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        mac.update(len(data).to_bytes(8, "big") + data)
    return mac.digest()
