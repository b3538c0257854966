"""What every model of the contract has in common."""

from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        frozen=True,
        hide_input_in_errors=True,
    )

    shown: ClassVar[frozenset[str]] = frozenset()
    """The fields without personal data; `repr` shows these alone."""

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [(name, value) for name, value in super().__repr_args__() if name in self.shown]


class Request(Wire):
    model_config = ConfigDict(extra="forbid")


class Answer(Wire):
    model_config = ConfigDict(extra="ignore")
