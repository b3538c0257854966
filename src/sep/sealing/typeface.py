"""The letters of the protocol page: Roboto, cut down once to the characters that a clinic's documents use.

Cutting a font takes 0.1 s, so it happens once a process; a seal then embeds bytes that lie ready. Each face
is cut twice: a small common set that every sheet needs, and a rare one (the other Cyrillic and Latin
alphabets) that is embedded only when a name asks for it.
"""

import io
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

from fontTools import subset
from fontTools.ttLib import TTFont

REPLACEMENT = "\ufffd"  # what an unknown character becomes: visible on paper, recognizable in extracted text

_COMMON = "".join(map(chr, range(0x20, 0x7F))) + "".join(map(chr, range(0x410, 0x450)))
_COMMON += "Ёё\u00a0«»№–—−…“”„‘’•·§°±×©₽" + REPLACEMENT
_RARE = "".join(
    letter
    for first, last in ((0xA1, 0x17F), (0x218, 0x21B), (0x400, 0x4FF), (0x2010, 0x2011), (0x20AC, 0x20AC))
    for letter in map(chr, range(first, last + 1))
    if letter not in _COMMON and letter != "\u00ad"  # a soft hyphen shows nothing and would hide in a name
)

_UNITS = 1000  # glyph space of a PDF font: thousandths of the size


@dataclass(frozen=True)
class Cut:
    """One embeddable subset: a TrueType program and what a PDF must say about it."""

    name: str  # PostScript name with the subset tag
    program: bytes  # zlib
    program_length: int  # before compression
    to_unicode: bytes  # zlib; CMap for search and copying
    widths: tuple[int, ...]  # by glyph id, thousandths
    width_array: str  # the same as PDF writes them
    glyphs: dict[str, int]
    box: str  # as PDF writes it
    ascent: int
    descent: int
    cap_height: int


@dataclass(frozen=True)
class Face:
    """One weight of the typeface. Resource names of its cuts are `key` and `key` + `x`."""

    key: str
    file: str

    @cached_property
    def common(self) -> Cut:
        return _cut(self.file, _COMMON, "SEPAAA")

    @cached_property
    def rare(self) -> Cut:
        return _cut(self.file, _RARE, "SEPAAB")

    def cut(self, resource: str) -> Cut:
        return self.common if resource == self.key else self.rare

    @cached_property
    def _widths(self) -> dict[str, int]:
        return {letter: self.common.widths[glyph] for letter, glyph in self.common.glyphs.items()}

    @cached_property
    def _codes(self) -> dict[str, str]:
        return {letter: f"{glyph:04x}" for letter, glyph in self.common.glyphs.items()}

    def width(self, text: str, size: float) -> float:
        """Width of prepared text in points at this size."""
        widths = self._widths
        try:
            return sum([widths[letter] for letter in text]) * size / _UNITS
        except KeyError:
            return sum(self._letter_width(letter) for letter in text) * size / _UNITS

    def _letter_width(self, letter: str) -> int:
        common = self._widths.get(letter)
        return self.rare.widths[self.rare.glyphs[letter]] if common is None else common

    def runs(self, text: str) -> Iterator[tuple[str, str]]:
        """Split prepared text into (resource name, hexadecimal glyph codes)."""
        codes = self._codes
        try:
            yield self.key, "".join([codes[letter] for letter in text])
        except KeyError:
            yield from self._mixed_runs(text)

    def _mixed_runs(self, text: str) -> Iterator[tuple[str, str]]:
        resource, codes = self.key, ""
        for letter in text:
            code = self._codes.get(letter)
            wanted = self.key if code else f"{self.key}x"
            if wanted != resource and codes:
                yield resource, codes
                codes = ""
            resource = wanted
            codes += code or f"{self.rare.glyphs[letter]:04x}"
        if codes:
            yield resource, codes


REGULAR = Face("R", "Roboto-Regular.ttf")
MEDIUM = Face("M", "Roboto-Medium.ttf")

_SET = frozenset(_COMMON + _RARE)
_SPACES = dict.fromkeys(map(ord, "\t\n\v\f\r\x85\u2028\u2029"), " ") | dict.fromkeys(
    map(ord, "\u2007\u202f"), "\u00a0"
)


def prepare(text: str) -> str:
    """Text as the sheet prints it: composed (NFC), any line break a space, unknown characters replaced."""
    composed = unicodedata.normalize("NFC", text).translate(_SPACES)
    if _SET.issuperset(composed):
        return composed
    return "".join(letter if letter in _SET else REPLACEMENT for letter in composed)


def _cut(file: str, letters: str, tag: str) -> Cut:
    font = _load(file)
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = []
    options.notdef_outline = True
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG", "gasp", "hdmx", "VDMX", "LTSH"]
    cutter = subset.Subsetter(options)
    cutter.populate(text=letters)
    cutter.subset(font)
    buffer = io.BytesIO()
    font.save(buffer)
    return _describe(buffer.getvalue(), f"{tag}+{file.removesuffix('.ttf')}")


@cache
def _font_bytes(file: str) -> bytes:
    return resources.files("font_roboto").joinpath("files", file).read_bytes()


def _load(file: str) -> TTFont:
    return TTFont(io.BytesIO(_font_bytes(file)))


def _describe(program: bytes, name: str) -> Cut:
    font = TTFont(io.BytesIO(program))
    head, metrics = font["head"], font["hmtx"]

    def scaled(value: float) -> int:
        return round(value * _UNITS / int(head.unitsPerEm))

    ids = font.getReverseGlyphMap()
    glyphs = {chr(code): ids[glyph] for code, glyph in font.getBestCmap().items()}
    widths = tuple(scaled(metrics[glyph][0]) for glyph in font.getGlyphOrder())
    return Cut(
        name=name,
        program=zlib.compress(program, 9),
        program_length=len(program),
        to_unicode=zlib.compress(_to_unicode(glyphs), 9),
        widths=widths,
        width_array=f"[{' '.join(map(str, widths))}]",
        glyphs=glyphs,
        box=f"[{' '.join(str(scaled(edge)) for edge in (head.xMin, head.yMin, head.xMax, head.yMax))}]",
        ascent=scaled(font["hhea"].ascent),
        descent=scaled(font["hhea"].descent),
        cap_height=scaled(font["OS/2"].sCapHeight),
    )


_CMAP_SECTION = 100  # entries a bfchar section may hold (Adobe technical note 5014)


def _to_unicode(glyphs: dict[str, int]) -> bytes:
    letters: dict[int, str] = {}
    for letter, glyph in glyphs.items():
        letters.setdefault(glyph, letter)
    entries = [f"<{glyph:04x}> <{ord(letter):04x}>" for glyph, letter in sorted(letters.items())]
    sections = []
    for start in range(0, len(entries), _CMAP_SECTION):
        section = entries[start : start + _CMAP_SECTION]
        sections += [f"{len(section)} beginbfchar", *section, "endbfchar"]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <ffff>",
        "endcodespacerange",
        *sections,
        "endcmap",
        "CMapName currentdict /CMap defineresource pop",
        "end",
        "end",
    ]
    return "\n".join(lines).encode("ascii")
