"""The directory «Печатные формы»: search, filters, sorting, grouping, as its address says."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from django.db.models import Max, Q, QuerySet

from clinic.forms.models import FormKind, PrintForm
from clinic.institution.models import Institution


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, and what it is sorted by."""

    code: str
    title: str
    order: str


COLUMNS: Final = (
    Column("id", "ИД", "pk"),
    Column("code", "Код", "code"),
    Column("kind", "Тип", "kind"),
    Column("name", "Наименование", "name"),
    Column("version", "Версия", "last_version"),
    Column("group", "Печать в\u00a0группе", "in_group"),
    Column("object", "Объект", "object"),
    Column("inactive", "Не\u00a0активна", "inactive"),
)
GROUPS: Final = {
    "object": ("Объект", "get_object_display"),
    "kind": ("Тип", "get_kind_display"),
    "pdf_type": ("Тип PDF", "get_pdf_type_display"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the directory."""

    text: str = ""
    reports: bool = False
    own: bool = False
    sort: str = "name"
    down: bool = False
    group: str = ""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Question":
        sort = str(data.get("sort", "name"))
        codes = {column.code for column in COLUMNS}
        return cls(
            text=str(data.get("query", "")).strip()[:100],
            reports=bool(data.get("reports")),
            own=bool(data.get("own")),
            sort=sort.removeprefix("-") if sort.removeprefix("-") in codes else "name",
            down=sort.startswith("-"),
            group=str(data.get("group", "")) if data.get("group") in GROUPS else "",
        )


def forms(institution: Institution, question: Question) -> QuerySet[PrintForm]:
    """Return the forms asked for, each with `last_version`."""
    found = PrintForm.objects.filter(institution=institution).annotate(last_version=Max("versions__number"))
    for word in question.text.split():
        # Both spellings: SQLite folds the case of Latin letters only.
        found = found.filter(
            Q(code__icontains=word)
            | Q(name__contains=word)
            | Q(name__contains=word.lower())
            | Q(name__contains=word.upper())
            | Q(name__contains=word.capitalize())
        )
    if question.reports:
        found = found.filter(kind=FormKind.REPORT)
    if question.own:
        found = found.filter(Q(shipped_as="") | Q(last_version__gt=1))
    order = next(column.order for column in COLUMNS if column.code == question.sort)
    sign = "-" if question.down else ""
    by_group = [question.group] if question.group else []
    return found.order_by(*by_group, f"{sign}{order}", "name", "pk")


def grouped(rows: QuerySet[PrintForm], question: Question) -> list[tuple[str, list[PrintForm]]]:
    """Return the rows under the titles of their groups; without grouping, under one empty title."""
    if not question.group:
        return [("", list(rows))]
    told = GROUPS[question.group][1]
    return [(title, list(group)) for title, group in groupby(rows, key=lambda form: getattr(form, told)())]
