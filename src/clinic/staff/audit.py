"""Who came in, who could not, who changed whose account: to the log, by ids alone."""

from typing import Any

import structlog
from allauth.account.signals import password_changed
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from clinic.staff.models import User

log = structlog.get_logger("clinic.staff")


@receiver(user_logged_in)
def _signed_in(user: User, **_: Any) -> None:
    log.info("staff.signed_in", user=user.pk)


@receiver(user_logged_out)
def _signed_out(user: User | None, **_: Any) -> None:
    if user is not None:
        log.info("staff.signed_out", user=user.pk)


@receiver(user_login_failed)
def _failed(**_: Any) -> None:
    # No login: people type passwords into that field.
    log.warning("staff.sign_in_failed")


@receiver(user_locked_out)
def _locked_out(**_: Any) -> None:
    log.warning("staff.locked_out")


@receiver(authentication_failed)
def _code_failed(user: User, **_: Any) -> None:
    log.warning("staff.code_failed", user=user.pk)


@receiver(password_changed)
def _password_changed(user: User, **_: Any) -> None:
    """A password of one's own choice ends the obligation to choose one."""
    if user.must_change_password:
        user.must_change_password = False
        user.save(update_fields=["must_change_password"])
    log.info("staff.password_changed", user=user.pk)


@receiver(authenticator_added)
def _protected(user: User, **_: Any) -> None:
    log.info("staff.second_factor_added", user=user.pk)


@receiver(authenticator_removed)
def _unprotected(user: User, **_: Any) -> None:
    log.warning("staff.second_factor_removed", user=user.pk)
