"""The texts of SMS: Cyrillic, naming the clinic and the document, never a diagnosis or a speciality.

A code whose purpose is named in Latin letters was not accepted by the Supreme Court (review of 2023), and the
very fact of a visit is a medical secret (323-ФЗ ст. 13): hence the kind of the document and its number, not
its name.
"""

from sep.documents.models import Document, Package


def document_number(document: Document) -> str:
    """Return the short number by which people compare the SMS, the page and the protocol."""
    return document.id[-6:]


def invitation(package: Package, address: str, count: int) -> str:
    what = "документ" if count == 1 else f"документы ({count})"
    return f"Подпишите {what} клиники «{package.organization.short_name}»: {address}"


def code(document: Document, code: str) -> str:
    return (
        f"Код {code}: подпись документа ({document.type.short_name}) №{document_number(document)},"
        f" «{document.organization.short_name}». Никому не сообщайте"
    )
