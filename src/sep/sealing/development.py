"""A seal for development and demonstration, with an authority of its own and without legal force."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    KeySerializationEncryption,
    NoEncryption,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from sep.sealing.certificates import DEVELOPMENT_AUTHORITY

_VALIDITY = timedelta(days=3 * 365)
_COMMON_NAME_LIMIT = 64  # X.520 says characters, OpenSSL and `cryptography` count octets
_CLOCK_SKEW = timedelta(hours=1)


def make_development_key(
    organization: str, passphrase: bytes | None = None, *, not_before: datetime | None = None
) -> bytes:
    """Make an RSA-2048 key, a private authority and a certificate valid for three years.

    Args:
        organization: the name printed on the seal.
        passphrase: encrypts the container; `None` leaves it open.
        not_before: start of validity; an hour ago when not given.

    Returns:
        A PKCS#12 container with the key, its certificate and the authority's certificate.
    """
    start = not_before or datetime.now(UTC) - _CLOCK_SKEW
    authority_name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "RU"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEVELOPMENT_AUTHORITY),
            x509.NameAttribute(NameOID.COMMON_NAME, "УЦ для разработки"),
        ]
    )
    owner_name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "RU"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut_to_octets(organization, _COMMON_NAME_LIMIT)),
        ]
    )
    authority_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    seal_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    authority = (
        _certificate(authority_name, authority_name, authority_key.public_key(), start)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _certificate(authority_name, owner_name, seal_key.public_key(), start)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(seal_key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    encryption: KeySerializationEncryption = (
        NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase)
    )
    return pkcs12.serialize_key_and_certificates(
        organization.encode(), seal_key, certificate, [authority], encryption
    )


def _certificate(
    issuer: x509.Name, subject: x509.Name, public_key: rsa.RSAPublicKey, start: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _VALIDITY)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _cut_to_octets(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore")
