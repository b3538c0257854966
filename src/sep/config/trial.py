"""A page of our own, to try the machinery on."""

from io import BytesIO

import pikepdf


def trial_pdf() -> bytes:
    """Return the smallest PDF: one blank page."""
    with pikepdf.new() as document:
        document.add_blank_page()
        out = BytesIO()
        document.save(out)
    return out.getvalue()
