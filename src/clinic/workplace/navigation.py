"""The menu of the workplace, as one table, and what its pages may know."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu. `key` is pressed with Alt+Shift; `permission` is the right that shows it."""

    title: str
    url: str
    permission: str
    key: str


MENU: Final = (
    Entry("Сегодня", "home:today", "see_packages", "1"),
    Entry("Пациенты", "patients:list", "see_patients", "2"),
    Entry("Талоны", "visits:appointments", "see_visits", "3"),
    Entry("Заказы", "visits:orders", "see_visits", "4"),
    Entry("Услуги", "visits:services", "see_visits", "5"),
    Entry("Печатные формы", "forms:list", "see_forms", "6"),
    Entry("Параметры", "institution:netrika", "edit_settings", "7"),
    Entry("Сотрудники", "staff:list", "edit_staff", "8"),
)


def workplace(request: HttpRequest) -> dict[str, Any]:
    """Give the templates of `/clinic/` their menu and the rights of the one who looks."""
    if not request.path.startswith("/clinic/") or not request.user.is_authenticated:
        return {}
    rights = request.user.rights
    return {
        "menu": [entry for entry in MENU if rights[entry.permission]],
        "rights": rights,
        "institution": request.user.institution,
    }
