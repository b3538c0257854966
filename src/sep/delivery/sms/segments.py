"""How many parts an SMS takes: 3GPP TS 23.038 (alphabets) and TS 23.040 §9.2.3.24.1 (joining)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PREFERRED_PARTS: Final = 2
"""Texts of the service are written to fit; operators price every part."""

MAX_PARTS: Final = 3
"""Longer texts are refused: an invitation or a code never needs them."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€\f")  # each takes two septets: ESC and the character


class Encoding(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs. `units`: septets for GSM-7, UTF-16 code units for UCS-2."""

    encoding: Encoding
    units: int
    parts: int


# (units in a single message, units in each part of a joined one: the header takes six octets)
_ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


def measure(text: str) -> Segments:
    """Tell the encoding and the number of parts of `text`."""
    if all(character in _BASIC or character in _EXTENSION for character in text):
        encoding = Encoding.GSM7
        widths = [2 if character in _EXTENSION else 1 for character in text]
    else:
        encoding = Encoding.UCS2
        widths = [2 if ord(character) > 0xFFFF else 1 for character in text]  # noqa: PLR2004  beyond the BMP
    units = sum(widths)
    single, joined = _ROOM[encoding]
    if units <= single:
        return Segments(encoding, units, 1)
    parts, used = 1, 0
    for width in widths:  # a pair of units never straddles two parts
        if used + width > joined:
            parts, used = parts + 1, 0
        used += width
    return Segments(encoding, units, parts)
