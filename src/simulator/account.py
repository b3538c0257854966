"""The gateway account that the simulator recognises, from Django's settings."""

from dataclasses import dataclass, field
from typing import Self

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Account:
    """Credentials of the pretended account and where its receipts go."""

    login: str
    password: str = field(repr=False)
    apikey: str = field(repr=False)
    callback_url: str | None
    callback_secret: str = field(repr=False)

    @classmethod
    def current(cls) -> Self:
        """Read SIMULATOR_LOGIN, _PASSWORD, _APIKEY, _CALLBACK_URL and _CALLBACK_SECRET; all optional."""
        return cls(
            login=getattr(settings, "SIMULATOR_LOGIN", "demo"),
            password=getattr(settings, "SIMULATOR_PASSWORD", "demo"),
            apikey=getattr(settings, "SIMULATOR_APIKEY", "demo"),
            callback_url=getattr(settings, "SIMULATOR_CALLBACK_URL", None),
            callback_secret=getattr(settings, "SIMULATOR_CALLBACK_SECRET", ""),
        )

    def admits(self, form: dict[str, str]) -> bool:
        """Whether the request carries this account's key, or its login with its password."""
        if "apikey" in form:
            return bool(self.apikey) and form["apikey"] == self.apikey
        return (form.get("login"), form.get("psw")) == (self.login, self.password)


def silence_seconds() -> float:
    """How long «шлюз молчит» holds the request: SIMULATOR_SILENCE_SECONDS, 0 by default.

    At 0 the connection is broken at once instead: a client ends in the same uncertainty, and a web server
    with a single blocking thread is not stopped for everyone.
    """
    return float(getattr(settings, "SIMULATOR_SILENCE_SECONDS", 0))
