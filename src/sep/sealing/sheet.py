"""«Лист подписания» as data: everything that is printed on it, and nothing about how."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """A heading over a table of facts: (label, value) in reading order."""

    heading: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ProtocolSheet:
    """The sheet that follows a signed document.

    Texts are plain; characters that the typeface lacks are printed as «�». `verify_url` becomes a QR code
    and must be ASCII.
    """

    title: str
    sections: tuple[Section, ...]
    verify_url: str
    lead: str = ""  # one sentence under the title: by which law the document is signed
    notices: tuple[str, ...] = ()  # what the reader must know: limits of the signature, a test installation
    seal_caption: str = "Документ скреплён электронной печатью организации"
    qr_caption: str = "Проверка документа"
