"""The first steps of a clinic in its workplace, which nobody inside can take."""

from django.core.exceptions import ValidationError
from django.db import transaction

from clinic.forms import shipped_forms
from clinic.institution.models import Institution
from clinic.staff.administration import new_password
from clinic.staff.models import User
from clinic.staff.roles import Role


def open_workplace(name: str, full_name: str, *, login: str, administrator: str) -> str:
    """Make a clinic with the shipped forms and its first administrator; return his first password.

    Raises:
        ValidationError: a name or the login cannot be kept; nothing is made.

    """
    institution = Institution(name=name, full_name=full_name)
    institution.clean_fields(exclude={"connection_checked_at", "token_sealed"})  # filled in later
    password = new_password()
    account = User(
        username=login,
        full_name=administrator,
        role=Role.ADMINISTRATOR,
        institution=institution,
        must_change_password=True,
    )
    account.set_password(password)
    account.clean_fields(exclude={"institution"})
    if User.objects.filter(username__iexact=login).exists():
        raise ValidationError({"username": "Такой логин уже есть."})
    with transaction.atomic():
        institution.save()
        account.save()
        shipped_forms.install(institution)
    return password


def give_password(login: str) -> str:
    """Give an account a new password, as when the only administrator has lost his.

    Raises:
        LookupError: there is no such login.

    """
    account = User.objects.filter(username=login).first()
    if account is None:
        raise LookupError(login)
    password = new_password()
    account.must_change_password = True
    account.set_password(password)
    account.save(update_fields=["password", "must_change_password"])
    return password
