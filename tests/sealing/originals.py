"""PDF originals of many shapes, each made by code."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf

A4 = (595, 842)


def written(pdf: Pdf, **options) -> bytes:
    buffer = BytesIO()
    pdf.save(buffer, **options)
    return buffer.getvalue()


def _with_pages(*sizes, **attributes) -> Pdf:
    pdf = Pdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for number, (width, height) in enumerate(sizes, start=1):
        page = pdf.add_blank_page(page_size=(width, height))
        page.Resources = Dictionary(Font=Dictionary(F=font))
        page.Contents = pdf.make_stream(f"BT /F 14 Tf 40 40 Td (Page {number}: I agree) Tj ET".encode())
        for key, value in attributes.items():
            page[f"/{key}"] = value
    return pdf


def plain() -> bytes:
    return written(_with_pages(A4, A4), object_stream_mode=ObjectStreamMode.disable)


def letter_landscape() -> bytes:
    return written(_with_pages((792, 612)))


def small_receipt() -> bytes:
    return written(_with_pages((164, 400)))


def rotated() -> bytes:
    return written(_with_pages(A4, A4, Rotate=90))


def inherited_attributes() -> bytes:
    """Everything inheritable stands on the page tree: our page must not take it over."""
    pdf = _with_pages(A4, A4)
    tree = pdf.Root.Pages
    tree.MediaBox = Array([0, 0, 300, 300])
    tree.CropBox = Array([20, 20, 250, 250])
    tree.Rotate = 270
    tree.Resources = pdf.pages[0].Resources
    buffer = BytesIO()
    for page in pdf.pages:
        for key in ("/MediaBox", "/Resources"):
            del page[key]
    pdf.save(buffer)
    return buffer.getvalue()


def object_streams() -> bytes:
    return written(_with_pages(A4, A4), object_stream_mode=ObjectStreamMode.generate)


def linearized() -> bytes:
    return written(_with_pages(A4, A4, A4), linearize=True)


def old_version() -> bytes:
    return written(_with_pages(A4), force_version="1.3", object_stream_mode=ObjectStreamMode.disable)


def no_final_newline() -> bytes:
    return plain().rstrip(b"\r\n")


def with_form() -> bytes:
    pdf = _with_pages(A4)
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=pikepdf.String("phone"),
            V=pikepdf.String("+7"),
            Rect=Array([40, 400, 240, 420]),
            P=pdf.pages[0].obj,
        )
    )
    pdf.pages[0].Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), NeedAppearances=True)
    return written(pdf)


def with_a_field_of_our_name() -> bytes:
    pdf = Pdf.open(BytesIO(with_form()))
    pdf.Root.AcroForm.Fields[0].T = pikepdf.String("SEPSeal")
    return written(pdf)


def with_attachments() -> bytes:
    """Attachments of its own, one under the very name of our evidence."""
    pdf = _with_pages(A4)
    for name in ("evidence.json", "яблоко.txt"):
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, b'{"forged": true}', filename=name)
    pdf.Root.AF = Array([pdf.attachments["evidence.json"].obj])
    return written(pdf)


def with_attachment_tree() -> bytes:
    pdf = Pdf.open(BytesIO(with_attachments()))
    tree = pdf.Root.Names.EmbeddedFiles
    names = tree.Names
    leaf = pdf.make_indirect(Dictionary(Names=names, Limits=Array([names[0], names[len(names) - 2]])))
    pdf.Root.Names.EmbeddedFiles = pdf.make_indirect(Dictionary(Kids=Array([leaf])))
    return written(pdf)


def nested_page_tree() -> bytes:
    pdf = _with_pages(A4, A4)
    tree = pdf.Root.Pages
    branch = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=tree.Kids, Count=2, Parent=tree))
    for kid in branch.Kids:
        kid.Parent = branch
    tree.Kids = Array([branch])
    return written(pdf)


ORIGINALS: dict[str, Callable[[], bytes]] = {
    make.__name__: make
    for make in (
        plain,
        letter_landscape,
        small_receipt,
        rotated,
        inherited_attributes,
        object_streams,
        linearized,
        old_version,
        no_final_newline,
        with_form,
        with_a_field_of_our_name,
        with_attachments,
        with_attachment_tree,
        nested_page_tree,
    )
}


def encrypted() -> bytes:
    return written(_with_pages(A4), encryption=pikepdf.Encryption(owner="owner", user=""))


def damaged() -> bytes:
    return plain().replace(b"xref\n0", b"xref\n7", 1)


def with_usage_rights() -> bytes:
    pdf = _with_pages(A4)
    pdf.Root.Perms = Dictionary(UR3=Dictionary(Type=Name.Sig))
    return written(pdf)


def hybrid_reference() -> bytes:
    """A classic table that also points to a cross-reference stream (ISO 32000-1, 7.5.8.4)."""
    plain_file = plain()
    stream_at = len(plain_file)
    table = int(plain_file.rsplit(b"startxref", 1)[1].split()[0])
    size = int(plain_file.rsplit(b"/Size", 1)[1].split()[0])
    stream = (
        (
            f"{size} 0 obj\n<< /Type /XRef /Size {size} /W [1 4 2] /Index [0 1] /Length 7 "
            "/Root 1 0 R >>\nstream\n"
        ).encode()
        + bytes(7)
        + b"\nendstream\nendobj\n"
    )
    trailer = plain_file[table:].rsplit(b"trailer", 1)[1].split(b"startxref")[0].strip()
    assert trailer.startswith(b"<<")
    inner = trailer[2:-2]
    table_at = stream_at + len(stream)
    return (
        plain_file
        + stream
        + b"xref\n0 0\ntrailer\n<<"
        + inner
        + f" /Prev {table} /XRefStm {stream_at} >>\nstartxref\n{table_at}\n%%EOF\n".encode()
    )
