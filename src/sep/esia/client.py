"""The way there and back: an address for the person, then his code for what ЕСИА knows of him."""

import base64
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, Self, TypeVar
from urllib.parse import urlencode

import httpx2
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from sep.esia import tokens
from sep.esia.errors import EsiaError, bad_answer, not_confirmed, of_esia, unavailable
from sep.esia.settings import EsiaSettings
from sep.esia.signers import Signer, signer_of
from sep.esia.tokens import Verifier, verifier_of

ANSWER_LIMIT: Final = 256 * 1024
"""Bytes."""
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class EsiaPerson:
    """A person with a confirmed account. Nothing of it shows in `repr`."""

    oid: str = field(repr=False)
    """The account's number in ЕСИА, for ever."""
    family: str = field(repr=False)
    given: str = field(repr=False)
    patronymic: str = field(repr=False)
    """Empty when there is none."""
    birth_date: date = field(repr=False)
    snils: str = field(repr=False)
    """As ЕСИА writes it, «000-000-000 00»; empty when it was not given."""
    trusted: bool
    """Always true: an account that is not confirmed raises AccountNotConfirmed."""
    method: str
    """How the person proved himself to ЕСИА: PWD, DS…; empty when it does not say."""
    authenticated_at: datetime
    """When, UTC; the token's time of issue if ЕСИА does not say."""
    id_token: str = field(repr=False)
    """The evidence: signed by ЕСИА."""


def _birth_date(written: object) -> object:
    """ЕСИА writes ДД.ММ.ГГГГ."""
    return datetime.strptime(written, "%d.%m.%Y").date() if isinstance(written, str) else written  # noqa: DTZ007


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class _Token(_Answer):
    access_token: str = Field(min_length=1, repr=False)
    id_token: str = Field(min_length=1, repr=False)
    state: str


class _Refusal(_Answer):
    error: str
    error_description: str = ""


class _Person(_Answer):
    family: str = Field(alias="lastName", min_length=1, repr=False)
    given: str = Field(alias="firstName", min_length=1, repr=False)
    patronymic: str | None = Field(None, alias="middleName", repr=False)
    birth_date: Annotated[date, BeforeValidator(_birth_date)] = Field(alias="birthDate", repr=False)
    snils: str | None = Field(None, repr=False)
    trusted: bool


AnswerT = TypeVar("AnswerT", bound=_Answer)


def returned_code(parameters: Mapping[str, str], state: str) -> str:
    """Take the code out of the address by which the person came back.

    `state` is the one that this visit was sent away with. Raises RefusedByPerson, Unavailable, BadAnswer and
    AccountNotConfirmed.
    """
    if not state or parameters.get("state") != state:
        raise bad_answer("state")
    if error := parameters.get("error"):
        raise of_esia(error, parameters.get("error_description", ""))
    if not (code := parameters.get("code", "")):
        raise bad_answer("no-code")
    return code


class Esia:
    """One installation's way to ЕСИА. Thread-safe; every call raises `EsiaError`, and nothing else."""

    def __init__(
        self,
        settings: EsiaSettings,
        *,
        signer: Signer | None = None,
        verifier: Verifier | None = None,
        client: httpx2.Client | None = None,
    ) -> None:
        """Read keys and open a client; a given `client` is not closed here. Raises CannotSign."""
        self._settings = settings
        self._signer = signer or signer_of(settings)
        self._verifier = verifier or verifier_of(settings)
        self._owns_client = client is None
        self._client = client or httpx2.Client(
            timeout=httpx2.Timeout(settings.read_seconds, connect=settings.connect_seconds),
            verify=ssl.create_default_context(cafile=settings.ca_file),
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections that were opened here."""
        if self._owns_client:
            self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def authorization_address(self, state: str, redirect_uri: str, now: datetime) -> str:
        """Where to send the person.

        Args:
            state: a new UUID of this visit, kept on our side until he is back.
            redirect_uri: where he comes back; one of those registered for the system.
            now: aware; ЕСИА refuses a request that is not fresh.
        """
        parameters = self._parameters(state, redirect_uri, now)
        parameters["client_secret"] = self._secret(parameters, self._settings.wire.signed_for_code)
        parameters |= {"response_type": "code", "access_type": self._settings.access_type}
        return f"{self._settings.authorization_address}?{urlencode(parameters)}"

    def exchange(self, code: str, state: str, redirect_uri: str, now: datetime) -> EsiaPerson:
        """Exchange a code, once, for the person.

        Args:
            code: from `returned_code`.
            state: of the same visit; ЕСИА must repeat it.
            redirect_uri: the same one as in `authorization_address`.
            now: aware; the token's times are compared with it.
        """
        parameters = self._parameters(state, redirect_uri, now) | {"code": code}
        parameters["client_secret"] = self._secret(parameters, self._settings.wire.signed_for_token)
        parameters |= {"grant_type": "authorization_code", "token_type": "Bearer"}
        token = self._ask(_Token, "POST", self._settings.token_address, data=parameters)
        if token.state != state:
            raise bad_answer("state")
        claims = tokens.read(token.id_token, self._settings, self._verifier, now)
        oid = claims.subject.oid
        try:
            authenticated_at = datetime.fromtimestamp(claims.auth_time or claims.iat, UTC)
            bearer = {"Authorization": f"Bearer {token.access_token.encode('ascii').decode()}"}
        except (ValueError, OverflowError, OSError):
            raise bad_answer("unreadable") from None
        person = self._ask(_Person, "GET", self._settings.person_address(oid), headers=bearer)
        if not person.trusted:
            raise not_confirmed()
        return EsiaPerson(
            oid=oid,
            family=person.family,
            given=person.given,
            patronymic=person.patronymic or "",
            birth_date=person.birth_date,
            snils=person.snils or "",
            trusted=person.trusted,
            method=claims.method,
            authenticated_at=authenticated_at,
            id_token=token.id_token,
        )

    def _parameters(self, state: str, redirect_uri: str, now: datetime) -> dict[str, str]:
        settings = self._settings
        parameters = {
            "client_id": settings.client_id,
            "scope": " ".join(settings.scopes),
            "timestamp": now.astimezone(UTC).strftime("%Y.%m.%d %H:%M:%S %z"),
            "state": state,
            "redirect_uri": redirect_uri,
        }
        if settings.wire.names_certificate:
            parameters["client_certificate_hash"] = settings.certificate_hash
        return parameters

    def _secret(self, parameters: Mapping[str, str], signed: tuple[str, ...]) -> str:
        """Sign the values one after another, in UTF-8; base64url, whose padding ЕСИА does not miss."""
        data = "".join(parameters[name] for name in signed).encode()
        return base64.urlsafe_b64encode(self._signer.sign(data)).rstrip(b"=").decode()

    def _ask(self, model: type[AnswerT], method: str, url: str, **content: Any) -> AnswerT:
        try:
            with self._client.stream(method, url, **content) as response:
                body = self._bounded(response)
        except httpx2.ConnectError:
            raise unavailable("connect") from None
        except httpx2.TimeoutException:
            raise unavailable("timeout") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise unavailable("broken") from None
        if response.status_code != httpx2.codes.OK:
            raise _refused(response.status_code, body)
        try:
            return model.model_validate_json(body)
        except ValidationError:
            raise bad_answer("unreadable") from None

    def _bounded(self, response: httpx2.Response) -> bytes:
        """Read within the limits of size and time: one byte a second must not hold a thread."""
        deadline = time.monotonic() + self._settings.read_seconds
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > ANSWER_LIMIT:
                raise bad_answer("too-long")
            if time.monotonic() > deadline:
                raise httpx2.ReadTimeout("deadline of the whole answer")
        return bytes(body)


def _refused(status: int, body: bytes) -> EsiaError:
    try:
        told = _Refusal.model_validate_json(body)
    except ValidationError:
        return unavailable(f"http-{status}") if status >= _SERVER_ERROR else bad_answer(f"http-{status}")
    return of_esia(told.error, told.error_description)
