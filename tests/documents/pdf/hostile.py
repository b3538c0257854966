"""Files that nobody wishes upon a clinic, and a few good ones, written byte by byte."""

import io
import zlib

import pikepdf
import typst

CONSENT = """
#set page(paper: "a4", margin: 2cm)
#set text(lang: "ru", size: 11pt, hyphenate: true)
#set par(justify: true)
= Информированное добровольное согласие

Я, *Тестовый Тест Тестович*, зарегистрированный по адресу: г. Санкт-Петербург, проспект Примерный, дом один,
подтверждаю, что мне в доступной форме разъяснены цели, методы оказания медицинской помощи, связанный с ними
риск, возможные варианты медицинского вмешательства, их последствия.

+ Мне понятно, что когда-нибудь потребуется очный приём.
+ Мне понятны ограничения дистанционного взаимодействия.

#table(columns: 3, [Услуга], [Количество], [Цена, ₽], [Консультация врача], [1], [2 500])

#pagebreak()
Дата: 25.06.2026
"""


def consent() -> bytes:
    """Two typeset pages in Russian."""
    return typst.compile(CONSENT.encode())


def body(objects: dict[int, bytes], trailer: bytes = b"", *, size: int | None = None) -> bytes:
    """A file of the given objects with a correct cross-reference table; object 1 is the catalogue."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = {}
    for number, content in objects.items():
        offsets[number] = out.tell()
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, content))
    start = out.tell()
    last = max(objects)
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (last + 1))
    for number in range(1, last + 1):
        entry = b"%010d 00000 n \n" % offsets[number] if number in offsets else b"0000000000 00000 f \n"
        out.write(entry)
    out.write(
        b"trailer\n<< /Size %d /Root 1 0 R %b >>\nstartxref\n%d\n%%%%EOF\n"
        % (size or last + 1, trailer, start)
    )
    return out.getvalue()


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(content), entries, content)


PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
A4 = b"[0 0 595 842]"


def sheet(more: bytes = b"", *, box: bytes = A4, resources: bytes = b"<< >>") -> bytes:
    parts = (box, resources, more)
    return b"<< /Type /Page /Parent 2 0 R /MediaBox %b /Resources %b /Contents 4 0 R %b >>" % parts


DRAWING = stream(b"0.5 g 10 10 100 100 re f")


def one_page(
    catalogue: bytes = b"",
    page: bytes = b"",
    more: dict[int, bytes] | None = None,
    *,
    contents: bytes = DRAWING,
    box: bytes = A4,
    resources: bytes = b"<< >>",
) -> bytes:
    """One page with a grey square, plus whatever is to be tried."""
    return body(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R %b >>" % catalogue,
            2: PAGES,
            3: sheet(page, box=box, resources=resources),
            4: contents,
            **(more or {}),
        },
    )


def flate_bomb(size: int) -> bytes:
    """A drawing that is `size` bytes of blanks once inflated."""
    return one_page(contents=stream(deflated_blanks(size), b"/Filter /FlateDecode"))


def deflated_blanks(size: int) -> bytes:
    deflate = zlib.compressobj(9)
    chunk = b" " * (1 << 20)
    return b"".join(deflate.compress(chunk) for _ in range(size >> 20)) + deflate.flush()


def double_flate_bomb(size: int) -> bytes:
    twice = zlib.compress(deflated_blanks(size), 9)
    return one_page(contents=stream(twice, b"/Filter [/FlateDecode /FlateDecode]"))


def xref_stream_bomb(entries: int) -> bytes:
    """A cross-reference stream of many free entries, a few kilobytes when deflated."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n")
    start = out.tell()
    deflate = zlib.compressobj(9)
    chunk = bytes(5) * 100_000
    table = b"".join(deflate.compress(chunk) for _ in range(entries // 100_000)) + deflate.flush()
    head = b"<< /Type /XRef /Size %d /W [1 3 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>" % (
        entries,
        len(table),
    )
    out.write(b"3 0 obj\n%b\nstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (head, table, start))
    return out.getvalue()


def object_stream_bomb(count: int) -> bytes:
    """Many small objects in one compressed object stream, with a /Size that tells less."""
    numbers = b" ".join(b"%d %d" % (10 + index, 2 * index) for index in range(count))
    content = numbers + b" " + b"0 " * count
    entries = [bytes(7)]
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    for number, thing in {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: PAGES,
        3: sheet(),
        4: DRAWING,
        5: stream(
            zlib.compress(content, 9),
            b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode" % (count, len(numbers) + 1),
        ),
    }.items():
        entries.append(b"\1" + out.tell().to_bytes(4) + bytes(2))
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, thing))
    start = out.tell()
    entries.append(b"\1" + start.to_bytes(4) + bytes(2))
    entries += [bytes(7)] * 3
    entries += [b"\2" + (5).to_bytes(4) + (index & 0xFFFF).to_bytes(2) for index in range(count)]
    head = b"/Type /XRef /Size %d /W [1 4 2] /Root 1 0 R /Filter /FlateDecode" % len(entries)
    out.write(
        b"6 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n"
        % (stream(zlib.compress(b"".join(entries), 9), head), start)
    )
    return out.getvalue()


def page_tree_loop() -> bytes:
    return body(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 2 >>",
            3: sheet(),
            4: DRAWING,
        },
    )


def many_pages(count: int, *, declared: int | None = None) -> bytes:
    """`count` references to separate empty pages, and a /Count that may lie."""
    kids = b" ".join(b"%d 0 R" % number for number in range(10, 10 + count))
    pages = b"<< /Type /Pages /MediaBox [0 0 595 842] /Resources << >> /Kids [%b] /Count %d >>" % (
        kids,
        declared or count,
    )
    sheets = {10 + index: b"<< /Type /Page /Parent 2 0 R >>" for index in range(count)}
    return body({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: pages, **sheets})


def billion_laughs(depth: int, breadth: int) -> bytes:
    """Forms that draw forms that draw forms: few bytes, breadth ** depth squares."""
    resources = b"<< /XObject << /X 10 0 R >> >>"
    return one_page(resources=resources, more=_nested_forms(depth, breadth), contents=stream(b"/X Do"))


def laughing_last(count: int) -> bytes:
    """`count` pages, each drawn in an instant but the last, which is never drawn to its end."""
    kids = b" ".join(b"%d 0 R" % number for number in range(100, 100 + count))
    pages = b"<< /Type /Pages /MediaBox %b /Resources << /XObject << /X 10 0 R >> >> /Kids [%b] /Count %d >>"
    sheets = {100 + index: b"<< /Type /Page /Parent 2 0 R >>" for index in range(count)}
    sheets[99 + count] = b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>"
    return body(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: pages % (A4, kids, count),
            4: stream(b"/X Do"),
            **_nested_forms(9, 10),
            **sheets,
        },
    )


def _nested_forms(depth: int, breadth: int) -> dict[int, bytes]:
    forms = {}
    for level in range(depth):
        number = 10 + level
        last = level == depth - 1
        content = b"0 0 1 1 re f" if last else b"/X Do " * breadth
        below = b"" if last else b"/Resources << /XObject << /X %d 0 R >> >>" % (number + 1)
        forms[number] = stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] %b" % below)
    return forms


def encrypted(*, user: str = "", owner: str = "owner") -> bytes:
    """The consent with a password to open it, or only with restrictions."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(consent())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user=user, owner=owner))
    return out.getvalue()


def hybrid() -> bytes:
    """A table with /XRefStm, as some office programs write for old viewers."""
    plain = one_page()
    start = int(plain.rsplit(b"startxref\n", 1)[1].split(b"\n", 1)[0])
    table = zlib.compress(bytes(5))
    head = b"/Type /XRef /Size 1 /Index [0 1] /W [1 3 1] /Root 1 0 R /Filter /FlateDecode"
    extra = b"9 0 obj\n" + stream(table, head) + b"\nendobj\n"
    before, after = plain[:start], plain[start:].replace(b"/Root 1 0 R", b"/Root 1 0 R /XRefStm %d" % start)
    return (before + extra + after).replace(
        b"startxref\n%d\n" % start, b"startxref\n%d\n" % (start + len(extra))
    )
