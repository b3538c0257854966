"""Encryption at rest: a value opens in its own place, under its own key, unchanged, or not at all."""

import base64
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from sep import vault

PLACE = "signer.personal|01J"


@pytest.fixture
def key():
    return vault.open_key(vault.new_wrapped_key())


@pytest.fixture
def another_master_key(settings):
    def change():
        other = base64.b64encode(secrets.token_bytes(32)).decode()
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"master_key": SecretStr(other)})
        forget()

    def forget():
        vault._derived.cache_clear()
        vault.open_key.cache_clear()

    yield change
    forget()


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_goes_in_comes_out(plain, place):
    key = vault.Key(b"k" * 32)
    assert key.decrypt(key.encrypt(plain, place), place) == plain


def test_same_value_is_never_the_same_ciphertext(key):
    assert key.encrypt(b"Ivanova", PLACE) != key.encrypt(b"Ivanova", PLACE)


def test_value_is_not_seen_in_its_ciphertext(key):
    assert b"Ivanova" not in key.encrypt(b"Ivanova", PLACE)


@pytest.mark.parametrize("place", ["signer.personal|01K", "patient.personal|01J", "", PLACE + " "])
def test_ciphertext_moved_to_another_place_does_not_open(key, place):
    with pytest.raises(vault.VaultError) as refused:
        key.decrypt(key.encrypt(b"Ivanova", PLACE), place)
    assert "Ivanova" not in str(refused.value)
    assert "01" not in str(refused.value), "an error names the column and not the row"


def test_key_of_another_organization_does_not_open(key):
    other = vault.open_key(vault.new_wrapped_key())
    with pytest.raises(vault.VaultError):
        other.decrypt(key.encrypt(b"Ivanova", PLACE), PLACE)


def test_every_changed_byte_is_noticed(key):
    sealed = key.encrypt(b"Ivanova", PLACE)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(vault.VaultError):
            key.decrypt(changed, PLACE)


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 27])
def test_torn_value_is_noticed(key, length):
    with pytest.raises(vault.VaultError):
        key.decrypt(key.encrypt(b"Ivanova", PLACE)[:length], PLACE)


def test_wrapped_keys_open_under_the_master_key_alone(another_master_key):
    wrapped = vault.new_wrapped_key()
    vault.open_key(wrapped)
    another_master_key()
    with pytest.raises(vault.VaultError):
        vault.open_key(wrapped)


def test_keyed_hash_depends_on_the_key_the_purpose_and_the_parts(another_master_key):
    hashes = {
        vault.keyed_hash("phone-index", "+79161234567"),
        vault.keyed_hash("confirmation-code", "+79161234567"),
        vault.keyed_hash("phone-index", "+79161234568"),
        vault.keyed_hash("phone-index", "+7916", "1234567"),
        vault.keyed_hash("phone-index", "+79161", "234567"),
        vault.keyed_hash("phone-index", "", "+79161234567"),
    }
    assert len(hashes) == 6
    assert vault.keyed_hash("phone-index", "+79161234567") in hashes
    assert vault.keyed_hash("phone-index", b"+79161234567") in hashes
    another_master_key()
    assert vault.keyed_hash("phone-index", "+79161234567") not in hashes
