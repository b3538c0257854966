"""A filled form as a PDF: tagged for screen readers (PDF/UA-1), the same bytes for the same data."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Final

import typst

from sep.samples.data import ConsentForm, ContractForm, Form

_SOURCES: Final = Path(__file__).parent / "forms"

FORMS: Final[Mapping[str, type[Form]]] = {"consent": ConsentForm, "contract": ContractForm}
"""The forms by name, and what each is filled with."""


def render(name: str, data: Form) -> bytes:
    """Return the form `name` as a PDF.

    The file's clock is the form's own date: printed again, the form is the same document to the last byte.
    Raises `KeyError` for an unknown name and `TypeError` for the data of another form.
    """
    if not isinstance(data, FORMS[name]):
        raise TypeError(f"{name} is filled with {FORMS[name].__name__}")
    compiler = typst.Compiler(
        _SOURCES / f"{name}.typ",
        root=_SOURCES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": data.model_dump_json()},
    )
    midnight = datetime.combine(data.made_on, time(), tzinfo=UTC)
    pdf = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=midnight)
    assert isinstance(pdf, bytes)
    return pdf


@cache
def _fonts() -> typst.Fonts:
    """Typst's own fonts alone, so that a form looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)
