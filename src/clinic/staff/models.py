"""Accounts of the clinic's staff."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from clinic.institution.models import Institution
from clinic.staff.roles import RIGHTS, Permission, Role


class User(AbstractUser):
    """One member of the staff of one clinic. Rights follow from the role alone."""

    first_name = None  # type: ignore[assignment]  # a full name is one field here
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField("Ф. И. О.", max_length=150)
    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="staff", verbose_name="ЛПУ"
    )
    role = models.CharField("Роль", max_length=20, choices=Role)
    must_change_password = models.BooleanField(default=False, editable=False)

    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name

    def may(self, permission: Permission | str) -> bool:
        """Whether this account has the right; templates ask `request.user.rights.send`."""
        return self.is_active and Permission(permission) in RIGHTS[Role(self.role)]

    @property
    def rights(self) -> dict[str, bool]:
        """All rights by name, for templates."""
        return {permission.value: self.may(permission) for permission in Permission}
