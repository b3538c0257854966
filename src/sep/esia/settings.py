"""How this installation is known to ЕСИА."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

PRODUCTION: Final = "https://esia.gosuslugi.ru"
TEST_CONTOUR: Final = "https://esia-portal1.test.gosuslugi.ru"
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class Algorithm(StrEnum):
    """Of the `id_token`, as its header names it."""

    RS256 = "RS256"
    GOST = "GOST3410_2012_256"


@dataclass(frozen=True, slots=True)
class Edition:
    """Addresses of one edition of the protocol, and which parameters `client_secret` signs, in this order."""

    authorization_path: str
    token_path: str
    signed_for_code: tuple[str, ...]
    signed_for_token: tuple[str, ...]
    names_certificate: bool


# The second edition refuses a request without client_certificate_hash (ESIA-007014); the first is being
# retired since version 2.90 of the recommendations.
EDITIONS: Final[dict[int, Edition]] = {
    1: Edition(
        authorization_path="/aas/oauth2/ac",
        token_path="/aas/oauth2/te",  # noqa: S106  an address
        signed_for_code=("scope", "timestamp", "client_id", "state"),
        signed_for_token=("scope", "timestamp", "client_id", "state"),
        names_certificate=False,
    ),
    2: Edition(
        authorization_path="/aas/oauth2/v2/ac",
        token_path="/aas/oauth2/v3/te",  # noqa: S106  an address
        signed_for_code=("client_id", "scope", "timestamp", "state", "redirect_uri"),
        signed_for_token=("client_id", "scope", "timestamp", "state", "redirect_uri", "code"),
        names_certificate=True,
    ),
}


def _safe(base: str) -> str:
    parts = urlsplit(base)
    if parts.username or parts.password or parts.query or parts.fragment or not parts.hostname:
        raise ValueError("адрес ЕСИА записывается без логина и параметров")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _THIS_MACHINE):
        raise ValueError("адрес ЕСИА должен начинаться с https://")
    return base.rstrip("/")


class EsiaSettings(BaseModel):
    """The information system in ЕСИА.

    `signer_command` and `verifier_command` stand for ГОСТ, see `signers` and `tokens`; without them RSA is
    used, with `key` and `certificate`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: Annotated[str, AfterValidator(_safe)] = PRODUCTION
    client_id: str = Field(min_length=1)
    """The system's mnemonic."""
    scopes: tuple[str, ...] = ("openid", "fullname", "birthdate", "snils")
    edition: Literal[1, 2] = 2
    authorization_path: str = ""
    """Instead of the edition's own; so is `token_path`."""
    token_path: str = ""
    person_path: str = "/rs/prns/{oid}"
    access_type: Literal["online", "offline"] = "online"
    certificate_hash: str = ""
    """Of the DER certificate by ГОСТ Р 34.11-2012 (256 bits), hexadecimal: what КриптоПро's
    `cpverify -mk -alg GR3411_2012_256` prints. A hash of the PEM is refused (ESIA-007053)."""
    key: Path | None = None
    """PEM without a passphrase; RSA."""
    certificate: Path | None = None
    """PEM, of `key`."""
    signature_form: Literal["pkcs7", "raw"] = "pkcs7"
    """Of `client_secret` that `key` signs. Unconfirmed: the first edition is known to take PKCS#7; requests
    of the second seen in life carry 64 bytes, a bare ГОСТ signature."""
    signer_command: tuple[str, ...] = ()
    algorithm: Algorithm = Algorithm.RS256
    token_certificate: Path | None = None
    """ЕСИА's certificate or public key, PEM. Needed for RS256."""
    verifier_command: tuple[str, ...] = ()
    issuer: str = ""
    """`iss` of the token; empty: of the base address, with http as ЕСИА writes it."""
    ca_file: Path | None = None
    """Roots for TLS, PEM; none: those of the system."""
    clock_skew_seconds: int = Field(default=60, ge=0, le=600)
    connect_seconds: float = Field(default=5.0, gt=0)
    read_seconds: float = Field(default=15.0, gt=0)
    """Of a whole answer, too."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.signer_command and not (self.key and self.certificate):
            raise ValueError("нужен ключ с сертификатом или команда подписи")
        if self.algorithm is Algorithm.RS256 and self.token_certificate is None:
            raise ValueError("нужен сертификат ЕСИА: без него ответ не проверить")
        if self.algorithm is Algorithm.GOST and not self.verifier_command:
            raise ValueError("для ГОСТ нужна команда проверки подписи")
        if self.wire.names_certificate and not self.certificate_hash:
            raise ValueError("нужен хеш сертификата системы")
        if "openid" not in self.scopes:
            raise ValueError("среди областей доступа нужна openid")
        return self

    @property
    def wire(self) -> Edition:
        return EDITIONS[self.edition]

    @property
    def expected_issuer(self) -> str:
        """Who the token must be from: «http://esia.gosuslugi.ru/» in production, seen so on both contours."""
        return self.issuer or f"http://{urlsplit(self.base_url).netloc}/"

    @property
    def authorization_address(self) -> str:
        return self.base_url + (self.authorization_path or self.wire.authorization_path)

    @property
    def token_address(self) -> str:
        return self.base_url + (self.token_path or self.wire.token_path)

    def person_address(self, oid: str) -> str:
        return self.base_url + self.person_path.format(oid=oid)
