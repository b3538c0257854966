"""The directory «Печатные формы»: search, filters, sorting, grouping, as its address says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from django.db.models import Max

from clinic.forms.models import FormKind, PrintForm
from clinic.forms.shipped_forms import shipped_forms
from clinic.institution.models import Institution

Key = Callable[[PrintForm], Any]


def _last(form: PrintForm) -> int:
    return int(form.last_version)  # type: ignore[attr-defined]  # annotated in `answer`


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, what it is sorted by, and the title of a group of equal values, if any."""

    code: str
    title: str
    order: Key
    group: Callable[[PrintForm], str] | None = None


COLUMNS: Final = (
    Column("id", "ИД", lambda form: form.pk),
    Column("code", "Код", lambda form: form.code.casefold(), lambda form: form.code.partition(".")[0]),
    Column("kind", "Тип", lambda form: form.get_kind_display(), lambda form: form.get_kind_display()),
    Column("name", "Наименование", lambda form: form.name.casefold()),
    Column("version", "Версия", _last, lambda form: f"Версия {_last(form)}"),
    Column(
        "group",
        "Печать в\u00a0группе",
        lambda form: not form.in_group,
        lambda form: "Печатаются в\u00a0группе" if form.in_group else "Печатаются по\u00a0одной",
    ),
    Column(
        "object", "Объект", lambda form: form.get_object_display(), lambda form: form.get_object_display()
    ),
    Column(
        "inactive",
        "Форма не\u00a0активна",
        lambda form: form.inactive,
        lambda form: "Не\u00a0активные" if form.inactive else "Действующие",
    ),
)
_BY_CODE: Final = {column.code: column for column in COLUMNS}
GROUPS: Final = tuple(column for column in COLUMNS if column.group)


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
        """Read the address; what it says in vain is left out."""
        sort = str(data.get("sort", "name"))
        return cls(
            text=str(data.get("query", "")).strip()[:100],
            reports=bool(data.get("reports")),
            own=bool(data.get("own")),
            sort=sort.removeprefix("-") if sort.removeprefix("-") in _BY_CODE else "name",
            down=sort.startswith("-"),
            group=str(data["group"]) if data.get("group") in {column.code for column in GROUPS} else "",
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one title; without grouping there is one group and no title."""

    title: str
    forms: Sequence[PrintForm]


def answer(institution: Institution, question: Question) -> list[Group]:
    """Return the forms asked for, each with `last_version`, 0 for a form without a text.

    A clinic has some hundreds of forms. They are sorted and compared here, because SQLite folds the case of
    Latin letters alone.
    """
    known = PrintForm.objects.filter(institution=institution).annotate(
        last_version=Max("versions__number", default=0)
    )
    words = question.text.casefold().split()
    found = [
        form
        for form in known.order_by("pk")
        if all(word in form.code.casefold() or word in form.name.casefold() for word in words)
        and (not question.reports or form.kind == FormKind.REPORT)
        and (not question.own or is_own(form))
    ]
    found.sort(key=lambda form: form.name.casefold())
    found.sort(key=_BY_CODE[question.sort].order, reverse=question.down)
    column = _BY_CODE.get(question.group)
    if column is None or column.group is None:
        return [Group("", found)] if found else []
    title = column.group
    found.sort(key=title)
    return [Group(name, list(forms)) for name, forms in groupby(found, key=title)]


def is_own(form: PrintForm) -> bool:
    """Whether the clinic made the form, or changed the text of a shipped one."""
    return not form.shipped_as or _last(form) > 1


def missing(institution: Institution) -> int:
    """Return how many shipped forms the clinic does not have, by its own will or since an update."""
    own = PrintForm.objects.filter(institution=institution)
    keys = set(own.values_list("shipped_as", flat=True))
    names = set(own.values_list("code", "name"))
    return sum(form.key not in keys and (form.code, form.name) not in names for form in shipped_forms())
