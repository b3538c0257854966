"""How sign-in behaves here: what allauth and axes ask of the project."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from clinic.staff.models import User
from sep import vault


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not typed
    """Accounts are made by the clinic's administrator alone."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "Логин или пароль не подходит.",
        "too_many_login_attempts": "Слишком много попыток подряд. Попробуйте через 15 минут.",
    }

    def get_logout_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse(settings.LOGIN_URL)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse(settings.LOGIN_REDIRECT_URL)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is not typed
    """Secrets of authenticator apps are encrypted under a key that the database does not hold."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": "Код не подходит."}

    def encrypt(self, text: str) -> str:
        return self._key.encrypt(text.encode(), "staff.mfa").hex()

    def decrypt(self, encrypted_text: str) -> str:
        return self._key.decrypt(bytes.fromhex(encrypted_text), "staff.mfa").decode()

    def get_totp_label(self, user: User) -> str:
        return user.username

    @property
    def _key(self) -> vault.Key:
        return vault.Key(vault.keyed_hash("staff.mfa"))


def counted_login(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """Return the login under which axes counts wrong passwords: «Admin » and «admin» are one."""
    login = (credentials or {}).get("username") or request.POST.get("login", "")
    return unicodedata.normalize("NFKC", str(login)).strip().casefold()[:150]
