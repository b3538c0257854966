"""Why a file was refused: one table of codes for programs and sentences for people."""

from types import MappingProxyType
from typing import Final

from sep.documents.pdf.limits import DEFAULT, MEBIBYTE, Limits

REASONS: Final = MappingProxyType(
    {
        "pdf_empty": "Файл пустой. Сохраните документ заново и отправьте его ещё раз.",
        "not_a_pdf": "Это не PDF: файл начинается не с заголовка «%PDF-». Сохраните документ в формате PDF.",
        "pdf_too_large": "Файл больше {megabytes}\u00a0МБ. Уменьшите качество вложенных изображений или разделите документ.",
        "pdf_password": "Файл защищён паролем или сертификатом. Снимите защиту и отправьте документ снова.",
        "pdf_damaged": "Файл повреждён: прочитать его целиком не удаётся. Сформируйте документ заново.",
        "pdf_signed_damaged": (
            "Документ уже подписан, но его файл повреждён или защищён: исправить файл, не нарушив подпись, нельзя. "
            "Выгрузите подписанный документ заново."
        ),
        "pdf_certified": (
            "Автор документа запретил своей подписью любые изменения, поэтому подписать его ещё раз нельзя. "
            "Отправьте документ без такого запрета."
        ),
        "pdf_cannot_be_sealed": (
            "Поставить подпись в этот файл нельзя: он устроен не по правилам. Распечатайте документ в PDF заново."
        ),
        "pdf_cannot_be_drawn": (
            "Страницы этого файла не удаётся показать: рисунок на них слишком сложен или испорчен. "
            "Распечатайте документ в PDF заново и отправьте снова."
        ),
        "pdf_no_pages": "В\u00a0файле нет ни одной страницы.",
        "pdf_page_size": "У\u00a0страницы документа недопустимый размер. Сохраните документ на обычном листе, например А4.",
        "pdf_too_many_pages": "В\u00a0документе больше {pages}\u00a0страниц. Разделите его на части.",
        "pdf_too_many_objects": "Документ устроен слишком сложно. Распечатайте его в PDF заново и отправьте снова.",
        "pdf_javascript": "В\u00a0документе есть программа (JavaScript). Такой документ подписать нельзя: уберите её.",
        "pdf_launch": "Документ пытается запустить другую программу. Такой документ подписать нельзя.",
        "pdf_external_action": (
            "Документ отправляет данные или открывает другие файлы. Уберите из него такие кнопки и ссылки."
        ),
        "pdf_xfa": "Это динамическая форма XFA: её вид меняется. Распечатайте её в PDF и отправьте снова.",
        "pdf_rich_media": "В\u00a0документе есть звук, видео или трёхмерная модель. Уберите их: подписать можно только листы.",
        "pdf_embedded_files": "К\u00a0документу приложены другие файлы. Отправьте каждый из них отдельным документом.",
        "pdf_bomb": "Файл при чтении занимает слишком много памяти. Распечатайте документ в PDF заново.",
        "pdf_too_slow": "Файл читается слишком долго. Распечатайте документ в PDF заново и отправьте снова.",
        "pdf_unreadable": "Файл не удалось безопасно прочитать. Сформируйте документ заново.",
        "pdf_interrupted": "Проверка файла прервалась. Отправьте документ ещё раз.",
    },
)

_TEMPORARY = frozenset({"pdf_interrupted"})


class PdfRefused(Exception):
    """The only exception of this package.

    Attributes:
        code: a key of `REASONS`, stable.
        message: a Russian sentence for the person who sent the file.
        temporary: True when the same file may be taken at the next try.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    @property
    def temporary(self) -> bool:
        return self.code in _TEMPORARY

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def refusal(code: str, limits: Limits = DEFAULT) -> PdfRefused:
    """The refusal with its sentence; an unknown code becomes `pdf_unreadable`."""
    known = code if code in REASONS else "pdf_unreadable"
    return PdfRefused(
        known,
        REASONS[known].format(megabytes=limits.max_bytes // MEBIBYTE, pages=limits.max_pages),
    )
