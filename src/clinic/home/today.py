"""What needs a hand first, and how today goes: a few indexed questions about the packages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from clinic.institution.models import Institution
from clinic.signing.models import OPEN, Exchange, PackageDocument
from clinic.signing.table import problem_words, status_words
from clinic.staff.models import User

SHOWN: Final = 50
_TROUBLED: Final = (Exchange.REFUSED, Exchange.WAITING)
_UNSIGNED: Final = ("undelivered", "expired")
_NOT_ME: Final = "«Это не я»"
"""How the service's reason of a document whose receiver is somebody else names it."""
# Older trouble has been dealt with on paper; it stays in the patient's table.
_LOOKED_AT: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Case:
    """A document as a line of the page; `why` says what is wrong with it."""

    id: str
    patient_id: int
    patient: str
    birth_date: str
    document: str
    moment: str
    status: str
    badge: str
    why: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the top of the page."""

    title: str
    number: int
    badge: str


@dataclass(frozen=True, slots=True)
class Asking:
    """A patient whose signer asked about a document and waits for the answer."""

    patient_id: int
    patient: str


@dataclass(frozen=True, slots=True)
class Today:
    """The home page: who asks, what needs a hand, the figures, and what was added today.

    `alarms` are refusals, withdrawals and «Это не я» that nobody has dealt with. `questions` counts the
    questions about documents that still wait for a signature.
    """

    alarms: Sequence[Case]
    questions: int
    asking: Sequence[Asking]
    attention: Sequence[Case]
    more: bool
    figures: Sequence[Figure]
    latest: Sequence[Case]


def today_of(institution: Institution) -> Today:
    """Read the page; the number of questions does not grow with the number of documents."""
    zone = ZoneInfo(institution.time_zone)
    now = timezone.now()
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = PackageDocument.objects.filter(institution=institution)
    attention = _attention(rows, now)
    added = rows.filter(added_at__gte=midnight)
    questions, asking = _questions(rows)
    return Today(
        alarms=[_case(row, zone) for row in _alarms(rows, now)],
        questions=questions,
        asking=asking,
        attention=[_case(row, zone) for row in attention[:SHOWN]],
        more=len(attention) > SHOWN,
        figures=_figures(rows, added, midnight),
        latest=[
            _case(row, zone) for row in added.select_related("patient").order_by("-added_at", "-id")[:SHOWN]
        ],
    )


def _questions(rows: QuerySet[PackageDocument]) -> tuple[int, list[Asking]]:
    asked = rows.filter(question_count__gt=0, status_code__in=OPEN).select_related("patient")
    found = list(asked.order_by("-status_at")[:SHOWN])
    patients = {row.patient_id: Asking(row.patient_id, row.patient.full_name) for row in found}
    return sum(row.question_count for row in found), list(patients.values())


def handle(institution: Institution, document_id: str, author: User) -> None:
    """Note that somebody has dealt with an alarm: it leaves the top of the page for good."""
    rows = PackageDocument.objects.filter(institution=institution, pk=document_id, handled_at__isnull=True)
    rows.filter(_is_alarm()).update(handled_at=timezone.now(), handled_by=author)


def _is_alarm() -> Q:
    return Q(status_code__in=("declined", "withdrawn")) | Q(
        status_code="undelivered", status_reason__contains=_NOT_ME
    )


def _alarms(rows: QuerySet[PackageDocument], now: datetime) -> list[PackageDocument]:
    recent = rows.filter(
        status_code__in=("declined", "withdrawn", "undelivered"), status_at__gte=now - _LOOKED_AT
    )
    fresh = recent.filter(_is_alarm(), handled_at__isnull=True).select_related("patient")
    return list(fresh.order_by("-status_at")[:SHOWN])


def _attention(rows: QuerySet[PackageDocument], now: datetime) -> list[PackageDocument]:
    # Two questions rather than one with an OR: each has its index.
    troubled = rows.filter(exchange__in=_TROUBLED).order_by("-added_at")
    unsigned = rows.filter(status_code__in=_UNSIGNED, status_at__gte=now - _LOOKED_AT)
    unsigned = unsigned.exclude(_is_alarm()).order_by("-status_at")
    found = [
        *troubled.select_related("patient")[: SHOWN + 1],
        *unsigned.select_related("patient")[: SHOWN + 1],
    ]
    return sorted(found, key=lambda row: row.status_at or row.added_at, reverse=True)


def _figures(
    rows: QuerySet[PackageDocument], added: QuerySet[PackageDocument], midnight: datetime
) -> list[Figure]:
    ended_today = rows.filter(status_at__gte=midnight)
    return [
        Figure("Добавлено сегодня", added.count(), ""),
        Figure("Не отправлены", rows.filter(exchange=Exchange.DRAFT).count(), ""),
        Figure("Ждут подписи", rows.filter(status_code__in=OPEN).count(), "accent"),
        Figure("Подписаны сегодня", ended_today.filter(status_code="signed").count(), "good"),
        Figure("Отказы сегодня", ended_today.filter(status_code="declined").count(), "bad"),
    ]


def _case(row: PackageDocument, zone: tzinfo) -> Case:
    status, badge = status_words(row)
    moment = (row.status_at or row.added_at).astimezone(zone)
    return Case(
        id=row.pk,
        patient_id=row.patient_id,
        patient=row.patient.full_name,
        birth_date=row.patient.birth_date.strftime("%d.%m.%Y"),
        document=row.name,
        moment=moment.strftime("%d.%m.%Y %H:%M"),
        status=status,
        badge=badge,
        why=problem_words(row, zone) or (f"Причина: {row.status_reason}." if row.status_reason else ""),
    )
