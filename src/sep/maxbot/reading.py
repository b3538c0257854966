"""A document cut into parts to read in a chat: text of a page, or its picture if it has none."""

import io
import re
from dataclasses import dataclass
from typing import Final

from PIL import Image

from sep.documents.models import Document, PageImage
from sep.documents.pages import pages_of, text_of
from sep.vault import blobs

LONGEST: Final = 3000
"""Characters: MAX takes 4000, and a card has a heading besides."""
_LEAST_TEXT: Final = 20
"""A page with fewer visible characters is a picture, such as a scan."""


@dataclass(frozen=True)
class Part:
    """One card's worth of a document; `picture` when the page has no text to speak of."""

    page: int
    text: str
    picture: PageImage | None = None


def parts_of(document: Document) -> list[Part]:
    """Return the parts of a document in order; raises `PdfRefused` when its pages cannot be drawn."""
    parts: list[Part] = []
    for page in pages_of(document.organization, document.original_sha256):
        text = text_of(page).strip()
        if len(re.sub(r"\s", "", text)) < _LEAST_TEXT:
            parts.append(Part(page.number, "", page))
        else:
            parts += [Part(page.number, piece) for piece in _pieces(text)]
    return parts


def picture_of(page: PageImage) -> bytes:
    """Return a page as JPEG: what every messenger takes."""
    with Image.open(io.BytesIO(blobs.get(page.organization, page.image_sha256))) as image:
        out = io.BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def _pieces(text: str) -> list[str]:
    """Cut at the ends of lines, in the middle of one only when it is longer than a whole piece."""
    pieces, current = [], ""
    for line in text.splitlines(keepends=True):
        rest = line
        while len(current) + len(rest) > LONGEST:
            if current:
                pieces.append(current.strip())
                current = ""
            else:
                pieces.append(rest[:LONGEST])
                rest = rest[LONGEST:]
        current += rest
    return [piece for piece in [*pieces, current.strip()] if piece.strip()]
