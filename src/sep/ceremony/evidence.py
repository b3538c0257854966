"""What is recorded of a signature, for machines (`evidence.json`) and for people («Лист подписания»).

63-ФЗ ст. 9 ч. 1 wants the document itself to carry information pointing to the person who signed; the Supreme
Court (78-КГ25-12-К3) wants to see with whom the contract was made: hence names, times, the masked phone, the
exact text of the message and the device, and an honest line about what a code from SMS is worth.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import rfc8785
from django.conf import settings

import sep
from sep.ceremony.messages import document_number
from sep.ceremony.models import Confirmation, Entrance, Signature, Visit
from sep.documents.models import Document
from sep.ledger import log
from sep.parties.methods import CODES, Method
from sep.parties.models import Agreement, AgreementWay, SignerRole, WeakerMethod
from sep.parties.person import mask_phone
from sep.parties.policy import rules_of
from sep.parties.who_signs import RELATIONS
from sep.sealing import ProtocolSheet, SealKey, Section, written_time

FORMAT = "sep-evidence/2"

_ROLES = {
    SignerRole.PATIENT: "пациент",
    SignerRole.REPRESENTATIVE: "законный представитель",
}
_METHODS = {
    Method.SMS_CODE: "Простая электронная подпись: код из СМС",
    Method.MAX_CODE: "Простая электронная подпись: код из сообщения MAX",
    Method.ESIA: "Простая электронная подпись через Госуслуги (ЕСИА)",
    Method.QUALIFIED: "Усиленная квалифицированная электронная подпись",
}


@dataclass(frozen=True)
class SigningAct:
    """All signatures in hand: everything the record is made of."""

    document: Document
    signed_at: datetime

    @cached_property
    def signatures(self) -> list[Signature]:
        found = self.document.signatures.select_related(
            "document__organization",
            "package__signer__organization",
            "package__signer__patient",
            "visit__acquaintance__dialog__bot",
            "confirmation__delivery__organization",
            "agreement",
        )
        return list(found.order_by("signed_at", "id"))

    @cached_property
    def history(self) -> list[dict[str, Any]]:
        subjects = [self.document.id, *(each.package_id for each in self.signatures)]
        events = [event for subject in subjects for event in log.history(subject)]
        return sorted(events, key=lambda event: event["index"])

    @cached_property
    def accepted(self) -> list[WeakerMethod]:
        """The warnings that the clinic accepted to use these ways of signing."""
        accepted = rules_of(self.document.organization, self.document.type_code).accepted
        used = {Method(each.method) for each in self.signatures}
        return [each for method, each in accepted.items() if method in used]

    def first(self, kind: str, visit: Visit) -> str | None:
        """Return when something first happened in a visit."""
        found = (
            event["at"]
            for event in self.history
            if event["kind"] == kind and event["data"].get("visit") == visit.id
        )
        return next(found, None)

    def understood(self, visit: Visit) -> dict[str, Any] | None:
        """Return the answers of a visit to the clinic's questions."""
        found = (
            event["data"]
            for event in self.history
            if event["kind"] == "document:understood" and event["data"].get("visit") == visit.id
        )
        return next(found, None)


def record(act: SigningAct) -> dict[str, Any]:
    """Return `evidence.json`: JSON values only, times in UTC."""
    document = act.document
    patient = act.signatures[0].package.signer.patient_person
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
            "matter": document.matter,
            "receivedSha256": document.received_sha256,
            "pages": document.page_count,
            "replaces": document.replaces_id,
            "withdraws": document.withdraws_id,
        },
        "patient": {
            "fullName": patient.full_name,
            "birthDate": patient.birth_date.isoformat(),
            "capacity": patient.capacity,
            "capacityBasis": patient.capacity_basis,
        },
        "signatures": [_signature(each) for each in act.signatures],
        "acceptedWarnings": [
            {
                "method": each.method,
                "acceptedBy": each.accepted_by,
                "acceptedAt": _utc(each.accepted_at),
                "warning": each.warning,
            }
            for each in act.accepted
        ],
        "events": act.history,
    }


def _signature(signature: Signature) -> dict[str, Any]:
    signer = signature.package.signer
    person = signer.person
    return {
        "id": signature.id,
        "method": signature.method,
        "signedAt": _utc(signature.signed_at),
        "signer": {
            "fullName": person.full_name,
            "birthDate": person.birth_date.isoformat(),
            "role": signer.role,
            "relation": person.relation,
            "basis": person.basis,
            "identityDocument": person.identity_document,
            "phone": mask_phone(person.phone),
        },
        "agreement": _agreement(signature.agreement),
        "confirmation": _confirmation(signature.confirmation),
        "proof": {"sha256": signature.proof_sha256, **signature.facts} if signature.proof_sha256 else None,
        "visit": _visit(signature.visit),
    }


def _agreement(agreement: Agreement | None) -> dict[str, Any] | None:
    if agreement is None:
        return None
    return {
        "id": agreement.id,
        "number": agreement.number,
        "way": agreement.way,
        "concludedOn": agreement.concluded_on.isoformat(),
        "version": agreement.version,
        "textSha256": agreement.text_sha256,
        "idDocument": agreement.document_id or None,
        "registeredBy": agreement.registered_by,
        "identityCheckedBy": agreement.identity_checked_by,
        "phoneConfirmedAt": _utc(agreement.phone_confirmed_at),
    }


def _confirmation(confirmation: Confirmation | None) -> dict[str, Any] | None:
    if confirmation is None:
        return None
    delivery = confirmation.delivery
    return {
        "id": confirmation.id,
        "channel": confirmation.channel,
        "codeHash": bytes(confirmation.code_hash).hex(),
        "issuedAt": _utc(confirmation.issued_at),
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
                for attempt in delivery.attempts.order_by("number")
            ],
        },
    }


def _visit(visit: Visit | None) -> dict[str, Any] | None:
    if visit is None:
        return None
    return {
        "id": visit.id,
        "entrance": visit.entrance,
        "max": _max_account(visit),
        "openedAt": _utc(visit.opened_at),
        "identifiedAt": _utc(visit.identified_at),
        "address": visit.address,
        "userAgent": visit.user_agent,
    }


def _max_account(visit: Visit) -> dict[str, Any] | None:
    """Return whose account in MAX it was and when its number was proved, `None` outside MAX."""
    if visit.acquaintance is None or visit.acquaintance.dialog is None:
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
    document = act.document
    codes_used = [each for each in act.signatures if each.method in CODES]
    simple = all(each.method in {*CODES, Method.ESIA} for each in act.signatures)
    sections = [Section("Документ", tuple(_about(document)))]
    for number, signature in enumerate(act.signatures, 1):
        mark = f" ({number} из {len(act.signatures)})" if len(act.signatures) > 1 else ""
        sections.append(Section(f"Кто подписал{mark}", tuple(_who(signature))))
        sections.append(Section(f"Как подписано{mark}", tuple(_how(act, signature))))
    return ProtocolSheet(
        title="Лист подписания",
        sections=tuple(sections),
        lead=(
            "Документ подписан простой электронной подписью (63-ФЗ ст. 5 ч. 2, ст. 9)."
            if simple
            else "Документ подписан электронной подписью (63-ФЗ ст. 5)."
        ),
        notices=tuple(_notices(act, key, by_code=bool(codes_used))),
        verify_url=f"{settings.ENVIRONMENT.address}/verify?document={document.id}",
    )


Rows = Iterator[tuple[str, str]]


def _about(document: Document) -> Rows:
    yield "Наименование", document.name
    yield "Вид", document.type.name
    yield "Номер", f"{document_number(document)} ({document.id})"
    yield "Номер в МИС", document.id_document_mis
    yield "SHA-256", document.original_sha256
    yield "Медицинская организация", document.organization.name
    if document.withdraws is not None:
        yield "Отзывает", f"{document.withdraws.name}, № {document_number(document.withdraws)}"
    if document.replaces is not None:
        yield "Вместо", f"{document.replaces.name}, № {document_number(document.replaces)}"


def _who(signature: Signature) -> Rows:
    signer = signature.package.signer
    person, patient = signer.person, signer.patient_person
    role = _ROLES[SignerRole(signer.role)]
    if signer.role == SignerRole.REPRESENTATIVE:
        ground = ", ".join(part for part in (RELATIONS[person.relation], person.basis) if part)
        role = f"{role} ({ground})"
    yield "Подписант", f"{person.full_name}, {person.birth_date:%d.%m.%Y}"
    yield "В качестве", role
    yield "Пациент", f"{patient.full_name}, {patient.birth_date:%d.%m.%Y}"
    if patient.capacity_basis:
        yield "Дееспособность", patient.capacity_basis
    yield "Телефон", mask_phone(person.phone)


def _how(act: SigningAct, signature: Signature) -> Rows:
    zone = ZoneInfo(act.document.organization.time_zone)

    def local(moment: datetime | str | None) -> str:
        if moment is None:
            return "—"
        known = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return written_time(known.astimezone(zone))

    visit, confirmation = signature.visit, signature.confirmation
    yield "Способ", _METHODS[Method(signature.method)]
    if signature.agreement is not None:
        yield "Соглашение о ПЭП", _agreement_line(signature.agreement)
    if visit is not None:
        dialog = None if visit.acquaintance is None else visit.acquaintance.dialog
        if dialog is not None:
            yield "Получено", f"{Entrance(visit.entrance).label}, учётная запись {dialog.max_user_id}"
            yield "Телефон подтверждён в MAX", local(dialog.verified_at)
        else:
            yield "Открыто", f"{Entrance(visit.entrance).label}, {local(visit.opened_at)}"
        told = visit.identified_at if visit.acquaintance is None else visit.acquaintance.identified_at
        yield "Дата рождения проверена", local(told)
        yield "Документ показан", local(act.first("document:viewed", visit))
        understood = act.understood(visit)
        if understood is not None:
            yield "Ответы на вопросы", f"верно {understood['right']} из {len(understood['answers'])}"
        yield "Ознакомлен, нажал «Подписать»", local(act.first("document:intent", visit))
    if confirmation is not None:
        yield "Код отправлен", local(confirmation.sent_at)
        yield "Код введён верно", local(signature.signed_at)
    else:
        yield "Подпись получена", local(signature.signed_at)
        yield from ((name, str(value)) for name, value in signature.facts.get("shown", {}).items())
    if visit is not None:
        yield "Устройство", "; ".join(part for part in (visit.address, visit.user_agent) if part)
    if visit is not None and visit.entrance == Entrance.TABLET:
        yield "Где введён код", "на планшете медицинской организации"
    yield "Событие журнала", confirmation.id if confirmation is not None else signature.id


def _agreement_line(agreement: Agreement) -> str:
    parts = [
        f"№ {agreement.number} от {agreement.concluded_on:%d.%m.%Y}, {AgreementWay(agreement.way).label}",
        f"паспорт проверил: {agreement.identity_checked_by}" if agreement.identity_checked_by else "",
        "телефон подтверждён кодом в клинике" if agreement.phone_confirmed_at else "",
    ]
    return "; ".join(part for part in parts if part)


def _notices(act: SigningAct, key: SealKey, *, by_code: bool) -> Iterator[str]:
    if settings.ENVIRONMENT.contour == "test":
        yield "Тестовый контур — юридической силы нет."
    if key.is_development:
        yield "Печать поставлена учебным ключом, выпущенным на этом компьютере."
    if by_code:
        yield act.document.type.warning
    zone = ZoneInfo(act.document.organization.time_zone)
    for each in act.accepted:
        yield (
            f"Предупреждение о способе «{Method(each.method).label}» принял(а) {each.accepted_by},"
            f" {written_time(each.accepted_at.astimezone(zone))}."
        )
    if act.document.type.needs_medic_signature:
        yield "Подпись врача (УКЭП) ставит МИС; без неё электронное ИДС не завершено."
    yield (
        "Сервис доказывает: какой текст показан, на какой номер ушёл код, когда и откуда он введён, что"
        " файл не менялся. Сервис сам не проверяет паспорт и не знает, кто держал телефон."
    )


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None
