import pytest

from sep import vault


def test_value_opens_only_at_its_place_and_under_its_key():
    key, other = (vault.open_key(vault.new_wrapped_key()) for _ in range(2))
    sealed = key.encrypt("Иванова".encode(), "signer.personal|1")
    assert key.decrypt(sealed, "signer.personal|1") == "Иванова".encode()
    with pytest.raises(vault.VaultError):
        key.decrypt(sealed, "signer.personal|2")
    with pytest.raises(vault.VaultError):
        other.decrypt(sealed, "signer.personal|1")


@pytest.mark.parametrize("position", [0, 12, -1])
def test_changed_byte_is_noticed(position):
    key = vault.open_key(vault.new_wrapped_key())
    sealed = bytearray(key.encrypt(b"value", "place"))
    sealed[position] ^= 1
    with pytest.raises(vault.VaultError):
        key.decrypt(bytes(sealed), "place")


@pytest.mark.parametrize("sealed", [b"", b"short"])
def test_what_was_never_sealed_does_not_open(sealed):
    with pytest.raises(vault.VaultError):
        vault.open_key(vault.new_wrapped_key()).decrypt(sealed, "place")


def test_same_value_is_never_sealed_alike():
    key = vault.open_key(vault.new_wrapped_key())
    assert key.encrypt(b"value", "place") != key.encrypt(b"value", "place")


def test_keyed_hash_tells_parts_and_purposes_apart():
    assert vault.keyed_hash("code", "ab", "c") != vault.keyed_hash("code", "a", "bc")
    assert vault.keyed_hash("code", "a") != vault.keyed_hash("phone", "a")
    assert vault.keyed_hash("code", "a") == vault.keyed_hash("code", b"a")
