"""The exchange with the service about agreements on ПЭП. For the worker alone."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal

from django.db import transaction
from django.utils import timezone

from clinic.institution.connection import state_of
from clinic.institution.service import client_of
from clinic.patients.models import Agreement, AgreementWay, AgreementWish, Patient, Representative
from sep_client import Agreement as Told
from sep_client import Invalid, NotFound, PhoneCheck, RateLimited, SepClient, SepError

ANSWER_SECONDS: Final = 10.0
"""A person stands at the desk."""

_DEAD_CODES: Final = frozenset({"code_dead", "no_phone_check"})
_TOO_OLD: Final = (
    "Сервис подписания ничего не знает о соглашениях. Попросите обновить его и проверьте соединение"
    " в «Параметрах»."
)

_WAYS: Final[Mapping[AgreementWay, Literal["paper", "qualified", "esia"]]] = {
    AgreementWay.PAPER: "paper",
    AgreementWay.QUALIFIED: "qualified",
    AgreementWay.ESIA: "esia",
}

Changes = dict[str, Any]


def fulfil(agreement_id: int, asked_at: datetime) -> None:
    """Do what was wanted at that moment, write down what the service said, and forget the code.

    A job serves its own wish alone: two that served the latest one would send two codes, one of them wrong.
    """
    found = Agreement.objects.select_related("patient__institution", "representative", "author")
    row = found.filter(pk=agreement_id, asked_at=asked_at).first()
    if row is None or row.wish == AgreementWish.NOTHING:
        return
    try:
        with client_of(row.patient.institution, timeout=ANSWER_SECONDS) as sep:
            changes = _ACTS[AgreementWish(row.wish)](sep, row)
    except SepError as error:
        is_dead = any(code in _DEAD_CODES for code in _codes(error))
        forgotten = {"phone_check": "", "check_expires_at": None} if is_dead else {}
        _write_down(row, forgotten | {"failed": row.wish, "problem": _sentence(error)[:500]})
    else:
        # That a registration failed is still true when the service has merely been asked again.
        stays = row.wish == AgreementWish.ASK and row.failed not in {"", AgreementWish.ASK}
        _write_down(row, ({} if stays else {"failed": "", "problem": ""}) | changes)


def _ask(sep: SepClient, row: Agreement) -> Changes:
    """The live agreement comes first, otherwise the one that ended last."""
    found = sep.find_agreements(**_who(row.person))
    return _copy(found[0]) if found else _copy(None)


def _send_code(sep: SepClient, row: Agreement) -> Changes:
    return _check(sep.begin_phone_check(row.new_phone))


def _check_code(sep: SepClient, row: Agreement) -> Changes:
    return _check(sep.confirm_phone_check(row.phone_check, row.code))


def _register(sep: SepClient, row: Agreement) -> Changes:
    author = row.author.full_name if row.author else None
    assert row.new_concluded_on is not None  # the form asks for it
    told = sep.register_agreement(
        **_who(row.person),
        number=row.new_number,
        concluded_on=row.new_concluded_on,
        phone=row.new_phone,
        way=_WAYS[AgreementWay(row.new_way)],
        registered_by=author,
        identity_checked_by=author if row.new_identity_checked else None,
        phone_check=row.phone_check if row.check_confirmed_at else None,
    )
    _bring_phone_to_card(row)
    return _copy(told) | {
        "new_number": "",
        "new_concluded_on": None,
        "new_phone": "",
        "new_identity_checked": False,
        "phone_check": "",
        "check_expires_at": None,
        "check_confirmed_at": None,
    }


def _end(sep: SepClient, row: Agreement) -> Changes:
    return _copy(sep.end_agreement(row.id_agreement, row.end_reason)) | {"end_reason": ""}


_ACTS: Final[Mapping[AgreementWish, Callable[[SepClient, Agreement], Changes]]] = {
    AgreementWish.ASK: _ask,
    AgreementWish.SEND_CODE: _send_code,
    AgreementWish.CHECK_CODE: _check_code,
    AgreementWish.REGISTER: _register,
    AgreementWish.END: _end,
}


def _who(person: Patient | Representative) -> Changes:
    return {
        "family": person.family,
        "given": person.given,
        "patronymic": person.patronymic or None,
        "birth_date": person.birth_date,
    }


def _check(told: PhoneCheck) -> Changes:
    return {
        "phone_check": told.phone_check,
        "check_expires_at": told.expires_at,
        "check_confirmed_at": told.confirmed_at,
    }


def _copy(told: Told | None) -> Changes:
    return {
        "told_at": timezone.now(),
        "id_agreement": told.id_agreement if told else "",
        "number": told.number[:100] if told else "",
        "way": told.way[:20] if told else "",
        "concluded_on": told.concluded_on if told else None,
        "phone": told.phone[:40] if told else "",
        "phone_confirmed_at": told.phone_confirmed_at if told else None,
        "identity_checked_by": (told.identity_checked_by or "")[:200] if told else "",
        "rests_until": told.rests_until if told else None,
        "ended_at": told.ended_at if told else None,
    }


def _bring_phone_to_card(row: Agreement) -> None:
    """Documents go to the phone of the card: one that the agreement does not name would be refused."""
    with transaction.atomic():
        person = type(row.person).objects.select_for_update().get(pk=row.person.pk)
        if person.phone != row.new_phone:
            person.phone = row.new_phone
            person.save()


def _write_down(row: Agreement, changes: Changes) -> None:
    """Keep the answer, unless by now something else is wanted."""
    same = Agreement.objects.filter(pk=row.pk, wish=row.wish, asked_at=row.asked_at)
    same.update(wish=AgreementWish.NOTHING, code_sealed=None, **changes)


def _codes(error: SepError) -> list[str]:
    return [error.code, *(each.code for each in getattr(error, "errors", ()))]


def _sentence(error: SepError) -> str:
    if isinstance(error, NotFound):
        return _TOO_OLD
    if isinstance(error, RateLimited):
        return error.message
    if isinstance(error, Invalid) and error.code != "bad_settings":
        return " ".join(dict.fromkeys(each.message for each in error.errors)) or error.message
    return f"Сервис подписания: {state_of(error).label.lower()}. Попробуйте ещё раз чуть позже."
