"""Who signs `client_secret`: RSA here, ГОСТ by a program of a certified means (СКЗИ)."""

import subprocess
from collections.abc import Sequence
from typing import Final, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs7

from sep.esia.errors import CannotSign
from sep.esia.settings import EsiaSettings

PROGRAM_SECONDS: Final = 10.0
SIGNATURE_LIMIT: Final = 64 * 1024
"""Bytes. A detached signature with a chain of certificates is some 5 000."""


class Signer(Protocol):
    def sign(self, data: bytes) -> bytes:
        """Sign, and return the signature in the form that ЕСИА expects. Raises CannotSign."""
        ...


class RsaSigner:
    """A key in a file. PKCS#7 is detached, with the certificate; its signingTime is of the system's clock."""

    def __init__(self, key_pem: bytes, certificate_pem: bytes, *, raw: bool = False) -> None:
        """Raises CannotSign when the key and the certificate are not an RSA pair."""
        try:
            key = load_pem_private_key(key_pem, password=None)
            certificate = x509.load_pem_x509_certificate(certificate_pem)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise _unusable() from None
        if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key():
            raise _unusable()
        self._key = key
        self._certificate = certificate
        self._raw = raw

    def sign(self, data: bytes) -> bytes:
        if self._raw:
            return self._key.sign(data, padding.PKCS1v15(), SHA256())
        builder = pkcs7.PKCS7SignatureBuilder().set_data(data)
        builder = builder.add_signer(self._certificate, self._key, SHA256())
        options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
        return builder.sign(Encoding.DER, options)


class CommandSigner:
    """A program: the bytes come to its standard input, the signature (DER, or bare) leaves by its output."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)

    def sign(self, data: bytes) -> bytes:
        done = run(self._command, data, "signer")
        if done.returncode or not 0 < len(done.stdout) <= SIGNATURE_LIMIT:
            raise CannotSign("signer", "Программа подписи не выдала подпись.")
        return done.stdout


def signer_of(settings: EsiaSettings) -> Signer:
    """Make the signer that the settings ask for. Raises CannotSign."""
    if settings.signer_command:
        return CommandSigner(settings.signer_command)
    assert settings.key is not None
    assert settings.certificate is not None
    try:
        pair = settings.key.read_bytes(), settings.certificate.read_bytes()
    except OSError:
        raise CannotSign("signer", "Ключ или сертификат для Госуслуг не читается.") from None
    return RsaSigner(*pair, raw=settings.signature_form == "raw")


def run(command: Sequence[str], data: bytes, code: str) -> subprocess.CompletedProcess[bytes]:
    """Run an operator's program without a shell; what it writes to stderr is not kept. Raises CannotSign."""
    try:
        return subprocess.run(  # noqa: S603  the operator's own setting, no shell
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROGRAM_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise CannotSign(code, "Программа электронной подписи не запустилась или не ответила.") from None


def _unusable() -> CannotSign:
    return CannotSign("signer", "Ключ для Госуслуг не подходит: нужна пара RSA из ключа и сертификата в PEM.")
