"""What ЕСИА checks in a system's request, and the numbers by which it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from simulator.esia import signatures
from simulator.esia.systems import System, system_of

FRESH: Final = timedelta(minutes=5)
"""How far a request's timestamp may be from now. What ЕСИА itself allows is not published."""
CONSENT: Final = timedelta(minutes=30)
"""How long the page of consent may stay open."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Parameters that `client_secret` signs, in this order; whether the certificate's hash is demanded."""

    for_code: tuple[str, ...]
    for_token: tuple[str, ...]
    names_certificate: bool


EDITIONS: Final[dict[int, Edition]] = {
    1: Edition(
        for_code=("scope", "timestamp", "client_id", "state"),
        for_token=("scope", "timestamp", "client_id", "state"),
        names_certificate=False,
    ),
    2: Edition(
        for_code=("client_id", "scope", "timestamp", "state", "redirect_uri"),
        for_token=("client_id", "scope", "timestamp", "state", "redirect_uri", "code"),
        names_certificate=True,
    ),
}

# OAuth's name and the beginning of the description, which the service's clients tell errors by.
ERRORS: Final[dict[str, tuple[str, str]]] = {
    "007002": ("unauthorized_client", "The client certificate does not match the system's mnemonic"),
    "007004": ("access_denied", "The resource owner or authorization service denied the request"),
    "007005": ("unauthorized_client", "The client is not authorized to request an access token this way"),
    "007007": ("server_error", "The authorization service encountered an unexpected condition"),
    "007008": ("temporarily_unavailable", "The authorization service is currently unable to handle it"),
    "007011": ("invalid_grant", "The authorization code is invalid, expired, revoked, or of another client"),
    "007012": ("unsupported_grant_type", "The authorization grant type is not supported"),
    "007013": ("invalid_scope", "The request does not contain the scope"),
    "007014": ("invalid_request", "The request does not contain the mandatory parameter"),
    "007015": ("invalid_request", "The request's time is wrong"),
    "007019": ("access_denied", "No permission to access"),
    "007023": ("invalid_request", "The redirect_uri is not among those allowed"),
    "007053": ("unauthorized_client", "OAuthErrorEnum.clientSecretWrong"),
    "007055": ("access_denied", "The account is not confirmed"),
}


class Refused(Exception):
    """A request that ЕСИА does not take, with a number of `ERRORS`."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.error, text = ERRORS[number]
        self.description = f"ESIA-{number}: {text}"

    def parameters(self, state: str) -> dict[str, str]:
        """The refusal as it travels, in an address or in JSON."""
        return {"error": self.error, "error_description": self.description, "state": state}


def registered(parameters: Mapping[str, str]) -> System:
    """Find the system and see that it may be answered at this address. Raises Refused."""
    system = system_of(parameters.get("client_id", ""))
    if system is None:
        raise Refused("007005")
    if parameters.get("redirect_uri") not in system.redirect_uris:
        raise Refused("007023")
    return system


def check(
    parameters: Mapping[str, str],
    system: System,
    edition: Edition,
    signed: tuple[str, ...],
    now: datetime,
    *,
    age: timedelta = FRESH,
) -> None:
    """Check all that comes with the system's signature. Raises Refused."""
    hashed = ("client_certificate_hash",) if edition.names_certificate else ()
    for name in (*signed, "client_secret", *hashed):
        if not parameters.get(name):
            raise Refused("007013" if name == "scope" else "007014")
    if "openid" not in parameters["scope"].split():
        raise Refused("007013")
    if edition.names_certificate and parameters["client_certificate_hash"] != system.certificate_hash:
        raise Refused("007002")
    data = "".join(parameters[name] for name in signed).encode()
    if not signatures.is_of(system.certificate, data, parameters["client_secret"]):
        raise Refused("007053")
    try:
        told = datetime.strptime(parameters["timestamp"], "%Y.%m.%d %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        raise Refused("007015") from None
    if not now - age <= told <= now + FRESH:
        raise Refused("007015")
