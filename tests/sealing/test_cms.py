from hashlib import sha256

import pytest
from asn1crypto import cms

from sep.sealing.cms import read_container

DIGEST = sha256(b"document").digest()


def changed(container: bytes, change) -> bytes:
    info = cms.ContentInfo.load(container)
    change(info["content"])
    return info.dump(force=True)


def test_a_container_is_read_back_as_it_was_written(key):
    found = read_container(key.container(DIGEST) + bytes(20), [key.certificate])

    assert found.canonical
    assert found.digest == DIGEST
    assert found.signatory.confirms(found.digest, found.signature)
    assert found.signatory.chain == key.chain[:1]  # the root stays outside


def test_an_independent_encoder_writes_the_same_bytes(key):
    container = key.container(DIGEST)

    assert cms.ContentInfo.load(container).dump(force=True) == container


def test_the_signature_is_of_this_digest_only(key):
    found = read_container(key.container(DIGEST), [key.certificate])

    assert not found.signatory.confirms(sha256(b"another").digest(), found.signature)


def test_an_unsigned_attribute_is_noticed(key):
    def change(signed_data):
        (signer,) = signed_data["signer_infos"]
        signer["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute({"type": "1.2.3.4", "values": []})])

    assert not read_container(changed(key.container(DIGEST), change), [key.certificate]).canonical


def test_bytes_behind_the_container_are_noticed(key):
    assert not read_container(key.container(DIGEST) + b"\x00\x01", [key.certificate]).canonical


def test_a_container_of_another_certificate_is_not_read(key):
    with pytest.raises(KeyError, match="not trusted"):
        read_container(key.container(DIGEST), [])


def test_no_container_is_longer_than_its_place(key):
    assert all(len(key.container(bytes([n] * 32))) <= key.container_size for n in range(5))
