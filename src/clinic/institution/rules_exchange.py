"""The exchange with the service about the rules of signing. For the worker alone."""

from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from clinic.institution.connection import ANSWER_SECONDS, state_of
from clinic.institution.models import SigningRules
from clinic.institution.service import client_of
from sep_client import Invalid, NotFound, SepClient, SepError

_TOO_OLD: Final = (
    "Сервис подписания ничего не знает о правилах подписания. Попросите обновить его и проверьте соединение"
    " на вкладке «Нетрика»."
)


def fulfil(institution_id: str) -> None:
    """Do what is wanted, in order, and write down the rules as they are then.

    What the service refuses is told; the wishes behind it are dropped, since they were made on a page that
    showed another state. Done twice, a wish changes nothing more.
    """
    rules = SigningRules.objects.select_related("institution").filter(institution_id=institution_id).first()
    if rules is None or not rules.wishes:
        return
    wishes: list[dict[str, Any]] = list(rules.wishes)
    changes: dict[str, Any]
    try:
        with client_of(rules.institution, timeout=ANSWER_SECONDS) as sep:
            for wish in wishes:
                _do(sep, wish)
            changes = {
                "organization": sep.organization().model_dump(mode="json"),
                "policies": [each.model_dump(mode="json") for each in sep.signing_policies()],
                "told_at": timezone.now(),
                "problem": "",
            }
    except SepError as error:
        changes = {"problem": _sentence(error)}
    with transaction.atomic():
        now = SigningRules.objects.select_for_update().filter(pk=rules.pk).first()
        if now is None or now.wishes[: len(wishes)] != wishes:
            return  # forgotten, or another run has done the same
        left = [] if changes["problem"] else now.wishes[len(wishes) :]
        SigningRules.objects.filter(pk=rules.pk).update(wishes=left, **changes)


def _do(sep: SepClient, wish: dict[str, Any]) -> None:
    match wish["do"]:
        case "accept":
            sep.accept_weaker_method(wish["type"], wish["method"], accepted_by=wish["by"])
        case "give_up":
            sep.give_up_weaker_method(wish["type"], wish["method"])
        case "policy":
            sep.change_policy(
                wish["type"],
                methods=wish["methods"],
                needs_medic_signature=wish["medic"],
                retention_years=wish["years"],
            )
        case "organization":
            sep.change_organization(
                agreements=wish["agreements"],
                reminders=wish["reminders"],
                names_in_max=wish["names_in_max"],
            )


def _sentence(error: SepError) -> str:
    if isinstance(error, NotFound):
        return _TOO_OLD
    if isinstance(error, Invalid) and error.code != "bad_settings":
        return error.message[:500]
    return f"Сервис подписания: {state_of(error).label.lower()}. Проверьте соединение на вкладке «Нетрика»."
