"""The three settings that connect a МИС: the address, the token, the МО identifier."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from sep_client.errors import FieldError, Invalid

_SERVICE_PATH = "/sep/api"


def _incomplete(path: str, message: str) -> Invalid:
    return Invalid(message, code="bad_settings", errors=[FieldError(path, "bad_settings", message)])


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        # `port` is parsed only when asked for.
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


@dataclass(frozen=True)
class Settings:
    """Where the service is and who asks. `repr` does not show the token."""

    address: str
    token: str = field(repr=False)
    id_lpu: str

    def __post_init__(self) -> None:
        """Refuse what cannot work before the first request: `Invalid` with the code `bad_settings`."""
        if not _is_web(self.address):
            raise _incomplete("address", "«Адрес сервиса» должен начинаться с https:// или http://.")
        if not self.token or not self.token.isascii() or not self.token.isprintable():
            raise _incomplete(
                "token", "Авторизационный токен пуст или содержит лишние знаки. Скопируйте его заново."
            )
        if not self.id_lpu or not self.id_lpu.isascii() or not self.id_lpu.isprintable():
            raise _incomplete(
                "idLpu", "Идентификатор МО пуст или содержит лишние знаки. Скопируйте его заново."
            )

    @property
    def base(self) -> str:
        """The root of version 1, e.g. `https://sep.example.org/sep/api/v1`."""
        address = self.address.rstrip("/").removesuffix("/v1")
        return f"{address}/v1"

    @classmethod
    def from_demo(cls, path: Path) -> Self:
        """Read the file that `sep demo` writes.

        Raises `Invalid` when the file is missing or is something else.
        """
        found = read_demo(path)
        return cls.tolerant(
            str(found.get("address", "")), str(found.get("token", "")), str(found.get("idLpu", ""))
        )

    @classmethod
    def tolerant(cls, address: str, token: str, id_lpu: str) -> Self:
        """Take an address as a person tells it: the origin alone means the usual place under it."""
        bare = _is_web(address) and urlsplit(address).path in {"", "/"}
        return cls(address.rstrip("/") + _SERVICE_PATH if bare else address, token, id_lpu)


def read_demo(path: Path) -> Mapping[str, object]:
    """Return what `sep demo` wrote about itself; raises `Invalid`."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _incomplete(
            "demo", f"Файл {path} не читается. Запустите «sep demo» или укажите адрес, токен и МО."
        ) from error
    if not isinstance(found, dict):
        raise _incomplete("demo", f"Файл {path} написан не командой «sep demo».")
    return found
