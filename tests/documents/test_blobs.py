import hashlib

import pytest

from sep.documents import blobs
from sep.vault import VaultError
from tests import builders

pytestmark = pytest.mark.django_db

DATA = b"%PDF-1.7 the document"


def path_of(clinic, sha256, settings):
    return settings.ENVIRONMENT.data / "blobs" / clinic.id.hex / sha256[:2] / sha256


def test_file_comes_back_by_its_hash_and_lies_encrypted(settings):
    clinic = builders.organization()
    sha256 = blobs.put(clinic, DATA)
    assert sha256 == hashlib.sha256(DATA).hexdigest()
    assert blobs.get(clinic, sha256) == DATA
    assert DATA not in path_of(clinic, sha256, settings).read_bytes()


def test_same_bytes_are_kept_once_and_leave_no_half_files(settings):
    clinic = builders.organization()
    sha256 = blobs.put(clinic, DATA)
    blobs.put(clinic, DATA)
    assert [file.name for file in path_of(clinic, sha256, settings).parent.iterdir()] == [sha256]


def test_changed_file_does_not_open(settings):
    clinic = builders.organization()
    sha256 = blobs.put(clinic, DATA)
    path = path_of(clinic, sha256, settings)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    with pytest.raises(VaultError):
        blobs.get(clinic, sha256)


def test_file_of_another_organization_is_missing():
    sha256 = blobs.put(builders.organization(), DATA)
    with pytest.raises(blobs.BlobMissing):
        blobs.get(builders.organization(), sha256)
