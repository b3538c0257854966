from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from sep.sealing import KeyRefused, SealKey, Status, make_development_key, seal, verify
from tests.sealing import originals
from tests.sealing.conftest import KEY_MADE_AT, SHEET, SIGNED_AT

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ООО «Ключ»")])


def container(private_key, *, certified_key=None, usage=None) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .issuer_name(NAME)
        .subject_name(NAME)
        .public_key((certified_key or private_key).public_key())
        .serial_number(7)
        .not_valid_before(KEY_MADE_AT)
        .not_valid_after(KEY_MADE_AT + timedelta(days=400))
    )
    if usage is not None:
        builder = builder.add_extension(usage, critical=True)
    signer = certified_key or private_key
    digest = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return pkcs12.serialize_key_and_certificates(
        b"key", private_key, builder.sign(signer, digest), None, NoEncryption()
    )


@pytest.mark.parametrize(
    "private_key",
    [
        lambda: rsa.generate_private_key(65537, 2048),
        lambda: rsa.generate_private_key(65537, 3072),
        lambda: ec.generate_private_key(ec.SECP256R1()),
    ],
    ids=["rsa-2048", "rsa-3072", "p-256"],
)
def test_a_usual_key_seals(private_key):
    key = SealKey.from_pkcs12(container(private_key()), None)

    for _ in range(5):  # an ECDSA signature differs in length from time to time
        sealed = seal(originals.plain(), sheet=SHEET, evidence={}, key=key, signed_at=SIGNED_AT)
        verdict = verify(sealed.data, trusted=[key.certificate], issued=lambda _: False)
        assert verdict.status is Status.VALID
    assert not key.is_development


@pytest.mark.parametrize(
    "private_key",
    [
        ed25519.Ed25519PrivateKey.generate,
        lambda: ec.generate_private_key(ec.SECP384R1()),
        lambda: rsa.generate_private_key(65537, 1024),
        lambda: rsa.generate_private_key(65537, 4096),
    ],
    ids=["ed25519", "p-384", "rsa-1024", "rsa-4096"],
)
def test_an_unusual_key_is_refused(private_key):
    with pytest.raises(KeyRefused, match="RSA-2048") as refusal:
        SealKey.from_pkcs12(container(private_key()), None)

    assert refusal.value.code == "key_algorithm"


def test_a_wrong_passphrase_is_refused():
    data = make_development_key("ООО «Клиника»", b"right")

    assert SealKey.from_pkcs12(data, b"right").is_development
    with pytest.raises(KeyRefused) as refusal:
        SealKey.from_pkcs12(data, b"wrong")
    assert refusal.value.code == "pkcs12_unreadable"


def test_garbage_is_refused():
    with pytest.raises(KeyRefused) as refusal:
        SealKey.from_pkcs12(b"garbage", None)

    assert refusal.value.code == "pkcs12_unreadable"


def test_a_container_without_a_key_is_refused(key):
    data = pkcs12.serialize_key_and_certificates(b"x", None, None, [key.certificate], NoEncryption())

    with pytest.raises(KeyRefused) as refusal:
        SealKey.from_pkcs12(data, None)
    assert refusal.value.code == "pkcs12_incomplete"


def test_a_certificate_for_encryption_only_is_refused():
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )

    with pytest.raises(KeyRefused) as refusal:
        SealKey.from_pkcs12(container(ec.generate_private_key(ec.SECP256R1()), usage=usage), None)
    assert refusal.value.code == "certificate_usage"


def test_a_development_key_says_so_and_tells_its_end():
    key = SealKey.from_pkcs12(make_development_key("ООО «Клиника»"), None)

    assert key.is_development
    assert key.facts.owner == "ООО «Клиника»"
    assert len(key.chain) == 2
    assert key.not_after > datetime.now(UTC) + timedelta(days=365)


def test_a_long_name_of_an_organization_is_kept_whole():
    name = "Общество с ограниченной ответственностью «Многопрофильная клиника имени Н. И. Пирогова»"

    assert SealKey.from_pkcs12(make_development_key(name), None).facts.owner == name


def test_a_key_does_not_show_itself_in_logs(key):
    assert "PrivateKey" not in repr(key)
