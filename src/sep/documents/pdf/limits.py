"""How much of us one file may take. The figures follow OWASP File Upload and the time a person will wait."""

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one job in the disposable process.

    `cpu_seconds`, `wall_seconds` and `memory_bytes` are enforced by the kernel, the rest by the code that
    reads the file.
    """

    max_bytes: int = 10 * MEBIBYTE
    max_pages: int = 200
    max_objects: int = 100_000
    max_side_points: int = 14_400
    """The longest side of a page, 1/72 inch: the implementation limit of ISO 32000-1, annex C."""
    max_image_pixels: int = 100_000_000
    max_stream_bytes: int = 64 * MEBIBYTE
    """One stream after decompression."""
    max_decoded_bytes: int = 256 * MEBIBYTE
    """All streams that are not images, after decompression."""
    max_output_bytes: int = 64 * MEBIBYTE
    """What the disposable process may hand back."""
    memory_bytes: int = 512 * MEBIBYTE
    """Address space on top of the interpreter and its libraries."""
    cpu_seconds: int = 10
    wall_seconds: int = 30


DEFAULT = Limits()
RENDERING = Limits(cpu_seconds=60, wall_seconds=180)
"""Two hundred pages of photographs take a quarter of a second each."""
