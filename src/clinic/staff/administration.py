"""What the administrator does with accounts. Nobody can leave the clinic without an administrator."""

import secrets
from typing import Final

import structlog
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db import transaction

from clinic.institution.models import Institution
from clinic.staff.models import User
from clinic.staff.roles import Permission

log = structlog.get_logger("clinic.staff")

# Read aloud and typed by hand: no letters that look like others.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
_GROUP: Final = 4


def new_password() -> str:
    """Make a password like `k7ma-p2xd-…`: 79 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def create(administrator: User, account: User) -> str:
    """Save a new account of the administrator's clinic; return its first password, kept nowhere else."""
    password = new_password()
    account.institution = administrator.institution
    account.must_change_password = True
    account.set_password(password)
    account.save()
    log.info("staff.created", by=administrator.pk, user=account.pk, role=account.role)
    return password


def change(administrator: User, account: User) -> None:
    """Save a changed account, except one's own role and access.

    Raises `PermissionDenied` when the administrator is none any more: two who dismiss each other at one
    moment must not both succeed.
    """
    with transaction.atomic():
        Institution.objects.select_for_update(no_key=True).values_list("pk").get(
            pk=administrator.institution_id
        )
        if not User.objects.get(pk=administrator.pk).may(Permission.EDIT_STAFF):
            raise PermissionDenied
        if account.pk == administrator.pk:
            account.role, account.is_active = administrator.role, True
        account.save()
    log.info(
        "staff.changed", by=administrator.pk, user=account.pk, role=account.role, active=account.is_active
    )


def give_new_password(administrator: User, account: User) -> str:
    """Replace a forgotten password; every session of the account ends. Returns the new one."""
    password = new_password()
    account.must_change_password = True
    account.set_password(password)
    account.save(update_fields=["password", "must_change_password"])
    log.info("staff.password_given", by=administrator.pk, user=account.pk)
    return password


def remove_second_factor(administrator: User, account: User) -> None:
    """Take away a lost phone or key: the next sign-in asks for the password alone."""
    Authenticator.objects.filter(user=account).delete()
    log.warning("staff.second_factor_reset", by=administrator.pk, user=account.pk)
