"""The key of the organization's seal, opened once and kept ready."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import Certificate, ExtensionNotFound, KeyUsage

from sep.sealing.certificates import CertificateFacts, certificate_facts
from sep.sealing.cms import Signatory
from sep.sealing.errors import KeyRefused

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

# Sizes that verifiers at hand accept (pdfsig, pyHanko, PDFBox, OpenSSL); larger ones only cost time.
RSA_SIZES = (2048, 3072)

_ECDSA_SPREAD = 4  # bytes: two integers of an ECDSA signature lose or gain leading zeros


@dataclass(frozen=True)
class SealKey:
    """A private key with its certificate chain. Create it with `from_pkcs12`."""

    _private_key: PrivateKey = field(repr=False)
    chain: tuple[Certificate, ...]  # the certificate and its issuers upwards, as far as the container holds
    _signatory: Signatory

    @classmethod
    def from_pkcs12(cls, data: bytes, passphrase: bytes | None) -> Self:
        """Open a PKCS#12 container (.p12, .pfx).

        Parsing checks the key thoroughly and takes tens of milliseconds: do it once a process.

        Raises:
            KeyRefused: the container does not open, holds no key or certificate, or the key is of a kind
                that a PDF seal cannot use (anything but RSA-2048, RSA-3072 and P-256).
        """
        try:
            private_key, certificate, others = pkcs12.load_key_and_certificates(data, passphrase)
        except UnsupportedAlgorithm as error:
            raise _algorithm_refused() from error
        except ValueError as error:
            raise KeyRefused(
                "pkcs12_unreadable",
                "Контейнер ключа не открывается: неверный пароль, повреждённый файл "
                "или неподдерживаемый алгоритм (например, ГОСТ).",
            ) from error
        if private_key is None or certificate is None:
            raise KeyRefused("pkcs12_incomplete", "В контейнере нет закрытого ключа или его сертификата.")
        if not isinstance(private_key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise _algorithm_refused()
        _check_strength(private_key)
        if private_key.public_key() != certificate.public_key():
            raise KeyRefused("key_mismatch", "Сертификат выпущен на другой ключ.")
        _check_usage(certificate)
        chain = _path_upwards(certificate, others)
        # A root inside the seal would prove nothing: a verifier trusts only a copy of its own.
        issuers = (issuer for issuer in chain[1:] if issuer.issuer != issuer.subject)
        return cls(private_key, chain, Signatory((certificate, *issuers)))

    @property
    def certificate(self) -> Certificate:
        return self.chain[0]

    @property
    def not_after(self) -> datetime:
        """When the certificate ends, UTC."""
        return self.certificate.not_valid_after_utc

    @cached_property
    def facts(self) -> CertificateFacts:
        """What is printed about the certificate."""
        return certificate_facts(self.certificate)

    @property
    def is_development(self) -> bool:
        """Whether the certificate comes from `make_development_key` and has no legal force."""
        return self.facts.is_development

    def sign(self, data: bytes) -> bytes:
        """The raw signature of `data` with SHA-256: RSA PKCS#1 v1.5 or ECDSA."""
        if isinstance(self._private_key, rsa.RSAPrivateKey):
            return self._private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._private_key.sign(data, ec.ECDSA(hashes.SHA256()))

    def container(self, digest: bytes) -> bytes:
        """The CMS container for a document with this SHA-256 digest, DER."""
        return self._signatory.container(digest, self.sign(self._signatory.signed_bytes(digest)))

    @cached_property
    def container_size(self) -> int:
        """The most bytes that `container` returns."""
        return len(self.container(bytes(32))) + _ECDSA_SPREAD


def _algorithm_refused() -> KeyRefused:
    return KeyRefused(
        "key_algorithm",
        "Печать требует ключ RSA-2048, RSA-3072 или P-256: подпись другим ключом "
        "обычные программы для PDF не проверяют.",
    )


def _check_strength(private_key: PrivateKey) -> None:
    if isinstance(private_key, rsa.RSAPrivateKey):
        fits = private_key.key_size in RSA_SIZES
    else:
        fits = isinstance(private_key.curve, ec.SECP256R1)
    if not fits:
        raise _algorithm_refused()


def _check_usage(certificate: Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return  # RFC 5280: without the extension the key is not limited
    if not (usage.digital_signature or usage.content_commitment):
        raise KeyRefused("certificate_usage", "Сертификат не предназначен для подписи документов.")


def _path_upwards(certificate: Certificate, others: Sequence[Certificate]) -> tuple[Certificate, ...]:
    path = [certificate]
    while path[-1].issuer != path[-1].subject:
        issuers = (one for one in others if one.subject == path[-1].issuer and one not in path)
        issuer = next(issuers, None)
        if issuer is None:
            break
        path.append(issuer)
    return tuple(path)
