"""A first run over our own sheet, before any stranger's.

Lazy imports and the fonts of the system are then in memory: no disposable process pays for them or needs
the files.
"""

import io

import pikepdf
from pyhanko.pdf_utils.writer import PdfFileWriter

from sep.documents.pdf.inspection import examine
from sep.documents.pdf.limits import DEFAULT
from sep.documents.pdf.rendering import draw, try_to_draw


def rehearse() -> None:
    """Inspect, rewrite and draw a page that names a font without embedding it.

    Raises:
        PdfRefused: never, unless an installed library is broken.
    """
    for damage in (b"", b"\ntrailing"):
        examine(_sheet() + damage, DEFAULT)
    try_to_draw(_sheet(), DEFAULT)
    for _ in draw(_sheet(), DEFAULT):
        pass
    # What a file already signed needs besides: pyHanko dates a file of its own in the zone of the machine.
    PdfFileWriter().write(io.BytesIO())


def _sheet() -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(120, 120))
        fonts = {
            f"/F{number}": pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.TrueType, BaseFont=name
            )
            for number, name in enumerate((pikepdf.Name("/Arial"), pikepdf.Name("/TimesNewRoman")))
        }
        pdf.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(fonts))
        pdf.pages[0].Contents = pdf.make_stream(
            b"BT /F0 9 Tf 9 60 Td (Sheet) Tj /F1 9 Tf 0 -12 Td (one) Tj ET"
        )
        sheet = io.BytesIO()
        pdf.save(sheet)
        return sheet.getvalue()
