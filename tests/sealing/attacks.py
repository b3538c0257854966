"""Hostile changes to a sealed file, each made by code, and one honest extension.

Names of the classes: incremental saving, universal signature forgery and signature wrapping
(Mladenov et al., «1 Trillion Dollar Refund», 2019), shadow attacks (Mainka et al., 2021).
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO

from asn1crypto import cms, core
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec

HIDDEN = b"BT /F 14 Tf 40 40 Td (I agree to pay 1000000) Tj ET"


def _updated(data: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(data))
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def _page(writer: IncrementalPdfFileWriter, number: int = 0):
    return writer.find_page_for_modification(number)[0].get_object()


def _stream(content: bytes) -> generic.StreamObject:
    return generic.StreamObject(stream_data=content)


def replaced_page_content(data: bytes, _: bytes) -> bytes:
    def change(writer):
        page = _page(writer)
        page[pdf_name("/Contents")] = writer.add_object(_stream(HIDDEN))
        writer.update_container(page)

    return _updated(data, change)


def overlaid_page(data: bytes, _: bytes) -> bytes:
    def change(writer):
        page = _page(writer)
        overlay = writer.add_object(_stream(HIDDEN))
        page[pdf_name("/Contents")] = generic.ArrayObject([page.raw_get("/Contents"), overlay])
        writer.update_container(page)

    return _updated(data, change)


def added_page(data: bytes, _: bytes) -> bytes:
    def change(writer):
        size = generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))
        page = {
            "/Type": pdf_name("/Page"),
            "/MediaBox": size,
            "/Contents": writer.add_object(_stream(HIDDEN)),
        }
        writer.insert_page(generic.DictionaryObject({pdf_name(key): value for key, value in page.items()}))

    return _updated(data, change)


def removed_protocol_page(data: bytes, _: bytes) -> bytes:
    def change(writer):
        pages = writer.root["/Pages"]
        pages["/Kids"].pop()
        pages[pdf_name("/Count")] = generic.NumberObject(len(pages["/Kids"]))
        writer.update_container(pages)
        writer.update_container(pages["/Kids"])

    return _updated(data, change)


def annotation_over_the_text(data: bytes, _: bytes) -> bytes:
    def change(writer):
        entries = {
            "/Type": pdf_name("/Annot"),
            "/Subtype": pdf_name("/FreeText"),
            "/Rect": generic.ArrayObject(map(generic.NumberObject, (30, 30, 400, 60))),
            "/Contents": generic.pdf_string("I agree to pay 1000000"),
            "/DA": generic.pdf_string("/Helv 14 Tf"),
        }
        note = writer.add_object(
            generic.DictionaryObject({pdf_name(key): value for key, value in entries.items()})
        )
        writer.register_annotation(writer.find_page_for_modification(0)[0], note)

    return _updated(data, change)


def swapped_evidence(data: bytes, _: bytes) -> bytes:
    def change(writer):
        specification = writer.root["/AF"][-1]
        specification["/EF"][pdf_name("/F")] = writer.add_object(_stream(b'{"sealKind": "document"}'))
        writer.update_container(specification)

    return _updated(data, change)


def swapped_seal_appearance(data: bytes, _: bytes) -> bytes:
    def change(writer):
        field = writer.root["/AcroForm"]["/Fields"][0]
        field["/AP"][pdf_name("/N")] = writer.add_object(_stream(b""))
        writer.update_container(field)

    return _updated(data, change)


def second_signature_over_the_page(data: bytes, stranger: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(data))
    signer = signers.SimpleSigner.load_pkcs12_data(stranger, [], None)
    pdf_signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(field_name="Second"),
        signer,
        new_field_spec=SigFieldSpec("Second", on_page=0, box=(0, 0, 595, 842)),
    )
    # pyHanko itself refuses to sign after a certification that forbids changes; an attacker does not.
    del writer.root["/Perms"]
    writer.update_root()
    return pdf_signer.sign_pdf(writer).getvalue()


def changed_document_info(data: bytes, _: bytes) -> bytes:
    def change(writer):
        info = generic.DictionaryObject({pdf_name("/Title"): generic.pdf_string("Договор займа")})
        writer.set_info(writer.add_object(info))

    return _updated(data, change)


def changed_metadata(data: bytes, _: bytes) -> bytes:
    def change(writer):
        metadata = generic.StreamObject(
            {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")},
            stream_data=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        )
        writer.root[pdf_name("/Metadata")] = writer.add_object(metadata)
        writer.update_root()

    return _updated(data, change)


def dropped_permissions(data: bytes, _: bytes) -> bytes:
    def change(writer):
        del writer.root["/Perms"]
        writer.update_root()

    return _updated(data, change)


def stripped_form(data: bytes, _: bytes) -> bytes:
    """The signature bytes stay, the catalog no longer leads to them."""

    def change(writer):
        del writer.root["/AcroForm"]
        writer.update_root()

    return _updated(data, change)


def trailing_bytes(data: bytes, _: bytes) -> bytes:
    return data + b"% harmless?\n"


def trailing_bytes_closed_by_a_marker(data: bytes, _: bytes) -> bytes:
    return data + b"% harmless?\n%%EOF\n"


def trailing_bytes_with_the_old_table(data: bytes, _: bytes) -> bytes:
    table = data.rsplit(b"startxref", 1)[1].split()[0]
    return data + b"(hidden)\nstartxref\n" + table + b"\n%%EOF\n"


def changed_byte_of_the_original(data: bytes, _: bytes) -> bytes:
    return data.replace(b"[ 0 0 595 842 ]", b"[ 0 0 595 442 ]", 1)


def prepended_bytes(data: bytes, _: bytes) -> bytes:
    return b"% comment\n" + data


def cut_tail(data: bytes, _: bytes) -> bytes:
    return data[:-40]


def signature_without_byte_range(data: bytes, _: bytes) -> bytes:
    return data.replace(b"/ByteRange", b"/BiteRange")


def byte_range_of_nothing(data: bytes, _: bytes) -> bytes:
    return _with_byte_range(data, b"[0 0 0 0]")


def byte_range_beyond_the_file(data: bytes, _: bytes) -> bytes:
    return _with_byte_range(data, b"[0 9999999 9999999 -1]")


def byte_range_negative(data: bytes, _: bytes) -> bytes:
    return _with_byte_range(data, b"[-1 5 -1 5]")


def empty_signature(data: bytes, _: bytes) -> bytes:
    start, end = _contents(data)
    return data[: start + 1] + b"0" * (end - start - 2) + data[end - 1 :]


def missing_signature(data: bytes, _: bytes) -> bytes:
    start, end = _contents(data)
    return data[:start] + b"null" + b" " * (end - start - 4) + data[end:]


def wrapped_signature(data: bytes, _: bytes) -> bytes:
    """The signed second part moves on; the gap before it holds the attacker's objects and their table.

    Every signed byte is kept, and a second copy of the signature dictionary names the new place of the
    second part: a verifier that follows /ByteRange blindly finds the digest intact.
    """
    start, end = _contents(data)
    tail = data[end:]
    table = int(data.rsplit(b"startxref", 1)[1].split()[0])  # the signed tail keeps pointing there
    reader = PdfFileReader(BytesIO(data))
    content = reader.root["/Pages"]["/Kids"][0].raw_get("/Contents").idnum
    signature = reader.root["/AcroForm"]["/Fields"][0].raw_get("/V").idnum
    found = list(re.finditer(rb"/ByteRange\s*\[[^\]]*\]\s*", data))[-1]
    dictionary = data[data.rfind(b" 0 obj", 0, start) + len(b" 0 obj") : data.index(b"endobj", end)]

    entries = dict(_table_entries(data[table:]))
    trailer = data[table:].split(b"trailer", 1)[1].split(b"startxref")[0]
    content_object = b"%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n"
    content_object %= (content, len(HIDDEN), HIDDEN)

    def gap(tail_at: int) -> bytes:
        moved = {number: at + (tail_at - end if at > end else 0) for number, at in entries.items()}
        own_range = b"/ByteRange [0 %d %010d %d] " % (start, tail_at, len(tail))
        copy = dictionary.replace(found.group(), own_range)
        signature_object = b"%d 0 obj%sendobj\n" % (signature, copy)
        size = sum(len(b"%d 1\n%010d 00000 n \n" % entry) for entry in moved.items())
        moved[content] = table + len(b"xref\n") + size + len(b"trailer") + len(trailer)
        moved[signature] = moved[content] + len(content_object)
        lines = b"".join(b"%d 1\n%010d 00000 n \n" % entry for entry in sorted(moved.items()))
        return b"xref\n" + lines + b"trailer" + trailer + content_object + signature_object

    entries.setdefault(content, 0)
    filler = b"\n".ljust(table - end, b" ")
    tail_at = table + len(gap(0))
    return data[:end] + filler + gap(tail_at) + tail


def _table_entries(section: bytes) -> Iterator[tuple[int, int]]:
    lines = iter(section.split(b"trailer", 1)[0].split(b"\n")[1:])
    for line in lines:
        if not line.strip():
            continue
        first, count = map(int, line.split())
        for number in range(first, first + count):
            yield number, int(next(lines).split()[0])


def padding_with_a_message(data: bytes, _: bytes) -> bytes:
    """Bytes behind the container inside /Contents are covered by no signature."""
    _, end = _contents(data)
    return data[: end - 5] + b"BEEF" + data[end - 1 :]


def container_in_lower_case(data: bytes, _: bytes) -> bytes:
    start, end = _contents(data)
    return data[:start] + data[start:end].lower() + data[end:]


def container_with_a_respelled_algorithm(data: bytes, _: bytes) -> bytes:
    """SHA-256 with explicit NULL parameters: the same algorithm, but not the bytes that we write."""

    def change(signed_data):
        signed_data["digest_algorithms"][0]["parameters"] = core.Null()

    return _with_container(data, change)


def switched_on_hidden_content(data: bytes, _: bytes) -> bytes:
    """A shadow attack: the original already holds the other text, an update lets the page show it."""

    def change(writer):
        page = _page(writer)
        page[pdf_name("/Contents")] = page.raw_get("/SomePrivateKey")
        writer.update_container(page)

    return _updated(data, change)


ATTACKS: dict[str, Callable[[bytes, bytes], bytes]] = {
    attack.__name__: attack
    for attack in (
        replaced_page_content,
        overlaid_page,
        added_page,
        removed_protocol_page,
        annotation_over_the_text,
        swapped_evidence,
        swapped_seal_appearance,
        second_signature_over_the_page,
        changed_document_info,
        changed_metadata,
        dropped_permissions,
        stripped_form,
        trailing_bytes,
        trailing_bytes_closed_by_a_marker,
        trailing_bytes_with_the_old_table,
        changed_byte_of_the_original,
        prepended_bytes,
        cut_tail,
        signature_without_byte_range,
        byte_range_of_nothing,
        byte_range_beyond_the_file,
        byte_range_negative,
        empty_signature,
        missing_signature,
        wrapped_signature,
        padding_with_a_message,
        container_in_lower_case,
        container_with_a_respelled_algorithm,
        switched_on_hidden_content,
    )
}


def _contents(data: bytes) -> tuple[int, int]:
    """Where the seal's `<hexadecimal>` begins and ends."""
    numbers = re.findall(rb"/ByteRange\s*\[(\d+) (\d+) (\d+) (\d+)\]", data)[-1]
    return int(numbers[1]), int(numbers[2])


def _with_byte_range(data: bytes, replacement: bytes) -> bytes:
    found = list(re.finditer(rb"/ByteRange\s*(\[[^\]]*\])", data))[-1]
    padded = replacement.ljust(len(found.group(1)))
    return data[: found.start(1)] + padded + data[found.end(1) :]


def _with_container(data: bytes, change: Callable[[cms.SignedData], None]) -> bytes:
    start, end = _contents(data)
    info = cms.ContentInfo.load(bytes.fromhex(data[start + 1 : end - 1].decode()))
    change(info["content"])
    written = info.dump(force=True).hex().upper().encode()
    room = end - start - 2
    assert len(written) <= room, "the placeholder leaves no room for the change"
    return data[: start + 1] + written.ljust(room, b"0") + data[end - 1 :]
