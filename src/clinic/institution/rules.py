"""«Правила подписания»: what is wanted of the service about them, and what the page shows.

Nothing here speaks to the service: the row says what is wanted, and a job in the same transaction does it.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from clinic.institution import tasks
from clinic.institution.models import Institution, SigningRules
from sep.jobs import enqueue
from sep_client import Organization, Policy

STUCK_AFTER: Final = timedelta(seconds=40)
"""A job that has not answered in this time is believed lost."""

_CALM: Final = timedelta(seconds=15)
_ASK: Final = {"do": "ask"}

Wish = Mapping[str, Any]
"""One change: `do` is `accept`, `give_up`, `policy` or `organization`, the rest its arguments; or `ask`."""


def look(institution: Institution) -> SigningRules:
    """Return the copy; ask the service anew when it is older than whoever looks at the page expects."""
    rules = SigningRules.objects.filter(institution=institution).first() or SigningRules(
        institution=institution
    )
    if institution.is_connected and _is_old(rules, timezone.now()):
        with transaction.atomic():
            rules = _locked(institution)
            if _is_old(rules, timezone.now()):  # nobody else has asked meanwhile
                _want(rules, _ASK)
    return rules


def want(institution: Institution, wish: Wish) -> None:
    """Want a change; wishes are carried out one after another, in the order in which they came."""
    with transaction.atomic():
        rules = _locked(institution)
        rules.problem = ""
        _want(rules, wish)


def forget(institution: Institution) -> None:
    """Forget the copy: the clinic is being connected to another service, or anew."""
    SigningRules.objects.filter(institution=institution).delete()


def own_signature_from(institution_id: uuid.UUID, type_code: str) -> int | None:
    """Return the full years from which a patient signs a kind of document alone, as the service told last."""
    rules = SigningRules.objects.filter(institution_id=institution_id).first()
    if rules is None:
        return None
    return next((each.own_signature_from for each in policies(rules) if each.type == type_code), None)


def policies(rules: SigningRules) -> list[Policy]:
    """Return the copy of the rules of every kind of document."""
    return [Policy.model_validate(told) for told in rules.policies]


def settings_of(rules: SigningRules) -> Organization | None:
    """Return the copy of the organization's settings, `None` before the service has told them."""
    return Organization.model_validate(rules.organization) if rules.organization else None


@dataclass(frozen=True, slots=True)
class Shown:
    """The page's state; `version` changes with anything that it shows. `period`: seconds between looks."""

    is_working: bool
    is_stuck: bool
    period: int
    version: str


def shown(rules: SigningRules, now: datetime) -> Shown:
    """Say how the page looks at this moment."""
    is_stuck = bool(rules.wishes) and rules.asked_at is not None and now - rules.asked_at > STUCK_AFTER
    changes = [wish for wish in rules.wishes if wish != _ASK]
    is_working = bool(changes) and not is_stuck
    is_awaited = is_working or (rules.told_at is None and not rules.problem and not is_stuck)
    told = (is_working, is_stuck, is_awaited, rules.problem, rules.organization, rules.policies)
    return Shown(
        is_working=is_working,
        is_stuck=is_stuck,
        period=1 if is_awaited else 5,
        version=hashlib.blake2b(json.dumps(told).encode(), digest_size=9).hexdigest(),
    )


def _is_old(rules: SigningRules, now: datetime) -> bool:
    pause = STUCK_AFTER if rules.wishes else _CALM
    return rules.asked_at is None or now - rules.asked_at > pause


def _locked(institution: Institution) -> SigningRules:
    SigningRules.objects.get_or_create(institution=institution)
    return SigningRules.objects.select_for_update().get(institution=institution)


def _want(rules: SigningRules, wish: Wish) -> None:
    waiting = [each for each in rules.wishes if each != _ASK]
    rules.wishes = [*waiting, dict(wish)]
    rules.asked_at = timezone.now()
    rules.save(update_fields=["wishes", "asked_at", "problem"])
    enqueue(tasks.fulfil_wishes_about_rules, str(rules.pk))
