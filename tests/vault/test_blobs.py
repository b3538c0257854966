"""Files by their hash: whole or absent, encrypted, refused when changed."""

import hashlib
import os
import stat

import pytest

from sep import vault
from sep.vault import blobs
from tests import builders

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 \xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd\xd0\xbe\xd0\xb2\xd0\xb0 " * 50
SHA256 = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def clinic(settings, tmp_path):
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"data": tmp_path})
    return builders.organization()


def files(tmp_path):
    return [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_is_kept_comes_back_under_its_hash(clinic):
    assert blobs.put(clinic, PDF) == SHA256
    assert blobs.get(clinic, SHA256) == PDF


def test_file_on_the_disk_is_encrypted_and_its_owner_s_alone(clinic, tmp_path):
    blobs.put(clinic, PDF)
    (file,) = files(tmp_path)
    assert PDF[:40] not in file.read_bytes()
    assert file.name == SHA256
    assert all(folder.stat().st_mode & 0o077 == 0 for folder in [file.parent])


def test_same_bytes_are_kept_once(clinic, tmp_path):
    blobs.put(clinic, PDF)
    (file,) = files(tmp_path)
    written = file.stat().st_mtime_ns
    blobs.put(clinic, PDF)
    assert [one.stat().st_mtime_ns for one in files(tmp_path)] == [written]


def test_organizations_share_no_file(clinic):
    blobs.put(clinic, PDF)
    with pytest.raises(blobs.BlobMissing):
        blobs.get(builders.organization(), SHA256)


def test_unknown_hash_is_missing(clinic):
    with pytest.raises(blobs.BlobMissing):
        blobs.get(clinic, "0" * 64)


def test_changed_file_is_refused(clinic, tmp_path):
    blobs.put(clinic, PDF)
    (file,) = files(tmp_path)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(vault.VaultError):
        blobs.get(clinic, SHA256)


def test_file_under_the_name_of_another_is_refused(clinic, tmp_path):
    blobs.put(clinic, PDF)
    (file,) = files(tmp_path)
    other = hashlib.sha256(b"other").hexdigest()
    place = file.parent.parent / other[:2]
    place.mkdir(exist_ok=True)
    file.rename(place / other)
    with pytest.raises(vault.VaultError):
        blobs.get(clinic, other)


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_crash_before_the_name_is_given_leaves_no_half_file(clinic, tmp_path, monkeypatch, step):
    class PowerCut(BaseException):
        pass

    def cut(*_):
        raise PowerCut

    with monkeypatch.context() as patch:
        if step == "fsync":
            patch.setattr(os, "fsync", cut)
        else:
            patch.setattr("pathlib.Path.rename", cut)
        with pytest.raises(PowerCut):
            blobs.put(clinic, PDF)
    assert not [file for file in files(tmp_path) if file.name == SHA256]
    with pytest.raises(blobs.BlobMissing):
        blobs.get(clinic, SHA256)
    assert blobs.put(clinic, PDF) == SHA256
    assert blobs.get(clinic, SHA256) == PDF


def test_bytes_are_synced_before_the_name_and_the_name_before_the_return(clinic, monkeypatch):
    order = []
    fsync, rename = os.fsync, blobs.Path.rename

    def noting_fsync(descriptor):
        order.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def noting_rename(self, target):
        order.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(blobs.Path, "rename", noting_rename)
    blobs.put(clinic, PDF)
    assert order == ["file", "rename", "folder"]
