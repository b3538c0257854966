"""The protocol pages of a sealed document as a file of their own, for reading: it carries no seal."""

from io import BytesIO

import pikepdf


def extract_protocol(sealed: bytes, original_length: int) -> bytes:
    """Copy the pages that the seal appended; the visible seal is printed into the last one.

    Args:
        sealed: `SealedFile.data` of a document that came unsigned (otherwise take `SealedFile.protocol`).
        original_length: `SealedFile.original_length`.

    Raises:
        pikepdf.PdfError: either part is not a PDF.
    """
    with pikepdf.open(BytesIO(sealed[:original_length])) as original:
        first = len(original.pages)
    with pikepdf.open(BytesIO(sealed)) as pdf:
        del pdf.pages[:first]
        pdf.flatten_annotations("print")
        for entry in ("/AcroForm", "/Perms", "/AF", "/Names", "/Outlines", "/StructTreeRoot", "/PageLabels"):
            if entry in pdf.Root:
                del pdf.Root[entry]
        output = BytesIO()
        pdf.remove_unreferenced_resources()
        pdf.save(output)
    return output.getvalue()
