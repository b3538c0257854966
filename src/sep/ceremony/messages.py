"""The texts of messages: Cyrillic, naming the clinic and the document, never a diagnosis or a speciality.

A code whose purpose is named in Latin letters was not accepted by the Supreme Court (review of 2023), and the
very fact of a visit is a medical secret (323-ФЗ ст. 13): hence the kind of the document and its number, not
its name.
"""

import re
from collections.abc import Sequence

from sep.delivery.sms.segments import MAX_PARTS, measure
from sep.documents.models import Document, Package
from sep.parties.models import Organization


def document_number(document: Document) -> str:
    """Return the short number by which people compare the SMS, the page and the protocol."""
    return document.id[-6:]


def invitation(package: Package, address: str, count: int, max_address: str = "") -> str:
    """Return the SMS that invites; with the way into MAX too when the text has room for both."""
    what = "документ" if count == 1 else f"документы ({count})"
    text = f"Подпишите {what} клиники «{package.organization.short_name}»: {address}"
    both = f"{text} или в MAX: {max_address}"
    return both if max_address and measure(both).parts <= MAX_PARTS else text


def invitation_in_max(package: Package, documents: Sequence[Document]) -> str:
    """Return the message that invites in MAX, as it may be seen on a locked screen."""
    clinic = package.organization
    what = "документ" if len(documents) == 1 else f"документы ({len(documents)})"
    lines = [f"Клиника «{clinic.short_name}» просит подписать {what}:"]
    lines += [f"• {called_in_max(document)}" for document in documents]
    return "\n".join(lines)


def called_in_max(document: Document) -> str:
    """Return how a message in MAX calls a document: by name only if the clinic allows it."""
    number = f"№\u00a0{document_number(document)}"
    if document.organization.names_in_max:
        return f"{document.name}, {number}"
    return f"{document.type.short_name}, {number}"


def file_name_in_max(document: Document, *, is_signed: bool) -> str:
    """Return the name of a file sent into MAX: a list of chats shows it."""
    called = called_in_max(document)
    name = re.sub(r'[\\/:*?"<>|\s]+', " ", called[:1].upper() + called[1:])[:100].strip()
    return f"{name} (подписан).pdf" if is_signed else f"{name}.pdf"


def phone_changed(organization: Organization) -> str:
    """Return what the former number is told when the staff writes down a new one."""
    return (
        f"В клинике «{organization.short_name}» ваш номер для подписания документов заменён другим. Если это"
        f" не вы, позвоните: {organization.phone}"
    )


def code(document: Document, code: str) -> str:
    return (
        f"Код {code}: подпись документа ({document.type.short_name}) №{document_number(document)},"
        f" «{document.organization.short_name}». Никому не сообщайте"
    )


def phone_check(organization: Organization, code: str) -> str:
    """Return the code that a patient reads aloud at the desk."""
    clinic = organization.short_name
    return f"Код {code}: проверка телефона в клинике «{clinic}». Назовите его сотруднику клиники"
