"""The way from a clinic's settings to the service: for the worker, since a page never waits for it."""

from typing import Final

from clinic.institution.models import Institution
from sep.vault import VaultError
from sep_client import Invalid, Retries, SepClient

ANSWER_SECONDS: Final = 20.0

# Short bursts only: whoever calls has retries of its own that outlive the process.
RETRIES: Final = Retries(attempts=3, first_delay=0.4, longest_delay=3.0)


def client_of(
    institution: Institution, *, timeout: float = ANSWER_SECONDS, retries: Retries | None = None
) -> SepClient:
    """Open a connection to the service with the clinic's three settings; use it in a `with` block.

    Raises:
        sep_client.Invalid: (`bad_settings`) a setting is empty or cannot work, or the token does not open
            with the master key of this installation; nothing was asked.

    """
    try:
        token = institution.token
    except VaultError as error:
        raise Invalid(
            "Сохранённый токен не читается. Введите «Авторизационный токен МИС КЭП» заново.",
            code="bad_settings",
        ) from error
    return SepClient(
        institution.service_address,
        token,
        institution.id_lpu,
        timeout=timeout,
        retries=retries or RETRIES,
    )
