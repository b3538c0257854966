"""A filled document as a PDF: tagged for screen readers (PDF/UA-1), the same bytes for the same data."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

TEXTS: Final = Path(__file__).parent / "texts"
_NOT_IN_FONTS: Final = re.compile(r'text `"(.+?)"` could not be displayed')
_INSTEAD: Final = "□"


def typeset(name: str, values: Mapping[str, Any], day: date) -> bytes:
    """Return the text `name` filled with JSON `values` as a PDF; the file's clock is the midnight of `day`.

    A letter that typst's own fonts lack (a name in hieroglyphs) becomes «□»: it must not stop the
    clinic's work.
    """
    source = json.dumps(values, ensure_ascii=False)
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    while True:
        compiler = typst.Compiler(
            TEXTS / f"{name}.typ",
            root=TEXTS,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"data": source},
        )
        try:
            pdf = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=midnight)
        except typst.TypstError as error:
            missing = {_letter(told) for told in _NOT_IN_FONTS.findall(error.diagnostic)}
            shown = source
            for letters in sorted(missing, key=lambda told: (-len(told), told)):
                shown = shown.replace(letters, _INSTEAD)
            if shown == source:
                raise
            source = shown
        else:
            assert isinstance(pdf, bytes)
            return pdf


def _letter(told: str) -> str:
    r"""Read a letter (with its accents) as typst's messages write it: as it is, or `\u{e000}`."""
    return chr(int(told[3:-1], 16)) if told.startswith("\\u{") else told


@cache
def _fonts() -> typst.Fonts:
    """Typst's own fonts alone, so that a document looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)
