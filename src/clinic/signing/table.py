"""The table of the tab «28. СЭП»: what each row says, in words."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from pytils.numeral import get_plural

from clinic.patients.models import Patient
from clinic.signing import package
from clinic.signing.models import OPEN, Exchange, PackageDocument, Pending, ServiceDocument
from clinic.signing.package import CHANGEABLE, SENDABLE
from clinic.signing.people import progress, who_signs
from clinic.signing.remedies import Remedy, remedy_of

MOMENT: Final = "%d.%m.%Y %H:%M:%S"
SHORT: Final = "%d.%m.%Y %H:%M"
BADGES: Final = {
    "created": "accent",
    "sent": "accent",
    "signed": "good",
    "undelivered": "bad",
    "declined": "bad",
    "expired": "warm",
    "revoked": "",
    "withdrawn": "bad",
}
_EXCHANGE_BADGES: Final = {
    Exchange.DRAFT: "",
    Exchange.QUEUED: "accent",
    Exchange.WAITING: "warm",
    Exchange.REFUSED: "bad",
}
_CHANNELS: Final = {"sms": "СМС", "max": "MAX", "cabinet": "личный кабинет"}
_DELIVERY: Final = {
    "pending": "отправляется",
    "accepted": "передано оператору",
    "delivered": "доставлено",
    "failed": "не доставлено",
}
# Told while the signer has not decided; in MAX already is what the channel tells.
_IN_MAX: Final = {
    "invited": "в MAX ещё не пришёл",
    "started": "начал чат в MAX, номер не подтвердил",
    "verified": "есть в MAX",
    "stopped": "остановил бота в MAX",
    "unreachable": "чат в MAX недоступен",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the page shows it. `can` lists what its buttons may do, for the page's script."""

    id: str
    name: str
    added: str
    sent: str
    signed: str
    status: str
    badge: str
    notes: SafeString
    questions: Sequence[tuple[str, str]]
    problem: str
    cautions: Sequence[str]
    remedy: Remedy | None
    is_corrected: bool
    can: str
    status_code: str
    original_sha256: str
    signed_sha256: str
    protocol_sha256: str


@dataclass(frozen=True, slots=True)
class Made:
    """A document that the service made itself: no row of the package."""

    id: str
    name: str
    made: str
    signed: str
    status: str
    badge: str
    reason: str
    has_file: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The table and its state: `busy` while something is going on, `version` changes with any cell."""

    lines: Sequence[Line]
    made_by_service: Sequence[Made]
    busy: bool
    progress: str
    done: int
    total: int
    version: str


def table_of(patient: Patient) -> Table:
    """Read a patient's package."""
    version = version_of(patient)  # before the rows: what changes in between is then seen as new
    rows = list(_rows(patient))
    zone = ZoneInfo(patient.institution.time_zone)
    queued = [row for row in rows if row.exchange == Exchange.QUEUED]
    asked = [row for row in rows if row.pending != Pending.NOTHING]
    leaving = {row.batch for row in queued}
    total = sum(row.batch in leaving for row in rows) if queued else len(asked)
    done = total - len(queued) if queued else 0
    return Table(
        lines=[_line(row, zone) for row in rows],
        made_by_service=[_made(row, zone) for row in _made_for(patient)],
        busy=bool(queued or asked),
        progress=_progress(len(queued), len(asked), done, total),
        done=done,
        total=total,
        version=version,
    )


def version_of(patient: Patient) -> str:
    """Return a short name for all that the table shows now, cheaper than the table itself."""
    shown = PackageDocument.objects.filter(patient=patient).values_list(
        "pk", "exchange", "pending", "problem", "status_code", "status_at", "viewed_at", "delivery_state",
        "delivery_failure", "instead_of", "in_max", "question_count",
        "signed_sha256", "representative_id", "invited_again_at", "batch", "with_patient", "signers_told",
        "cautions", "replaced_by", "withdrawn_by", "correction_asked_at", "replaces_id",
    )  # fmt: skip
    made = _made_for(patient).values_list("pk", "status_code", "status_at", "signed_sha256")
    told = "\n".join(str(values) for values in [*shown.order_by("pk"), *made])
    return hashlib.blake2b(told.encode(), digest_size=12).hexdigest()


def status_words(row: PackageDocument) -> tuple[str, str]:
    """Return the status as the screen tells it, and the badge's colour."""
    if row.exchange == Exchange.ACCEPTED:
        return row.status_display, BADGES.get(row.status_code, "")
    return (
        "Отправляется…" if row.exchange == Exchange.QUEUED else Exchange(row.exchange).label,
        _EXCHANGE_BADGES[Exchange(row.exchange)],
    )


def abilities(row: PackageDocument) -> list[str]:
    """Return what may be done with a row, by the names of the buttons."""
    can = ["view"]
    if row.exchange in SENDABLE:
        can.append("send")
    if row.exchange in CHANGEABLE:
        can += ["signer", "remove"]
    if row.exchange == Exchange.ACCEPTED and row.pending == Pending.NOTHING:
        can.append("receive")
        if row.status_code in OPEN:
            can += ["resend", "revoke", "desk"]
        if row.status_code == "signed" and row.pdf_type in package.WITHDRAWABLE:
            can.append("withdraw")
        if row.status_code in {*OPEN, "signed"} and not row.replaced_by:
            can.append("correct")
    return can


def _rows(patient: Patient) -> QuerySet[PackageDocument]:
    return (
        PackageDocument.objects.filter(institution_id=patient.institution_id, patient=patient)
        .select_related("institution", "patient", "representative", "sent_by", "replaces")
        .order_by("-added_at", "-id")
    )


def _made_for(patient: Patient) -> QuerySet[ServiceDocument]:
    return ServiceDocument.objects.filter(institution_id=patient.institution_id, patient=patient)


def _made(row: ServiceDocument, zone: tzinfo) -> Made:
    return Made(
        id=row.pk,
        name=row.name,
        made=row.made_at.astimezone(zone).strftime(SHORT),
        signed=_moment(row.signed_at, zone, SHORT),
        status=row.status_display,
        badge=BADGES.get(row.status_code, ""),
        reason=row.status_reason,
        has_file=bool(row.signed_sha256),
    )


def _line(row: PackageDocument, zone: tzinfo) -> Line:
    status, badge = status_words(row)
    return Line(
        id=row.pk,
        name=row.name,
        added=row.added_at.astimezone(zone).strftime(MOMENT),
        sent=_moment(row.accepted_at, zone),
        signed=_moment(row.signed_at, zone),
        status=status,
        badge=badge,
        notes=format_html_join("", "<span>{}</span>", ((note,) for note in _notes(row, zone))),
        questions=[(_moment(each.asked_at, zone, SHORT), each.text) for each in row.questions],
        problem=problem_words(row, zone),
        cautions=row.cautions,
        remedy=remedy_of(row),
        is_corrected=bool(row.replaced_by),
        can=" ".join(abilities(row)),
        status_code=row.status_code,
        original_sha256=row.sha256,
        signed_sha256=row.signed_sha256,
        protocol_sha256=row.protocol_sha256,
    )


def _notes(row: PackageDocument, zone: tzinfo) -> list[str]:
    notes = []
    if row.replaces is not None:
        notes.append(f"исправляет документ от\u00a0{row.replaces.added_at.astimezone(zone):%d.%m.%Y %H:%M}")
    notes += filter(None, [who_signs(row), progress(row)])
    if len(row.signers) > 1:
        notes += [f"{each}: {state}" for each, state in _deliveries(row)]
    elif row.delivery_channel:
        notes += _delivery(row)
    if row.viewed_at is not None and row.signed_at is None:
        notes.append(f"открыт {row.viewed_at.astimezone(zone).strftime(SHORT)}")
    if row.status_reason:
        notes.append(f"причина: {row.status_reason}")
    if row.invited_again_at is not None and row.status_code in OPEN:
        notes.append(f"приглашён ещё раз {row.invited_again_at.astimezone(zone).strftime(SHORT)}")
    if row.sent_by is not None:
        notes.append(f"отправитель — {_initials(row.sent_by.full_name)}")
    if row.correction_asked_at is not None and not row.replaced_by and not row.corrections.exists():
        notes.append("ждёт исправления: напечатайте форму снова")
    if row.pending != Pending.NOTHING:
        notes.append(Pending(row.pending).label.lower())
    return notes


def _delivery(row: PackageDocument) -> Iterator[str]:
    channel = _CHANNELS.get(row.delivery_channel, row.delivery_channel)
    state = _DELIVERY.get(row.delivery_state, row.delivery_state)
    # Unbreakable: a number cut in two lines is read wrong.
    phone = row.delivery_phone.replace(" ", "\u00a0").replace("-", "\u2011")
    whereto = f"{channel} на\u00a0{phone}" if phone else channel
    if row.instead_of:
        former = _CHANNELS.get(row.instead_of, row.instead_of)
        yield f"{channel} вместо {former}: {_inside(row.instead_of_reason)}".rstrip(": ")
        whereto = f"на\u00a0{phone}" if phone else channel
    yield f"{whereto}: {state}"
    if row.status_code in OPEN and row.delivery_channel != "max" and not row.instead_of:
        yield from filter(None, [_IN_MAX.get(row.in_max)])


def _deliveries(row: PackageDocument) -> Iterator[tuple[str, str]]:
    for each in row.signers:
        if each.channel and not each.has_signed:
            channel = _CHANNELS.get(each.channel, each.channel)
            phone = each.phone.replace(" ", "\u00a0").replace("-", "\u2011")
            yield f"{channel} на\u00a0{phone}", _DELIVERY.get(each.state, each.state)


def _inside(sentence: str) -> str:
    """Return a sentence as a part of another one; an abbreviation at its start stays as it is."""
    head = sentence[:2]
    return (sentence if head.isupper() else head.lower() + sentence[2:]).rstrip(".")


def problem_words(row: PackageDocument, zone: tzinfo) -> str:
    """Return what is wrong with a row and what happens next, in sentences; empty when all is well."""
    parts = [row.problem]
    if row.status_code == "undelivered" and row.delivery_failure:
        parts.append(f"Не доставлено: {row.delivery_failure}.".replace("..", "."))
    if row.exchange == Exchange.WAITING and row.retry_at is not None:
        parts.append(f"Следующая попытка в {row.retry_at.astimezone(zone):%H:%M:%S}.")
    return " ".join(part for part in parts if part)


def _initials(full_name: str) -> str:
    family, *others = full_name.split()
    return "\u00a0".join([family, *(f"{part[0]}." for part in others)])


def _moment(moment: datetime | None, zone: tzinfo, shape: str = MOMENT) -> str:
    return moment.astimezone(zone).strftime(shape) if moment is not None else ""


def _progress(queued: int, asked: int, done: int, total: int) -> str:
    if queued:
        return f"Отправлено {done} из {total}"
    if asked:
        return f"Ждём ответа сервиса: {get_plural(asked, 'документ, документа, документов')}"
    return ""
