"""The bots that this MAX knows, from Django's settings."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot as its owner registered it; `app_url` is the page of its mini-app, empty if it has none."""

    token: str = field(repr=False)
    user_id: int
    username: str
    first_name: str
    app_url: str = ""


def known() -> list[Bot]:
    """Read SIMULATOR_MAX_BOTS: a list of dictionaries with the fields of `Bot`; none by default."""
    return [Bot(**each) for each in getattr(settings, "SIMULATOR_MAX_BOTS", [])]


def find(wanted: Callable[[Bot], bool]) -> Bot | None:
    return next((bot for bot in known() if wanted(bot)), None)


def of_id(user_id: int) -> Bot | None:
    return find(lambda bot: bot.user_id == user_id)


def of_name(username: str) -> Bot | None:
    """Find a bot by its user name; a link to it does as well."""
    name = username.strip().removeprefix("https://max.ru/").removeprefix("@").partition("?")[0]
    return find(lambda bot: bot.username == name)


def of_token(token: str) -> Bot | None:
    return find(lambda bot: bot.token == token)


def http_webhooks_allowed() -> bool:
    """Whether a webhook may be plain HTTP: SIMULATOR_MAX_ALLOW_HTTP, True by default; MAX itself refuses."""
    return bool(getattr(settings, "SIMULATOR_MAX_ALLOW_HTTP", True))
