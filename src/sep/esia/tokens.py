"""ЕСИА's `id_token`: a JWT whose claims are partly its own, and what must hold before it is believed."""

import base64
import binascii
import tempfile
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Protocol, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from sep.esia.errors import CannotSign, bad_answer, not_a_person, not_confirmed
from sep.esia.settings import EsiaSettings
from sep.esia.signers import run

_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"


class Verifier(Protocol):
    def verify(self, data: bytes, signature: bytes) -> bool:
        """Whether ЕСИА has signed these bytes. Raises CannotSign when it cannot be checked at all."""
        ...


class RsaVerifier:
    """RS256 under ЕСИА's certificate or public key (PEM), trusted because the operator put it there."""

    def __init__(self, pem: bytes) -> None:
        """Raises CannotSign."""
        try:
            key: object = (
                x509.load_pem_x509_certificate(pem).public_key()
                if _CERTIFICATE in pem
                else load_pem_public_key(pem)
            )
        except (ValueError, UnsupportedAlgorithm):
            raise CannotSign("verifier", "Сертификат ЕСИА не читается: нужен PEM.") from None
        if not isinstance(key, rsa.RSAPublicKey):
            raise CannotSign("verifier", "Для RS256 нужен сертификат ЕСИА с ключом RSA.")
        self._key = key

    def verify(self, data: bytes, signature: bytes) -> bool:
        try:
            self._key.verify(signature, data, padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


class CommandVerifier:
    """A program: signed bytes on standard input, the signature in a file named last, status 0 for a true one.

    So fits `openssl dgst -md_gost12_256 -verify esia.pem -signature`. Unconfirmed: the order of bytes in
    ЕСИА's ГОСТ signature; a program that needs them reversed is wrapped.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)

    def verify(self, data: bytes, signature: bytes) -> bool:
        with tempfile.NamedTemporaryFile(prefix="esia-") as kept:
            kept.write(signature)
            kept.flush()
            return run((*self._command, kept.name), data, "verifier").returncode == 0


def verifier_of(settings: EsiaSettings) -> Verifier:
    """Make the verifier that the settings ask for. Raises CannotSign."""
    if settings.verifier_command:
        return CommandVerifier(settings.verifier_command)
    assert settings.token_certificate is not None
    try:
        return RsaVerifier(settings.token_certificate.read_bytes())
    except OSError:
        raise CannotSign("verifier", "Сертификат ЕСИА не читается.") from None


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


# A number in the tokens that were seen, text in the recommendations; it becomes a part of an address.
Oid = Annotated[str, BeforeValidator(_as_text), StringConstraints(pattern=r"^[0-9]{1,20}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Header(_Part):
    alg: str


class Subject(_Part):
    """`urn:esia:sbj`. A missing `is_tru` is an account that is not confirmed."""

    oid: Oid = Field(alias="urn:esia:sbj:oid", repr=False)
    kind: str = Field(alias="urn:esia:sbj:typ")
    confirmed: bool = Field(False, alias="urn:esia:sbj:is_tru")


class Claims(_Part):
    """What a believed token says; moments are seconds since 1970."""

    iss: str
    aud: Annotated[list[str], BeforeValidator(_as_list)]
    iat: int
    exp: int
    nbf: int | None = None
    auth_time: int | None = None
    method: str = Field("", alias="urn:esia:amd")
    """How the person proved himself: PWD, DS…"""
    session: str = Field("", alias="urn:esia:sid", repr=False)
    subject: Subject = Field(alias="urn:esia:sbj", repr=False)


_PartT = TypeVar("_PartT", bound=_Part)
_PERSON: Final = "P"


def read(token: str, settings: EsiaSettings, verifier: Verifier, now: datetime) -> Claims:
    """Believe a token only after its signature, addressee, times and the account have been checked.

    The algorithm is the settings', never the token's own word. Raises BadAnswer, AccountNotConfirmed,
    CannotSign.
    """
    try:
        head, body, mark = token.encode("ascii").split(b".")
    except ValueError:
        raise bad_answer("token-form") from None
    if _part(_Header, head).alg != settings.algorithm:
        raise bad_answer("token-algorithm")
    if not verifier.verify(head + b"." + body, _decoded(mark)):
        raise bad_answer("token-signature")
    claims = _part(Claims, body)
    if claims.iss != settings.expected_issuer:
        raise bad_answer("token-issuer")
    if claims.aud != [settings.client_id]:
        raise bad_answer("token-audience")
    moment, skew = now.timestamp(), settings.clock_skew_seconds
    if claims.exp <= moment - skew:
        raise bad_answer("token-expired")
    if max(claims.iat, claims.nbf or 0) > moment + skew:
        raise bad_answer("token-early")
    if claims.subject.kind != _PERSON:
        raise not_a_person()
    if not claims.subject.confirmed:
        raise not_confirmed()
    return claims


def _decoded(part: bytes) -> bytes:
    try:
        return base64.b64decode(part + b"=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise bad_answer("token-form") from None


def _part(model: type[_PartT], part: bytes) -> _PartT:
    try:
        return model.model_validate_json(_decoded(part))
    except ValidationError:
        raise bad_answer("token-form") from None
