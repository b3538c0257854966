"""What is known about a PDF once the disposable process has read it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Inspection:
    """An accepted file.

    Attributes:
        sha256: of the bytes as they came, lower-case hex.
        size: of the bytes as they came.
        page_count: 1 to `Limits.max_pages`.
        presigned: the file carries an electronic signature already, so it must not be rewritten.
        normalized: the clean copy that is to be shown and sealed instead, or None when the original serves.
        repairs: why there is a clean copy, a subset of `REPAIRS`.
    """

    sha256: str
    size: int
    page_count: int
    presigned: bool
    normalized: bytes | None = field(default=None, repr=False)
    repairs: tuple[str, ...] = ()


REPAIRS = frozenset({"damaged", "owner_password", "hybrid_xref", "trailing_data", "not_strict"})
"""Reasons to rewrite: warnings of qpdf; restrictions without a password to open; two disagreeing
cross-reference tables; bytes after the end; and what cannot be sealed as it stands."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as it is shown.

    Attributes:
        number: from 1.
        width: pixels.
        height: pixels.
        webp: the image.
        text: the same page in reading order, one paragraph a line. It is an aid for screen readers and large
        type:
            a file can draw one thing and say another, so the evidence of what was shown is the image.
    """

    number: int
    width: int
    height: int
    webp: bytes = field(repr=False)
    text: str = field(repr=False)
