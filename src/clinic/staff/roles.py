"""Who may do what, as one table."""

from enum import StrEnum
from typing import Final

from django.db import models


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", "Администратор клиники"
    REGISTRAR = "registrar", "Регистратор"
    DOCTOR = "doctor", "Врач"
    LAWYER = "lawyer", "Юрист"


class Permission(StrEnum):
    """A right that a page asks for."""

    SEE_PATIENTS = "see_patients"
    EDIT_PATIENTS = "edit_patients"
    SEE_VISITS = "see_visits"
    EDIT_VISITS = "edit_visits"
    PRINT = "print"
    SEE_PACKAGES = "see_packages"
    SEND = "send"
    SEE_EVIDENCE = "see_evidence"
    SEE_FORMS = "see_forms"
    EDIT_FORMS = "edit_forms"
    EDIT_SERVICES = "edit_services"
    EDIT_SETTINGS = "edit_settings"
    EDIT_STAFF = "edit_staff"


_P = Permission
_READING: Final = frozenset({_P.SEE_PATIENTS, _P.SEE_VISITS, _P.SEE_PACKAGES})

RIGHTS: Final[dict[Role, frozenset[Permission]]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.REGISTRAR: _READING | {_P.EDIT_PATIENTS, _P.EDIT_VISITS, _P.PRINT, _P.SEND, _P.SEE_FORMS},
    Role.DOCTOR: _READING,
    Role.LAWYER: _READING | {_P.SEE_EVIDENCE, _P.SEE_FORMS},
}
