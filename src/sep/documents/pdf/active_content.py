"""What a document must not be able to do, and whether somebody has signed it already.

Everything in the file is looked at, also what no page refers to: a later revision could point to it.
"""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

import pikepdf

from sep.documents.pdf.errors import refusal

# ISO 32000-2, table 201 (action types) and table 171 (annotation types). GoTo, Named, URI, Thread and
# ResetForm stay.
FORBIDDEN_VALUES: Final = MappingProxyType(
    {
        "/S": {
            "/JavaScript": "pdf_javascript",
            "/Launch": "pdf_launch",
            "/SubmitForm": "pdf_external_action",
            "/ImportData": "pdf_external_action",
            "/GoToR": "pdf_external_action",
            "/GoToE": "pdf_external_action",
            "/Rendition": "pdf_rich_media",
            "/RichMediaExecute": "pdf_rich_media",
            "/GoTo3DView": "pdf_rich_media",
            "/Movie": "pdf_rich_media",
            "/Sound": "pdf_rich_media",
        },
        "/Subtype": {
            "/RichMedia": "pdf_rich_media",
            "/Screen": "pdf_rich_media",
            "/3D": "pdf_rich_media",
            "/Movie": "pdf_rich_media",
            "/Sound": "pdf_rich_media",
            "/FileAttachment": "pdf_embedded_files",
        },
        "/Type": {"/EmbeddedFile": "pdf_embedded_files"},
    },
)
FORBIDDEN_KEYS: Final = MappingProxyType(
    {
        "/JS": "pdf_javascript",
        "/JavaScript": "pdf_javascript",
        "/XFA": "pdf_xfa",
        "/RichMediaContent": "pdf_rich_media",
        "/EmbeddedFiles": "pdf_embedded_files",
        "/Collection": "pdf_embedded_files",
    },
)
_FILE_KEYS = ("/F", "/UF", "/DOS", "/Mac", "/Unix")

_NAMES = {value for values in FORBIDDEN_VALUES.values() for value in values}
_NAMES |= {*FORBIDDEN_KEYS, "/EF", "/ByteRange"}
# qpdf writes names in one canonical way, so `/J#61vaScript` cannot slip past. A hit may still be text in a
# string.
_SUSPECT = re.compile(
    rb"(?:" + b"|".join(re.escape(name.encode()) for name in sorted(_NAMES)) + rb")(?![^\s()<>\[\]{}/%])"
)


def check_object(thing: pikepdf.Object) -> bool:
    """Look at one indirect object with everything written inside it.

    Returns:
        True when it is (or holds) the dictionary of an electronic signature.

    Raises:
        PdfRefused: it is an action, an attachment or a form that we do not take.
    """
    source = thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing
    if not _SUSPECT.search(source.unparse(resolved=True)):
        return False
    signed = False
    for entries in _dictionaries(source):
        _check_dictionary(entries)
        signed = signed or ("/ByteRange" in entries and "/Contents" in entries)
    return signed


def _dictionaries(thing: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The direct dictionaries inside; what stands behind a reference has its own turn."""
    pending = [thing]
    while pending:
        current = pending.pop()
        children: Any
        if isinstance(current, pikepdf.Dictionary):
            yield current
            children = current.values()
        else:
            children = current
        pending += [
            child
            for child in children
            if isinstance(child, pikepdf.Dictionary | pikepdf.Array) and not child.is_indirect
        ]


def _check_dictionary(entries: pikepdf.Object) -> None:
    for key, values in FORBIDDEN_VALUES.items():
        value = entries.get(key)
        if isinstance(value, pikepdf.Name) and (code := values.get(str(value))):
            raise refusal(code)
    for key, code in FORBIDDEN_KEYS.items():
        if key in entries:
            raise refusal(code)
    files = entries.get("/EF")
    if isinstance(files, pikepdf.Dictionary) and any(key in files for key in _FILE_KEYS):
        raise refusal("pdf_embedded_files")
