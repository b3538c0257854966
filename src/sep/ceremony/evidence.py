"""What is recorded of a signature, for machines (`evidence.json`) and for people («Лист подписания»).

63-ФЗ ст. 9 ч. 1 wants the document itself to carry information pointing to the person who signed; the Supreme
Court (78-КГ25-12-К3) wants to see with whom the contract was made: hence names, times, the masked phone, the
exact text of the message and the device, and an honest line about what a code from SMS is worth.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import rfc8785
from django.conf import settings

import sep
from sep.ceremony.messages import document_number
from sep.ceremony.models import Confirmation, Entrance, Visit
from sep.delivery.models import Attempt, Channel
from sep.documents.models import Document
from sep.ledger import log
from sep.parties.models import SignerRole
from sep.parties.person import mask_phone
from sep.sealing import ProtocolSheet, SealKey, Section, written_time

FORMAT = "sep-evidence/1"

_ROLES = {
    SignerRole.PATIENT: "пациент",
    SignerRole.REPRESENTATIVE: "законный представитель",
}
_CODES = {Channel.SMS: "код из СМС", Channel.MAX: "код из сообщения MAX"}
_RELATIONS = {
    "mother": "мать",
    "father": "отец",
    "parent": "родитель",
    "guardian": "опекун",
    "trustee": "попечитель",
    "adoptive_parent": "усыновитель",
}


@dataclass(frozen=True)
class SigningAct:
    """A right code in hand: everything the record is made of."""

    document: Document
    visit: Visit
    confirmation: Confirmation
    signed_at: datetime

    @cached_property
    def attempts(self) -> list[Attempt]:
        return list(self.confirmation.delivery.attempts.order_by("number"))

    @cached_property
    def history(self) -> list[dict[str, Any]]:
        package = self.document.package_id
        both = [*log.history(package), *log.history(self.document.id)]
        return sorted(both, key=lambda event: event["index"])

    def first(self, kind: str) -> str | None:
        return next((event["at"] for event in self.history if event["kind"] == kind), None)


def record(act: SigningAct) -> dict[str, Any]:
    """Return `evidence.json`: JSON values only, times in UTC."""
    document, confirmation, visit = act.document, act.confirmation, act.visit
    signer = visit.package.signer
    person, patient = signer.person, signer.patient_person
    delivery = confirmation.delivery
    return {
        "format": FORMAT,
        "software": f"sep {sep.__version__}",
        "contour": settings.ENVIRONMENT.contour.value,
        "organization": {"idLpu": str(document.organization_id), "name": document.organization.name},
        "document": {
            "idDocument": document.id,
            "idDocumentMis": document.id_document_mis,
            "number": document_number(document),
            "name": document.name,
            "type": document.type_code,
            "receivedSha256": document.received_sha256,
            "pages": document.page_count,
        },
        "patient": {"fullName": patient.full_name, "birthDate": patient.birth_date.isoformat()},
        "signer": {
            "fullName": person.full_name,
            "birthDate": person.birth_date.isoformat(),
            "role": signer.role,
            "relation": person.relation,
            "basis": person.basis,
            "phone": mask_phone(person.phone),
        },
        "confirmation": {
            "id": confirmation.id,
            "method": "simple_electronic_signature_by_code",
            "channel": confirmation.channel,
            "codeHash": bytes(confirmation.code_hash).hex(),
            "issuedAt": _utc(confirmation.issued_at),
            "enteredAt": _utc(act.signed_at),
            "wrongAttempts": confirmation.wrong_attempts,
            "timesSent": confirmation.times_sent,
            "text": delivery.kept_text,
            "delivery": {
                "id": delivery.id,
                "state": delivery.state,
                "acceptedAt": _utc(delivery.accepted_at),
                "deliveredAt": _utc(delivery.delivered_at),
                "attempts": [
                    {
                        "gateway": attempt.gateway,
                        "ownId": attempt.id,
                        "gatewayMessageId": attempt.gateway_message_id,
                        "state": attempt.state,
                        "startedAt": _utc(attempt.started_at),
                    }
                    for attempt in act.attempts
                ],
            },
        },
        "visit": {
            "id": visit.id,
            "entrance": visit.entrance,
            "max": _max_account(visit),
            "openedAt": _utc(visit.opened_at),
            "identifiedAt": _utc(visit.identified_at),
            "address": visit.address,
            "userAgent": visit.user_agent,
        },
        "events": act.history,
    }


def _max_account(visit: Visit) -> dict[str, Any] | None:
    """Return whose account in MAX it was and when its number was proved, `None` for a visit by link."""
    if visit.acquaintance is None:
        return None
    dialog = visit.acquaintance.dialog
    return {
        "userId": dialog.max_user_id,
        "bot": dialog.bot.username,
        "phoneVerifiedAt": _utc(dialog.verified_at),
        "birthDateToldAt": _utc(visit.acquaintance.identified_at),
    }


def digest(recorded: dict[str, Any]) -> str:
    """Return the SHA-256 of a canonical record, in hex: what the ledger keeps of it."""
    return hashlib.sha256(rfc8785.dumps(recorded)).hexdigest()


def protocol_sheet(act: SigningAct, key: SealKey) -> ProtocolSheet:
    """Return «Лист подписания» as data."""
    document, confirmation, visit = act.document, act.confirmation, act.visit
    signer = visit.package.signer
    person, patient = signer.person, signer.patient_person
    zone = ZoneInfo(document.organization.time_zone)

    def local(moment: datetime | str | None) -> str:
        if moment is None:
            return "—"
        known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return written_time(known.astimezone(zone))

    def came() -> tuple[tuple[str, str], ...]:
        if visit.acquaintance is None:
            return (("Ссылка открыта", local(visit.opened_at)),)
        dialog = visit.acquaintance.dialog
        return (
            ("Получено", f"{Entrance(visit.entrance).label}, учётная запись {dialog.max_user_id}"),
            ("Телефон подтверждён в MAX", local(dialog.verified_at)),
        )

    told = visit.identified_at if visit.acquaintance is None else visit.acquaintance.identified_at
    role = _ROLES[SignerRole(signer.role)]
    if signer.role == SignerRole.REPRESENTATIVE:
        ground = ", ".join(part for part in (_RELATIONS[person.relation], person.basis) if part)
        role = f"{role} ({ground})"
    notices = [document.type.warning]
    if key.is_development:
        notices.insert(0, "Печать поставлена учебным ключом, выпущенным на этом компьютере.")
    if settings.ENVIRONMENT.contour == "test":
        notices.insert(0, "Тестовый контур — юридической силы нет.")
    notices.append(
        "Сервис доказывает: какой текст показан, на какой номер ушёл код, когда и откуда он введён, что"
        " файл не менялся. Сервис сам не проверяет паспорт и не знает, кто держал телефон."
    )
    return ProtocolSheet(
        title="Лист подписания",
        sections=(
            Section(
                "Документ",
                (
                    ("Наименование", document.name),
                    ("Вид", document.type.name),
                    ("Номер", f"{document_number(document)} ({document.id})"),
                    ("Номер в МИС", document.id_document_mis),
                    ("SHA-256", document.original_sha256),
                    ("Медицинская организация", document.organization.name),
                ),
            ),
            Section(
                "Кто подписал",
                (
                    ("Подписант", f"{person.full_name}, {person.birth_date:%d.%m.%Y}"),
                    ("В качестве", role),
                    ("Пациент", f"{patient.full_name}, {patient.birth_date:%d.%m.%Y}"),
                    ("Телефон", mask_phone(person.phone)),
                ),
            ),
            Section(
                "Как подписано",
                (
                    ("Способ", f"Простая электронная подпись: {_CODES[Channel(confirmation.channel)]}"),
                    *came(),
                    ("Дата рождения проверена", local(told)),
                    ("Документ показан", local(act.first("document:viewed"))),
                    ("Ознакомлен, нажал «Подписать»", local(act.first("document:intent"))),
                    ("Код отправлен", local(confirmation.sent_at)),
                    ("Код введён верно", local(act.signed_at)),
                    ("Устройство", "; ".join(part for part in (visit.address, visit.user_agent) if part)),
                    ("Событие журнала", confirmation.id),
                ),
            ),
        ),
        lead="Документ подписан простой электронной подписью (63-ФЗ ст. 5 ч. 2, ст. 9).",
        notices=tuple(notices),
        verify_url=f"{settings.ENVIRONMENT.address}/verify?document={document.id}",
    )


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None
