"""What `{…}` of a form's text may name, and what is printed in its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from clinic.forms.models import PrintObject


@dataclass(frozen=True, slots=True)
class Placeholder:
    """`objects` are those it exists for."""

    name: str
    title: str
    example: str
    objects: frozenset[PrintObject]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a form's text, in Russian; `line` counts from 1."""

    line: int
    message: str


PLACEHOLDERS: Final[Mapping[str, Placeholder]] = {}


def check(text: str, object: str) -> list[Fault]:  # noqa: A002
    """Return what must be mended before the text can be a form of this `PrintObject`; empty is good."""
    raise NotImplementedError
