"""The rules by which one clinic signs one kind of document: the table's, and what the clinic has changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sep.parties.document_types import DOCUMENT_TYPES, DocumentType
from sep.parties.errors import Refusal
from sep.parties.methods import CODES, CONNECTED, Method
from sep.parties.models import Organization, SigningPolicy, WeakerMethod


@dataclass(frozen=True)
class Rules:
    """What holds now. `methods` are those that may be used: a weaker one is there only once accepted."""

    kind: DocumentType
    methods: tuple[Method, ...]
    accepted: Mapping[Method, WeakerMethod]
    needs_medic_signature: bool
    retention_years: int


def rules_of(organization: Organization, type_code: str) -> Rules:
    """Return the rules of a clinic for a kind of document."""
    return all_rules(organization, [type_code])[type_code]


def all_rules(
    organization: Organization, type_codes: Sequence[str] = tuple(DOCUMENT_TYPES)
) -> dict[str, Rules]:
    """Return the rules of a clinic for many kinds, in two queries."""
    changed = {each.type_code: each for each in SigningPolicy.objects.filter(organization=organization)}
    accepted: dict[str, dict[Method, WeakerMethod]] = {}
    for each in WeakerMethod.objects.filter(organization=organization, ended_at__isnull=True):
        accepted.setdefault(each.type_code, {})[Method(each.method)] = each
    return {
        code: _rules(DOCUMENT_TYPES[code], changed.get(code), accepted.get(code, {})) for code in type_codes
    }


def _rules(
    kind: DocumentType, changed: SigningPolicy | None, accepted: Mapping[Method, WeakerMethod]
) -> Rules:
    allowed = [*kind.methods, *(method for method in kind.weaker if method in accepted)]
    if changed is not None and changed.methods is not None:
        allowed = [method for method in allowed if method in changed.methods]
    allowed = [method for method in allowed if method in CONNECTED]
    medic, years = kind.needs_medic_signature, kind.retention_years
    if changed is not None:
        medic = medic if changed.needs_medic_signature is None else changed.needs_medic_signature
        years = changed.retention_years or years
    ordered = tuple(method for method in Method if method in allowed)
    return Rules(kind, ordered, accepted, medic, years)


def methods_for(rules: Rules, wanted: Sequence[str] | None) -> tuple[Method, ...]:
    """Return the ways in which a document may be signed; raises `Refusal` for a wish that is not allowed."""
    if wanted is None:
        if rules.methods:
            return rules.methods
        weaker = next((method for method in rules.kind.weaker if method not in rules.accepted), None)
        if weaker is not None:
            raise _not_accepted(rules, weaker)
        raise Refusal(
            "no_method",
            f"«{rules.kind.name}»: правила клиники не оставили способа подписать на телефоне. Назовите способ"
            " в signingMethods или измените правила.",
            "signingMethods",
        )
    chosen = tuple(method for method in rules.methods if method in wanted)
    refused = [Method(name) for name in wanted if name not in rules.methods]
    if not refused:
        return chosen
    method = refused[0]
    if method not in CONNECTED:
        raise Refusal(
            "method_not_connected",
            f"Способ «{method.label}» в этой версии сервиса не подключён.",
            "signingMethods",
        )
    if method in rules.kind.weaker and method not in rules.accepted:
        raise _not_accepted(rules, method)
    raise Refusal(
        "method_not_allowed",
        f"«{rules.kind.name}»: способ «{method.label}» правилами клиники не разрешён.",
        "signingMethods",
    )


def _not_accepted(rules: Rules, method: Method) -> Refusal:
    return Refusal(
        "weaker_method_not_accepted",
        f"«{rules.kind.name}»: способ «{method.label}» слабее названного законом. Администратор клиники"
        f" должен сначала принять предупреждение. {rules.kind.weaker[method]}",
        "signingMethods",
    )


def accept_weaker(
    organization: Organization, type_code: str, method: Method, *, accepted_by: str, now: datetime
) -> WeakerMethod:
    """Record that a person of the clinic has read the warning and takes a weaker way knowingly.

    The same again changes nothing. Raises `Refusal` for a way that is not weaker, or is not possible.
    """
    kind = DOCUMENT_TYPES[type_code]
    if method not in kind.weaker:
        raise Refusal(
            "not_weaker", f"Для вида «{kind.name}» этот способ не требует предупреждения.", "method"
        )
    if not accepted_by.strip():
        raise Refusal("required", "Укажите, кто принял предупреждение.", "acceptedBy")
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=organization.pk)
        found = WeakerMethod.objects.filter(
            organization=organization, type_code=type_code, method=method, ended_at__isnull=True
        ).first()
        return found or WeakerMethod.objects.create(
            organization=organization,
            type_code=type_code,
            method=method,
            warning=kind.weaker[method],
            accepted_by=accepted_by.strip(),
            accepted_at=now,
        )


def give_up_weaker(organization: Organization, type_code: str, method: Method, now: datetime) -> None:
    """Stop using a weaker way; documents already sent keep theirs. The record stays."""
    WeakerMethod.objects.filter(
        organization=organization, type_code=type_code, method=method, ended_at__isnull=True
    ).update(ended_at=now)


def change(
    organization: Organization,
    type_code: str,
    *,
    methods: Sequence[Method] | None,
    needs_medic_signature: bool | None,
    retention_years: int | None,
) -> Rules:
    """Change a clinic's rules for a kind of document; `None` gives a rule back to the default."""
    kind = DOCUMENT_TYPES[type_code]
    if retention_years is not None and retention_years < kind.retention_years:
        raise Refusal(
            "retention_too_short",
            f"«{kind.name}» хранят не меньше {kind.retention_years} лет.",
            "retentionYears",
        )
    SigningPolicy.objects.update_or_create(
        organization=organization,
        type_code=type_code,
        defaults={
            "methods": None if methods is None else [method.value for method in methods],
            "needs_medic_signature": needs_medic_signature,
            "retention_years": retention_years,
        },
    )
    return rules_of(organization, type_code)


def needs_agreement(methods: Sequence[str]) -> bool:
    """Tell whether a document may be signed by a code, and so needs an agreement on ПЭП."""
    return any(method in CODES for method in methods)
