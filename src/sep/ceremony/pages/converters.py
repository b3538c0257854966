"""How an id stands in an address."""

from functools import cache

from django.urls import register_converter


class UlidConverter:
    """The id of a document; anything of another shape is no address at all."""

    regex = "[0-9A-HJKMNP-TV-Z]{26}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


@cache
def register() -> None:
    """Make `<ulid:…>` known to Django, once."""
    register_converter(UlidConverter, "ulid")
