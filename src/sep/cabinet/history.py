"""«Кто и когда открывал»: the journal of one document in plain words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from sep.ceremony.models import Entrance
from sep.documents.models import Document
from sep.ledger import log


@dataclass(frozen=True)
class Line:
    """When, in the clinic's zone, and what."""

    at: datetime
    text: str


def history_of(document: Document) -> list[Line]:
    """Return what happened to a document and its packages, the latest first, without what tells nothing."""
    zone = ZoneInfo(document.organization.time_zone)
    subjects = [document.id, *(package.id for package in document.package.everyone())]
    events = [event for subject in subjects for event in log.history(subject)]
    lines = []
    for event in sorted(events, key=lambda event: event["index"], reverse=True):
        words = _words(event["kind"], event["data"])
        if words:
            lines.append(Line(datetime.fromisoformat(event["at"]).astimezone(zone), words))
    return lines


def _words(kind: str, data: dict[str, object]) -> str:
    if kind == "signer:identified":
        entrance = Entrance(str(data.get("entrance", Entrance.LINK)))
        return _(_OPENED[entrance])
    return _(_KINDS[kind]) if kind in _KINDS else ""


_OPENED: Final = {
    Entrance.LINK: gettext_noop("Открыто по ссылке из сообщения, дата рождения названа верно"),
    Entrance.DESK: gettext_noop("Открыто по QR-коду в клинике, дата рождения названа верно"),
    Entrance.TABLET: gettext_noop("Открыто на планшете клиники, дата рождения названа верно"),
    Entrance.MAX_CHAT: gettext_noop("Открыто в чате MAX, дата рождения названа верно"),
    Entrance.MAX_APP: gettext_noop("Открыто в мини-приложении MAX, дата рождения названа верно"),
    Entrance.CABINET: gettext_noop("Открыто в личном кабинете"),
    Entrance.EXTERNAL: gettext_noop("Открыто во внешнем кабинете"),
}
_KINDS: Final = {
    "document:created": gettext_noop("Клиника передала документ"),
    "document:sent": gettext_noop("Сообщение отправлено"),
    "document:undelivered": gettext_noop("Сообщение не доставлено"),
    "link:opened": gettext_noop("Открыта ссылка из сообщения"),
    "max:opened": gettext_noop("Открыто в MAX"),
    "cabinet:opened": gettext_noop("Открыто из личного кабинета"),
    "external:opened": gettext_noop("Открыто во внешнем кабинете"),
    "signer:wrong_birth_date": gettext_noop("Названа неверная дата рождения: документ не показан"),
    "signer:not_me": gettext_noop("Нажато «Это не я»: всё закрыто"),
    "document:viewed": gettext_noop("Документ показан"),
    "code:issued": gettext_noop("Отправлен код"),
    "code:wrong": gettext_noop("Введён неверный код"),
    "document:signature": gettext_noop("Введён верный код: подпись поставлена"),
    "document:signed": gettext_noop("Документ подписан и запечатан"),
    "document:declined": gettext_noop("Отказ подписать"),
    "document:revoked": gettext_noop("Клиника отозвала документ"),
    "document:expired": gettext_noop("Срок подписания истёк"),
    "document:withdrawn": gettext_noop("Согласие отозвано"),
    "document:medic_signature": gettext_noop("Врач подписал своей подписью"),
}
