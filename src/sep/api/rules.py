"""API of the rules: signing policies, agreements on ПЭП, phones confirmed at the desk, settings."""

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Router
from ninja.errors import HttpError

from sep.api import conversion
from sep.api.authentication import organization_of
from sep.api.schemas import (
    AgreementOut,
    EndAgreementIn,
    MethodOut,
    NewAgreementIn,
    OrganizationIn,
    OrganizationOut,
    PersonIn,
    PhoneCheckIn,
    PhoneCheckOut,
    PhoneCodeIn,
    PolicyIn,
    PolicyOut,
    Problem,
    WeakerMethodIn,
)
from sep.ceremony import invitation, phone_checks
from sep.ceremony.models import PhoneCheck
from sep.parties import agreements, policy
from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.methods import CONNECTED, Method
from sep.parties.models import Agreement, Organization
from sep.parties.person import Person, mask_phone
from sep.parties.policy import Rules
from sep.parties.who_signs import signs_alone_from

router = Router()

_RULES, _AGREEMENTS = "Правила подписания", "Соглашения о ПЭП"
_PROBLEMS = {frozenset({400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503}): Problem}
TypeCode = Annotated[str, Path(alias="type", description="Код вида документа.")]
RowId = Annotated[str, Path(alias="id", pattern="^[0-9A-HJKMNP-TV-Z]{26}$")]


@router.get(
    "/organization",
    response={200: OrganizationOut, **_PROBLEMS},
    by_alias=True,
    tags=[_RULES],
    summary="Настройки организации",
)
def organization(request: HttpRequest) -> Any:
    return _organization_out(organization_of(request))


@router.patch(
    "/organization",
    response={200: OrganizationOut, **_PROBLEMS},
    by_alias=True,
    tags=[_RULES],
    summary="Изменить настройки организации",
)
def change_organization(request: HttpRequest, payload: OrganizationIn) -> Any:
    """Меняет то, что названо: как быть без соглашения, когда напоминать, имена документов в MAX."""
    own = organization_of(request)
    changed = payload.model_dump(exclude_none=True)
    for name, value in changed.items():
        setattr(own, name, value)
    own.save(update_fields=list(changed))
    return _organization_out(own)


@router.get(
    "/signing-policies",
    response={200: list[PolicyOut], **_PROBLEMS},
    by_alias=True,
    tags=[_RULES],
    summary="Правила подписания по видам документов",
)
def policies(request: HttpRequest) -> Any:
    """Какими способами подписывают каждый вид, на каком основании, и какие предупреждения приняты."""
    return [_policy_out(rules) for rules in policy.all_rules(organization_of(request)).values()]


@router.put(
    "/signing-policies/{type}",
    response={200: PolicyOut, **_PROBLEMS},
    by_alias=True,
    tags=[_RULES],
    summary="Изменить правила вида документов",
)
def change_policy(request: HttpRequest, type_code: TypeCode, payload: PolicyIn) -> Any:
    methods = None if payload.methods is None else [Method(each) for each in payload.methods]
    rules = policy.change(
        organization_of(request),
        _known(type_code),
        methods=methods,
        needs_medic_signature=payload.needs_medic_signature,
        retention_years=payload.retention_years,
    )
    return _policy_out(rules)


@router.post(
    "/signing-policies/{type}/weaker-methods",
    response={200: PolicyOut, **_PROBLEMS},
    by_alias=True,
    tags=[_RULES],
    summary="Принять предупреждение о более слабом способе",
)
def accept_weaker(request: HttpRequest, type_code: TypeCode, payload: WeakerMethodIn) -> Any:
    """Кто и когда принял, запоминается вместе с текстом предупреждения и печатается в листе подписания."""
    own = organization_of(request)
    policy.accept_weaker(
        own, _known(type_code), Method(payload.method), accepted_by=payload.accepted_by, now=timezone.now()
    )
    return _policy_out(policy.rules_of(own, type_code))


@router.delete(
    "/signing-policies/{type}/weaker-methods/{method}",
    response={200: PolicyOut, **_PROBLEMS},
    by_alias=True,
    tags=[_RULES],
    summary="Отказаться от более слабого способа",
)
def give_up_weaker(request: HttpRequest, type_code: TypeCode, method: str) -> Any:
    own = organization_of(request)
    if method not in Method.values:
        raise HttpError(404, "")
    policy.give_up_weaker(own, _known(type_code), Method(method), timezone.now())
    return _policy_out(policy.rules_of(own, type_code))


@router.post(
    "/agreements",
    response={201: AgreementOut, **_PROBLEMS},
    by_alias=True,
    tags=[_AGREEMENTS],
    summary="Записать соглашение о ПЭП",
)
def register_agreement(request: HttpRequest, payload: NewAgreementIn) -> Any:
    """Соглашение, заключённое в клинике. Прежнее заканчивается; о новом телефоне узнаёт прежний номер."""
    own = organization_of(request)
    if payload.id_lpu.lower() != str(own.id):
        raise HttpError(403, "")
    now = timezone.now()
    person = Person(
        payload.family, payload.given, payload.patronymic or "", payload.birth_date, phone=payload.phone
    )
    with transaction.atomic():
        made = conversion.concluded(payload, payload.phone, own, now)
        agreement = invitation.register(own, person, made, now)
    return 201, _agreement_out(agreement, now)


@router.post(
    "/agreements/search",
    response={200: list[AgreementOut], **_PROBLEMS},
    by_alias=True,
    tags=[_AGREEMENTS],
    summary="Найти соглашения человека",
)
def find_agreements(request: HttpRequest, payload: PersonIn) -> Any:
    """Действующее первым. Имя и дата рождения идут в теле: в адресах им не место."""
    own = organization_of(request)
    person = Person(payload.family, payload.given, payload.patronymic or "", payload.birth_date)
    found = agreements.all_of(own, person)
    return [_agreement_out(each, timezone.now()) for each in found]


@router.post(
    "/agreements/{id}/end",
    response={200: AgreementOut, **_PROBLEMS},
    by_alias=True,
    tags=[_AGREEMENTS],
    summary="Прекратить соглашение",
)
def end_agreement(request: HttpRequest, agreement_id: RowId, payload: EndAgreementIn) -> Any:
    """После этого кодом ничего не подписать; подписанное остаётся подписанным."""
    now = timezone.now()
    with transaction.atomic():
        found = Agreement.objects.select_for_update(of=("self",)).select_related("organization")
        agreement = found.filter(pk=agreement_id, organization=organization_of(request)).first()
        if agreement is None:
            raise HttpError(404, "")
        if agreement.ended_at is None:
            invitation.end_agreement(agreement, payload.reason, now)
    return _agreement_out(agreement, now)


@router.post(
    "/phone-checks",
    response={201: PhoneCheckOut, **_PROBLEMS},
    by_alias=True,
    tags=[_AGREEMENTS],
    summary="Отправить код на телефон того, кто стоит у стойки",
)
def begin_phone_check(request: HttpRequest, payload: PhoneCheckIn) -> Any:
    check = phone_checks.begin(organization_of(request), payload.phone, timezone.now())
    return 201, _check_out(check)


@router.post(
    "/phone-checks/{id}/confirm",
    response={200: PhoneCheckOut, **_PROBLEMS},
    by_alias=True,
    tags=[_AGREEMENTS],
    summary="Ввести код, который назвал пациент",
)
def confirm_phone_check(request: HttpRequest, check_id: RowId, payload: PhoneCodeIn) -> Any:
    check = phone_checks.confirm(organization_of(request), check_id, payload.code, timezone.now())
    return _check_out(check)


def _known(type_code: str) -> str:
    if type_code not in DOCUMENT_TYPES:
        raise HttpError(404, "")
    return type_code


def _organization_out(own: Organization) -> OrganizationOut:
    return OrganizationOut(
        name=own.name, agreements=own.agreements, reminders=own.reminders, names_in_max=own.names_in_max
    )


def _policy_out(rules: Rules) -> PolicyOut:
    kind = rules.kind
    possible = [method for method in Method if method in kind.methods or method in kind.weaker]
    return PolicyOut(
        type=kind.code,
        name=kind.name,
        article=kind.article,
        methods=[
            MethodOut(
                code=method.value,
                name=str(method.label),
                is_connected=method in CONNECTED,
                is_allowed=method in rules.methods,
                warning=kind.weaker.get(method),
                accepted_by=rules.accepted[method].accepted_by if method in rules.accepted else None,
                accepted_at=rules.accepted[method].accepted_at if method in rules.accepted else None,
            )
            for method in possible
        ],
        needs_medic_signature=rules.needs_medic_signature,
        signs_alone=kind.signs_alone,
        retention_years=rules.retention_years,
        own_signature_from=signs_alone_from(kind.code),
    )


def _agreement_out(agreement: Agreement, now: datetime) -> AgreementOut:
    zone = ZoneInfo(agreement.organization.time_zone)

    def local(moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.astimezone(zone).replace(microsecond=0)

    registered = local(agreement.registered_at)
    assert registered is not None
    return AgreementOut(
        id_agreement=agreement.id,
        number=agreement.number,
        way=agreement.way,
        concluded_on=agreement.concluded_on,
        phone=mask_phone(agreement.phone),
        phone_confirmed_at=local(agreement.phone_confirmed_at),
        identity_checked_by=agreement.identity_checked_by or None,
        id_document=agreement.document_id or None,
        registered_at=registered,
        rests_until=local(agreements.rests_until(agreement, now, is_risky=True)),
        ended_at=local(agreement.ended_at),
    )


def _check_out(check: PhoneCheck) -> PhoneCheckOut:
    return PhoneCheckOut(
        phone_check=check.id,
        phone=mask_phone(check.delivery.phone),
        expires_at=check.expires_at,
        confirmed_at=check.confirmed_at,
    )
