"""PDF content streams for the sheet: text, rules, a rounded box, a QR code. Points, origin at the lower left."""

from dataclasses import dataclass, field

import segno

from sep.sealing.typeface import Face

Colour = tuple[float, float, float]

INK: Colour = (0.11, 0.13, 0.16)
MUTED: Colour = (0.38, 0.41, 0.46)
HAIRLINE: Colour = (0.86, 0.88, 0.9)
ACCENT: Colour = (0.09, 0.27, 0.45)
WARNING: Colour = (0.68, 0.16, 0.12)

_ARC = 0.5523  # control point of a Bézier quarter circle


@dataclass
class Canvas:
    """One content stream in the making, and the font resources that it uses."""

    _operators: list[str] = field(default_factory=list)
    fonts: dict[str, Face] = field(default_factory=dict)

    def text(self, x: float, y: float, text: str, face: Face, size: float, colour: Colour = INK) -> None:
        """Prepared text on one line, baseline at y."""
        shown = []
        for resource, codes in face.runs(text):
            self.fonts[resource] = face
            shown.append(f"/{resource} {size} Tf <{codes}> Tj")
        self._operators.append(f"BT {_rgb(colour)} rg {x:.2f} {y:.2f} Td {' '.join(shown)} ET")

    def rule(self, x: float, y: float, width: float, colour: Colour, weight: float = 0.5) -> None:
        self._operators.append(f"{_rgb(colour)} rg {x:.2f} {y:.2f} {width:.2f} {weight} re f")

    def bar(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        self._operators.append(f"{_rgb(colour)} rg {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f")

    def rounded_box(
        self, x: float, y: float, width: float, height: float, radius: float, colour: Colour, weight: float
    ) -> None:
        """An outline with round corners."""
        right, top, pull = x + width, y + height, radius * (1 - _ARC)
        path = (
            f"{x + radius:.2f} {y:.2f} m {right - radius:.2f} {y:.2f} l "
            f"{right - pull:.2f} {y:.2f} {right:.2f} {y + pull:.2f} {right:.2f} {y + radius:.2f} c "
            f"{right:.2f} {top - radius:.2f} l "
            f"{right:.2f} {top - pull:.2f} {right - pull:.2f} {top:.2f} {right - radius:.2f} {top:.2f} c "
            f"{x + radius:.2f} {top:.2f} l "
            f"{x + pull:.2f} {top:.2f} {x:.2f} {top - pull:.2f} {x:.2f} {top - radius:.2f} c "
            f"{x:.2f} {y + radius:.2f} l "
            f"{x:.2f} {y + pull:.2f} {x + pull:.2f} {y:.2f} {x + radius:.2f} {y:.2f} c h S"
        )
        self._operators.append(f"{_rgb(colour)} RG {weight} w {path}")

    def qr_code(self, x: float, y: float, side: float, content: str) -> None:
        """A QR code of `content` in a square with this side; the white margin around it is the caller's."""
        # A fixed mask: choosing the best one takes 3 ms, and readers accept any. Numbers: the ISO 18004 mask.
        matrix = segno.make(content, error="m", mask=3, boost_error=False, micro=False).matrix
        module = side / len(matrix)
        squares = []
        for row, bits in enumerate(matrix):
            for start, length in _dark_runs(bits):
                squares.append(f"{start} {-row} {length} -1 re")
        place = f"{module:.5f} 0 0 {module:.5f} {x:.2f} {y + side:.2f} cm"
        self._operators.append(f"q {place} 0 g {' '.join(squares)} f Q")

    def content(self) -> bytes:
        return "\n".join(self._operators).encode("ascii")


def _dark_runs(bits: bytearray) -> list[tuple[int, int]]:
    runs, start = [], -1
    for column, bit in enumerate((*bits, 0)):
        if bit and start < 0:
            start = column
        elif not bit and start >= 0:
            runs.append((start, column - start))
            start = -1
    return runs


def _rgb(colour: Colour) -> str:
    return f"{colour[0]} {colour[1]} {colour[2]}"
