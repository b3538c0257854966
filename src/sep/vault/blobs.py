"""Files by their hash: encrypted, and on the disk before the row that names them commits."""

import hashlib
import os
import secrets
import uuid
from pathlib import Path
from typing import Protocol

from django.conf import settings

from sep.vault import Key


class Owner(Protocol):
    """Whose files these are: an organization with a key of its own."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def key(self) -> Key: ...


class BlobMissing(Exception):
    """No file under that hash: the data folder and the database do not belong together."""


def _path(owner: Owner, sha256: str) -> Path:
    root: Path = settings.ENVIRONMENT.data / "blobs"
    return root / owner.id.hex / sha256[:2] / sha256


def put(owner: Owner, data: bytes) -> str:
    """Keep `data` and return its SHA-256 in hex; the same bytes twice are kept once."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = _path(owner, sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{sha256}.{secrets.token_hex(4)}")
    with temporary.open("wb") as file:
        file.write(owner.key.encrypt(data, f"blob|{sha256}"))
        file.flush()
        os.fsync(file.fileno())
    temporary.rename(path)
    # The name must survive a power cut as well as the bytes: sync the folder too.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return sha256


def get(owner: Owner, sha256: str) -> bytes:
    """Return the bytes kept under a hash; raises `BlobMissing`, or `VaultError` when the file was changed."""
    try:
        sealed = _path(owner, sha256).read_bytes()
    except FileNotFoundError as error:
        raise BlobMissing(sha256) from error
    return owner.key.decrypt(sealed, f"blob|{sha256}")
