"""The phone at the desk: a code comes to it, its owner reads it aloud, the registrar enters it."""

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from sep import vault
from sep.ceremony import messages
from sep.ceremony.codes import DIGITS, MOST_WRONG
from sep.ceremony.models import PhoneCheck
from sep.delivery.models import Purpose
from sep.delivery.sending import check_phone, send
from sep.ledger import log
from sep.parties.errors import Refusal
from sep.parties.models import Organization, phone_index
from sep.parties.person import mask_phone

LIFE = timedelta(minutes=10)
GOOD_FOR = timedelta(hours=1)
"""A confirmed phone may be put into an agreement within the hour: the person is still here."""


def begin(organization: Organization, phone: str, now: datetime) -> PhoneCheck:
    """Send a code to a phone; raises `Refusal` and `TooManyMessages`."""
    check_phone(phone)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    with transaction.atomic():
        check = PhoneCheck(
            organization=organization,
            phone_index=phone_index(phone),
            issued_at=now,
            expires_at=now + LIFE,
        )
        check.code_hash = _hash(check, code)
        check.delivery = send(
            organization=organization,
            purpose=Purpose.PHONE_CHECK,
            phone=phone,
            text=messages.phone_check(organization, code),
            secret=code,
            now=now,
            expires_at=check.expires_at,
        )
        check.save(force_insert=True)
        _note(check, "phone:check_sent", now, {"phone": mask_phone(phone)})
    return check


def confirm(organization: Organization, check_id: str, code: str, now: datetime) -> PhoneCheck:
    """Compare the code that was read aloud; raises `Refusal` when it is wrong, late or tried too often."""
    with transaction.atomic():
        found = PhoneCheck.objects.select_for_update().filter(pk=check_id, organization=organization)
        check = found.first()
        if check is None:
            raise Refusal(
                "no_phone_check", "Такой проверки телефона нет. Отправьте код ещё раз.", "phoneCheck"
            )
        if check.confirmed_at is not None:
            return check
        if now >= check.expires_at or check.wrong_attempts >= MOST_WRONG:
            raise Refusal("code_dead", "Код больше не действует. Отправьте новый.", "code")
        is_right = hmac.compare_digest(bytes(check.code_hash), _hash(check, code))
        if is_right:
            check.confirmed_at = now
            _note(check, "phone:confirmed", now, {})
        else:
            check.wrong_attempts += 1
        check.save(update_fields=["confirmed_at", "wrong_attempts"])
    if not is_right:
        raise Refusal("code_wrong", "Код не подошёл. Пусть пациент прочитает его ещё раз.", "code")
    return check


def confirmed_at(organization: Organization, check_id: str, phone: str, now: datetime) -> datetime:
    """Return when a phone was confirmed in the clinic; raises `Refusal` when this check does not say so."""
    check = PhoneCheck.objects.filter(
        pk=check_id, organization=organization, phone_index=phone_index(phone), confirmed_at__isnull=False
    ).first()
    if check is None or check.confirmed_at is None or now > check.confirmed_at + GOOD_FOR:
        raise Refusal(
            "phone_not_confirmed",
            "Этот телефон не подтверждён кодом за последний час. Отправьте код и введите его.",
            "phoneCheck",
        )
    return check.confirmed_at


def _hash(check: PhoneCheck, code: str) -> bytes:
    return vault.keyed_hash("phone-check", check.id, bytes(check.phone_index), code)


def _note(check: PhoneCheck, kind: str, now: datetime, data: dict[str, object]) -> None:
    log.append(kind, stream=str(check.organization_id), subject=check.id, at=now, data=data)
