"""The one incremental revision of a seal: protocol pages, evidence, the visible seal, the signature.

pyHanko keeps the structure of the file right (cross-references of either kind, object streams, forms); the
contents come ready from `layout`, `typeface` and `cms`.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter, PdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import cms_embedder
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from sep.sealing.drawing import Canvas
from sep.sealing.keys import SealKey
from sep.sealing.layout import PAGE, SEAL, SetSheet
from sep.sealing.typeface import Cut, Face

FIELD_NAME = "SEPSeal"

_DEEPEST_TREE = 32
_COMPRESSION = 4  # of the page: a tenth larger than the best, in a third of the time


class _QuietWriter(IncrementalPdfFileWriter):
    """Leaves the catalog's version and the metadata of the original as they are.

    Raising /Version to 2.0 (which an associated file causes) or rewriting XMP would take back the PDF/A claim
    of the original.
    """

    IO_CHUNK_SIZE = 1 << 20  # the original is in memory: copy it in few steps

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        pass

    def _update_meta(self) -> None:
        pass


class _Ready(generic.PdfObject):
    """An object written as text: objects of pyHanko cost a few microseconds a name."""

    def __init__(self, text: str) -> None:
        self._written = text.encode("ascii")

    def write_to_stream(self, stream: BytesIO, handler: object = None, container_ref: object = None) -> None:
        del handler, container_ref
        stream.write(self._written)


@dataclass(frozen=True)
class Attachment:
    """A file to embed, associated with the document as a whole."""

    name: str  # ASCII letters, digits and dots
    media_type: str
    content: bytes
    relationship: str  # ISO 32000-2, 7.11.3: AFRelationship
    is_compressed: bool = False  # the content would not shrink any more


def extend(reader: PdfFileReader) -> BasePdfFileWriter:
    """A writer that adds one revision to the file in `reader`."""
    return _QuietWriter.from_reader(reader)


def begin() -> BasePdfFileWriter:
    """A writer of a new file without pages."""
    return PdfFileWriter()


def add_sheet(writer: BasePdfFileWriter, laid_out: SetSheet) -> tuple[SigFieldSpec, generic.DictionaryObject]:
    """Append the protocol pages.

    Returns:
        Where the seal stands, and its appearance: both for `sign`.
    """
    seal = laid_out.seal
    box: Any = laid_out.seal_box  # pyHanko declares whole numbers and writes fractions as well
    fonts: dict[str, generic.IndirectObject] = {}
    for canvas in (*laid_out.pages, seal):
        for resource, face in canvas.fonts.items():
            if resource not in fonts:
                fonts[resource] = _add_font(writer, face.cut(resource))
    for canvas in laid_out.pages:
        # Every inheritable attribute is stated: the original's page tree may turn or crop its pages.
        page = _dictionary(
            Type=pdf_name("/Page"),
            MediaBox=_numbers(*PAGE),
            CropBox=_numbers(*PAGE),
            Rotate=generic.NumberObject(0),
            Resources=_resources(canvas, fonts),
            Contents=writer.add_object(_compressed(canvas.content())),
        )
        writer.insert_page(page)
    appearance = _compressed(
        seal.content(),
        Type=pdf_name("/XObject"),
        Subtype=pdf_name("/Form"),
        BBox=_numbers(*SEAL),
        Resources=_resources(seal, fonts),
    )
    place = SigFieldSpec(_free_field_name(writer), on_page=-1, box=box)
    return place, _dictionary(N=writer.add_object(appearance))


def invisible_place(writer: BasePdfFileWriter) -> SigFieldSpec:
    """A seal that shows nothing: the only one that an earlier signature survives."""
    return SigFieldSpec(_free_field_name(writer))


def attach(writer: BasePdfFileWriter, attachment: Attachment) -> None:
    """Embed a file: in the catalog's /AF, and in the name tree where older viewers look."""
    embedded = (_plain if attachment.is_compressed else _compressed)(
        attachment.content,
        Type=pdf_name("/EmbeddedFile"),
        Subtype=pdf_name("/" + attachment.media_type),
        Params=_dictionary(Size=generic.NumberObject(len(attachment.content))),
    )
    stream = writer.add_object(embedded)
    specification = writer.add_object(
        _Ready(
            f"<< /Type /Filespec /F ({attachment.name}) /UF ({attachment.name}) "
            f"/AFRelationship /{attachment.relationship} "
            f"/EF << /F {_written(stream)} /UF {_written(stream)} >> >>"
        )
    )
    associated = _child(writer, writer.root, "/AF", generic.ArrayObject())
    associated.append(specification)
    writer.update_container(associated)
    names = _child(writer, writer.root, "/Names", generic.DictionaryObject())
    tree = _child(writer, names, "/EmbeddedFiles", generic.DictionaryObject())
    _append_name(writer, tree, attachment.name.encode("ascii"), specification)


@dataclass(frozen=True)
class Signature:
    """The seal's signature before it is made. One that shows itself also forbids changes."""

    place: SigFieldSpec
    key: SealKey
    signed_at: datetime
    reason: str
    appearance: generic.DictionaryObject | None = None

    @property
    def certifies(self) -> bool:
        # A certification must be the first signature of a file, so a seal beside earlier ones only approves.
        return self.appearance is not None


def sign(writer: BasePdfFileWriter, signature: Signature) -> bytes:
    """Write the file with the signature in it.

    A certification forbids any further change (DocMDP P=1); long-term validation data stay possible.
    """
    steps = cms_embedder.PdfCMSEmbedder(new_field_spec=signature.place).write_cms(
        signature.place.sig_field_name, writer
    )
    field = next(steps).get_object()
    if signature.appearance is not None:
        field[pdf_name("/AP")] = signature.appearance
    placeholder = SignatureObject(
        timestamp=signature.signed_at,
        bytes_reserved=2 * signature.key.container_size,
        subfilter=SigSeedSubFilter.PADES,
        name=signature.key.facts.owner,
        reason=signature.reason,
    )
    rules = cms_embedder.SigMDPSetup(
        md_algorithm="sha256",
        certify=signature.certifies,
        docmdp_perms=MDPPerm.NO_CHANGES if signature.certifies else None,
    )
    steps.send(cms_embedder.SigObjSetup(sig_placeholder=placeholder, mdp_setup=rules))
    prepared, output = steps.send(cms_embedder.SigIOSetup(md_algorithm="sha256"))
    steps.send(signature.key.container(prepared.document_digest))
    data: bytes = output.getvalue()
    return data


def _free_field_name(writer: BasePdfFileWriter) -> str:
    try:
        fields = writer.root["/AcroForm"]["/Fields"]
    except KeyError:
        return FIELD_NAME
    taken = {field.get_object().get("/T") for field in fields}
    name, number = FIELD_NAME, 1
    while name in taken:
        number += 1
        name = f"{FIELD_NAME}{number}"
    return name


def _child(writer: BasePdfFileWriter, parent: Any, key: str, empty: generic.PdfObject) -> Any:
    """The value under the key, made (as an indirect object) when it is absent."""
    if key not in parent:
        parent[pdf_name(key)] = writer.add_object(empty)
        writer.update_container(parent)
    return parent[key]


def _append_name(
    writer: BasePdfFileWriter,
    tree: generic.DictionaryObject,
    name: bytes,
    value: generic.IndirectObject,
) -> None:
    """Add the last entry of a name tree, flat or not; the key grows until it sorts behind the others."""
    path = _rightmost(tree)
    entries = _child(writer, path[-1], "/Names", generic.ArrayObject())
    if len(entries) > 0:
        last: bytes = entries[-2].original_bytes
        name = name if name > last else last + name
    key = generic.ByteStringObject(name)
    entries.append(key)
    entries.append(value)
    writer.update_container(entries)
    for node in path[1:]:  # every node but the root tells its limits
        node["/Limits"] = generic.ArrayObject([node["/Limits"][0], key])
        writer.update_container(node)


def _rightmost(tree: generic.DictionaryObject) -> list[generic.DictionaryObject]:
    path = [tree]
    while "/Kids" in path[-1]:
        if len(path) > _DEEPEST_TREE:
            raise ValueError("the name tree of attachments is endless")
        path.append(path[-1]["/Kids"][-1])
    return path


def _add_font(writer: BasePdfFileWriter, cut: Cut) -> generic.IndirectObject:
    """Type 0 font with glyph identifiers for codes (ISO 32000-1, 9.7)."""
    program = writer.add_object(_deflated(cut.program, Length1=generic.NumberObject(cut.program_length)))
    to_unicode = writer.add_object(_deflated(cut.to_unicode))
    descriptor = writer.add_object(
        _Ready(
            f"<< /Type /FontDescriptor /FontName /{cut.name} /Flags 4 /FontBBox {cut.box} /ItalicAngle 0 "
            f"/Ascent {cut.ascent} /Descent {cut.descent} /CapHeight {cut.cap_height} /StemV 80 "
            f"/FontFile2 {_written(program)} >>"
        )
    )
    descendant = writer.add_object(
        _Ready(
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{cut.name} /CIDToGIDMap /Identity "
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> "
            f"/W [0 {cut.width_array}] /FontDescriptor {_written(descriptor)} >>"
        )
    )
    return writer.add_object(
        _Ready(
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{cut.name} /Encoding /Identity-H "
            f"/DescendantFonts [{_written(descendant)}] /ToUnicode {_written(to_unicode)} >>"
        )
    )


def _written(reference: generic.IndirectObject) -> str:
    return f"{reference.idnum} {reference.generation} R"


def _resources(canvas: Canvas, fonts: Mapping[str, generic.IndirectObject]) -> generic.DictionaryObject:
    used: dict[str, Face] = canvas.fonts
    return _dictionary(Font=_dictionary(**{resource: fonts[resource] for resource in used}))


def _dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name("/" + key): value for key, value in entries.items()})


def _numbers(*values: float) -> _Ready:
    return _Ready(f"[{' '.join(f'{value:g}' for value in values)}]")


def _compressed(content: bytes, **entries: generic.PdfObject) -> generic.StreamObject:
    return _deflated(zlib.compress(content, _COMPRESSION), **entries)


def _plain(content: bytes, **entries: generic.PdfObject) -> generic.StreamObject:
    return generic.StreamObject(dict_data=_dictionary(**entries), encoded_data=content)


def _deflated(content: bytes, **entries: generic.PdfObject) -> generic.StreamObject:
    return generic.StreamObject(
        dict_data=_dictionary(Filter=pdf_name("/FlateDecode"), **entries), encoded_data=content
    )
