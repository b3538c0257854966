"""PDF content streams for the sheet: text, rules, a rounded box, a QR code. Points, origin at lower left."""

from dataclasses import dataclass, field
from typing import NamedTuple

import segno

from sep.sealing.typeface import Face


class Colour(NamedTuple):
    """DeviceRGB, parts from 0 to 1."""

    red: float
    green: float
    blue: float

    def __str__(self) -> str:
        return f"{self.red} {self.green} {self.blue}"


INK = Colour(0.11, 0.13, 0.16)
MUTED = Colour(0.38, 0.41, 0.46)
HAIRLINE = Colour(0.86, 0.88, 0.9)
ACCENT = Colour(0.09, 0.27, 0.45)
WARNING = Colour(0.68, 0.16, 0.12)


class Style(NamedTuple):
    """How a line of text looks."""

    face: Face
    size: float
    colour: Colour = INK

    def width(self, text: str) -> float:
        """Width of prepared text in points."""
        return self.face.width(text, self.size)


class Box(NamedTuple):
    """A rectangle as PDF writes it."""

    left: float
    bottom: float
    right: float
    top: float


_ARC = 0.4477  # how far from the corner the control points of a Bézier quarter circle lie, in radii


@dataclass
class Canvas:
    """One content stream in the making, and the font resources that it uses."""

    _operators: list[str] = field(default_factory=list)
    fonts: dict[str, Face] = field(default_factory=dict)

    def text(self, x: float, y: float, text: str, style: Style) -> None:
        """Prepared text on one line, baseline at y."""
        shown = []
        for resource, codes in style.face.runs(text):
            self.fonts[resource] = style.face
            shown.append(f"/{resource} {style.size} Tf <{codes}> Tj")
        self._operators.append(f"BT {style.colour} rg {x:.2f} {y:.2f} Td {' '.join(shown)} ET")

    def fill(self, box: Box, colour: Colour) -> None:
        left, bottom, right, top = box
        self._operators.append(
            f"{colour} rg {left:.2f} {bottom:.2f} {right - left:.2f} {top - bottom:.2f} re f"
        )

    def outline(self, box: Box, radius: float, colour: Colour) -> None:
        """A line with round corners."""
        left, bottom, right, top = box
        pull = radius * _ARC
        path = (
            f"{left + radius:.2f} {bottom:.2f} m {right - radius:.2f} {bottom:.2f} l "
            f"{right - pull:.2f} {bottom:.2f} {right:.2f} {bottom + pull:.2f} "
            f"{right:.2f} {bottom + radius:.2f} c {right:.2f} {top - radius:.2f} l "
            f"{right:.2f} {top - pull:.2f} {right - pull:.2f} {top:.2f} {right - radius:.2f} {top:.2f} c "
            f"{left + radius:.2f} {top:.2f} l "
            f"{left + pull:.2f} {top:.2f} {left:.2f} {top - pull:.2f} {left:.2f} {top - radius:.2f} c "
            f"{left:.2f} {bottom + radius:.2f} l {left:.2f} {bottom + pull:.2f} "
            f"{left + pull:.2f} {bottom:.2f} {left + radius:.2f} {bottom:.2f} c h S"
        )
        self._operators.append(f"{colour} RG 1.2 w {path}")

    def qr_code(self, box: Box, content: str) -> None:
        """A QR code of `content` in a square; the white margin around it is the caller's."""
        # A fixed mask: choosing the best of eight takes 3 ms, and readers accept any (ISO 18004, 7.8).
        matrix = segno.make(content, error="m", mask=3, boost_error=False, micro=False).matrix
        module = (box.right - box.left) / len(matrix)
        squares = [
            f"{start} {-row} {length} -1 re"
            for row, bits in enumerate(matrix)
            for start, length in _dark_runs(bits)
        ]
        place = f"{module:.5f} 0 0 {module:.5f} {box.left:.2f} {box.top:.2f} cm"
        self._operators.append(f"q {place} 0 g {' '.join(squares)} f Q")

    def content(self) -> bytes:
        return "\n".join(self._operators).encode("ascii")


def _dark_runs(bits: bytearray) -> list[tuple[int, int]]:
    """(first column, length) of each unbroken dark stretch in a row of modules."""
    runs = []
    end = 0
    while (start := bits.find(1, end)) >= 0:
        end = bits.find(0, start)
        if end < 0:
            end = len(bits)
        runs.append((start, end - start))
    return runs
