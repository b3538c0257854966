"""CPU time of one seal, beside pyHanko's own signer on the same document and key, in the same run.

    python bench/seal.py [ROUNDS]

Ours is the full seal: protocol page with a QR code, evidence attached, visible seal, PAdES B-B. pyHanko stock
is measured bare (an invisible signature only) and comparable (the same page made beforehand and imported, the
same evidence attached, a visible text stamp in the same typeface).
"""

import json
import logging
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import resources
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import typst
from PIL import Image
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.font.opentype import GlyphAccumulatorFactory
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.text import TextBoxStyle
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.stamp import TextStampStyle

from sep.sealing import (
    ProtocolSheet,
    SealedFile,
    SealKey,
    Section,
    make_development_key,
    seal,
    sealer,
    verify,
)
from sep.sealing.selfcheck import check_document

TURN = 5
OWNER = "ООО «Клиника доброй медицины»"
EVIDENCE = {"document": "01J8ZK3M9Q4T7W2X5Y8Z1A4B6C", "events": [f"{number:064x}" for number in range(12)]}
SHEET = ProtocolSheet(
    title="Лист подписания",
    lead="Документ подписан простой электронной подписью по соглашению сторон (63-ФЗ, ст. 6 и 9).",
    sections=(
        Section(
            "Документ",
            (
                ("Название", "ИДС на проведение телемедицинской консультации"),
                ("Номер в сервисе", "01J8ZK3M9Q4T7W2X5Y8Z1A4B6C"),
                ("SHA-256 исходного файла", "9f86d081884c7d659a2feaa0c55ad015" * 2),
                ("Размер исходного файла", "168 960 байт"),
            ),
        ),
        Section(
            "Подписание",
            (
                ("Кто подписал", "Тестовая Мария Петровна, мать, законный представитель"),
                ("Пациент", "Тестовый Тест Тестович, 31.08.2013"),
                ("Соглашение", "№ 42/2026 от 03.02.2026, на бумаге"),
                ("Способ", "Код из СМС на номер +7 9** ***-**-65"),
                ("Код отправлен", "25.06.2026, 10:30:12 (UTC+03:00)"),
                ("Код введён, документ подписан", "25.06.2026, 10:31:07 (UTC+03:00)"),
                ("Адрес и устройство", "203.0.113.7:51234, Chrome 126, Android 14"),
            ),
        ),
    ),
    notices=(
        "Код из СМС — простая электронная подпись. Её сила основана на соглашении с клиникой.",
        "Сервис доказывает: какой текст показан, на какой номер ушёл код и что файл не менялся.",
    ),
    verify_url="https://sep.example.ru/verify?d=01J8ZK3M9Q4T7W2X5Y8Z1A4B6C",
)


def sample() -> bytes:
    """Two pages of Cyrillic, with a picture that brings the file to its usual size."""
    paragraph = "Я даю согласие на консультацию. Мне разъяснены цели, методы, риск и последствия. " * 3
    with TemporaryDirectory() as folder:
        Image.effect_noise((375, 375), 64).save(Path(folder, "stamp.png"))
        source = Path(folder, "consent.typ")
        source.write_text(
            '#set page("a4")\n#set text(11pt, lang: "ru")\n= Информированное согласие\n'
            + f"{paragraph}\n\n" * 13
            + '#image("stamp.png", width: 3cm)\n',
            encoding="utf-8",
        )
        return bytes(typst.compile(source, format="pdf"))


def protocol_page(original: bytes, key: SealKey, moment: datetime) -> bytes:
    """Our page alone, so that pyHanko only has to import it."""
    sealed = seal(original, sheet=SHEET, evidence={}, key=key, signed_at=moment)
    with pikepdf.open(BytesIO(sealed.data)) as whole:
        page = pikepdf.Pdf.new()
        page.pages.append(whole.pages[-1])
        del page.pages[0]["/Annots"]
        buffer = BytesIO()
        page.save(buffer)
    return buffer.getvalue()


def stock_bare(original: bytes, signer: signers.SimpleSigner) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name="Seal",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )
    writer = IncrementalPdfFileWriter(BytesIO(original))
    return signers.sign_pdf(writer, metadata, signer).getvalue()


def stock_comparable(original: bytes, signer: signers.SimpleSigner, page: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(original))
    imported = PdfFileReader(BytesIO(page)).root["/Pages"]["/Kids"][0]
    del imported["/Parent"]
    writer.insert_page(writer.import_object(imported))
    content = json.dumps(EVIDENCE).encode()
    attached = embed.EmbeddedFileObject.from_file_data(writer, content, mime_type="application/json")
    embed.embed_file(
        writer,
        embed.FileSpec(
            "evidence.json",
            file_name="evidence.json",
            embedded_data=attached,
            af_relationship=generic.pdf_name("/Supplement"),
        ),
    )
    font = resources.files("font_roboto").joinpath("files", "Roboto-Regular.ttf")
    stamp = TextStampStyle(
        stamp_text=f"{OWNER}\nВремя печати: %(ts)s",
        text_box_style=TextBoxStyle(font=GlyphAccumulatorFactory(str(font))),
    )
    metadata = signers.PdfSignatureMetadata(
        field_name="Seal",
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        subfilter=SigSeedSubFilter.PADES,
    )
    place = SigFieldSpec("Seal", on_page=-1, box=(56, 50, 386, 154))
    return (
        signers.PdfSigner(metadata, signer, stamp_style=stamp, new_field_spec=place)
        .sign_pdf(writer)
        .getvalue()
    )


def interleaved_medians(measured: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """CPU milliseconds; the contestants take turns of five, so that a busy moment falls on all of them."""
    times: dict[str, list[float]] = {name: [] for name in measured}
    for turn in range(rounds + 1):
        for name, action in measured.items():
            for _ in range(TURN):
                start = time.process_time()
                action()
                if turn > 0:  # the first turn warms up
                    times[name].append((time.process_time() - start) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def main(rounds: int) -> None:
    logging.disable(logging.WARNING)
    pkcs12 = make_development_key(OWNER)
    key = SealKey.from_pkcs12(pkcs12, None)
    signer = signers.SimpleSigner.load_pkcs12_data(pkcs12, [], None)
    moment = datetime.now(UTC)
    original = sample()
    page = protocol_page(original, key, moment)

    def ours() -> SealedFile:
        return seal(original, sheet=SHEET, evidence=EVIDENCE, key=key, signed_at=moment)

    def ours_unchecked() -> SealedFile:
        sealer.check_document = lambda *_, **__: None
        try:
            return ours()
        finally:
            sealer.check_document = check_document

    done = ours()
    registry = {done.sha256}.__contains__
    medians = interleaved_medians(
        {
            "ours, full": ours_unchecked,
            "ours, full, self-checked": ours,
            "ours, verification": lambda: verify(done.data, trusted=[key.certificate], issued=registry),
            "pyHanko stock, bare": lambda: stock_bare(original, signer),
            "pyHanko stock, comparable": lambda: stock_comparable(original, signer, page),
        },
        rounds,
    )
    print(f"document: {len(original)} bytes, 2 pages; key: RSA-2048; runs: {rounds * TURN}")
    for name, milliseconds in medians.items():
        ratio = milliseconds / medians["ours, full"]
        print(f"{name:34} {milliseconds:8.2f} CPU ms   ×{ratio:.1f}")
    stock = stock_comparable(original, signer, page)
    print(f"growth: ours {len(done.data) - len(original)} bytes, pyHanko {len(stock) - len(original)} bytes")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
