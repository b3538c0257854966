"""What a person sees in a printed form: words, and whether they stay inside the margins."""

from ctypes import c_double
from io import BytesIO

import pikepdf
import pypdfium2

MILLIMETRE = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 22, 15, 14, 7
"""The margins of the sheet, mm; the footer stands in the lower one."""


def page_count(pdf):
    return len(pypdfium2.PdfDocument(pdf))


def words(pdf):
    """The text layer as one line, without the soft hyphens and break points of the typesetting."""
    document = pypdfium2.PdfDocument(pdf)
    found = " ".join(page.get_textpage().get_text_bounded() for page in document)
    found = (
        found.replace("\ufffe\r\n", "").replace("\ufffe", "").replace("\u200b", "").replace("\xad\r\n", "")
    )
    return " ".join(found.split())


def letters(text):
    """Letters and digits alone: the end of a line adds spaces and swallows hyphens."""
    return "".join(letter for letter in text if letter.isalnum())


def outside_the_margins(pdf):
    """Letters that stick out of the sheet's margins; hyphens may hang, accents rise a little."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        width, height = page.get_size()
        within = (LEFT - 0.5, BOTTOM, width / MILLIMETRE - RIGHT + 0.5, height / MILLIMETRE - TOP + 1.5)
        layer = page.get_textpage()
        edges = [c_double() for _ in range(4)]
        for index in range(layer.count_chars()):
            pypdfium2.raw.FPDFText_GetCharBox(layer, index, *edges)
            left, right, bottom, top = (edge.value / MILLIMETRE for edge in edges)
            if left < within[0] or bottom < within[1] or right > within[2] or top > within[3]:
                letter = chr(pypdfium2.raw.FPDFText_GetUnicode(layer, index))
                if letter.isalnum():
                    found.append((letter, round(left), round(bottom)))
    return found


def overlapping(pdf):
    """Pairs of text rectangles that lie upon each other."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        layer = page.get_textpage()
        rects = sorted((layer.get_rect(index) for index in range(layer.count_rects())), key=lambda r: -r[3])
        for index, (left, bottom, right, top) in enumerate(rects):
            for other in rects[index + 1 :]:
                if other[3] <= bottom:
                    break
                wide = min(right, other[2]) - max(left, other[0])
                high = min(top, other[3]) - max(bottom, other[1])
                if wide > 1.5 and high > 0.5 * min(top - bottom, other[3] - other[1]):
                    found.append((left, bottom, right, top, *other))
    return found


def metadata(pdf):
    with pikepdf.open(BytesIO(pdf)) as file, file.open_metadata() as meta:
        return {
            "title": str(file.docinfo["/Title"]),
            "language": str(file.Root.Lang),
            "marked": bool(file.Root.MarkInfo.Marked),
            "pdfua": meta.get("pdfuaid:part"),
        }


def fonts_embedded(pdf):
    with pikepdf.open(BytesIO(pdf)) as file:
        descriptors = [
            each
            for each in file.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
        ]
        return bool(descriptors) and all("/FontFile2" in each or "/FontFile3" in each for each in descriptors)
