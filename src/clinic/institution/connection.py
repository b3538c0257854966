"""«Проверить соединение»: what the service answered, and what to do about it."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from clinic.institution.models import ConnectionState, Institution
from clinic.institution.service import client_of
from sep_client import (
    CertificateFailed,
    ConnectionFailed,
    Forbidden,
    Invalid,
    NotFound,
    Retries,
    SepError,
    ServerError,
    Timeout,
    Unauthorized,
)

ANSWER_SECONDS: Final = 10.0
"""A person watches the page; the service answers a ping in milliseconds."""

ADVICE: Final[dict[str, str]] = {
    ConnectionState.UNCHECKED: "Соединение с этими настройками ещё не проверяли.",
    ConnectionState.CHECKING: "Проверяем соединение…",
    ConnectionState.WORKS: "Соединение работает.",
    ConnectionState.ADDRESS: (
        "По этому адресу сервис не отвечает. Сверьте «Адрес сервиса КЭП» с письмом о подключении"
        " и убедитесь, что сервер клиники выходит в эту сеть."
    ),
    ConnectionState.CERTIFICATE: (
        "Сертификат сервера не подтверждён, поэтому токен не отправлен. Проверьте адрес; если он верен,"
        " попросите системного администратора установить корневой сертификат сервиса."
    ),
    ConnectionState.TOKEN: (
        "Сервис не принял токен. Скопируйте «Авторизационный токен МИС КЭП» из письма заново;"
        " если он отозван, запросите новый."
    ),
    ConnectionState.INSTITUTION: (
        "Токен принят, но он выдан другой МО. Сверьте «Идентификатор МО для КЭП» с письмом о подключении."
    ),
    ConnectionState.TIMEOUT: (
        "Сервис не ответил за 10 секунд. Повторите проверку через минуту; если не поможет,"
        " попросите системного администратора проверить межсетевой экран."
    ),
    ConnectionState.SERVICE: (
        "Сервис ответил ошибкой. Настройки, скорее всего, верны: повторите проверку позже,"
        " а если ошибка останется, сообщите в поддержку сервиса."
    ),
}

STUCK: Final = (
    "Ответа нет дольше обычного: похоже, фоновые задания не выполняются. Попросите системного"
    " администратора посмотреть, запущен ли «sep worker»."
)

# From the narrow to the wide: a subclass stands before its parent.
_STATES: Final[tuple[tuple[type[SepError], ConnectionState], ...]] = (
    (Timeout, ConnectionState.TIMEOUT),
    (CertificateFailed, ConnectionState.CERTIFICATE),
    (ConnectionFailed, ConnectionState.ADDRESS),
    (Unauthorized, ConnectionState.TOKEN),
    (Forbidden, ConnectionState.INSTITUTION),
    (NotFound, ConnectionState.ADDRESS),
    (ServerError, ConnectionState.SERVICE),
)

_SETTINGS: Final = {
    "address": ConnectionState.ADDRESS,
    "token": ConnectionState.TOKEN,
    "idLpu": ConnectionState.INSTITUTION,
}


def check(institution: Institution) -> tuple[ConnectionState, str]:
    """Ask the service who we are; return the state and the organization's name as the service knows it."""
    try:
        client = client_of(institution, timeout=ANSWER_SECONDS, retries=Retries(attempts=1))
        with client:
            return ConnectionState.WORKS, client.ping().organization
    except SepError as error:
        return state_of(error), ""


def state_of(error: SepError) -> ConnectionState:
    """Return what a failure says about the settings."""
    if isinstance(error, Invalid):  # a setting that cannot work, or one that the service could not read
        paths = [each.path for each in error.errors]
        # A kept token that does not open is told without a path.
        other = ConnectionState.TOKEN if error.code == "bad_settings" else ConnectionState.SERVICE
        return next((state for path, state in _SETTINGS.items() if path in paths), other)
    if error.code == "unreadable_answer":
        return ConnectionState.ADDRESS  # some other server answers there
    return next((state for kind, state in _STATES if isinstance(error, kind)), ConnectionState.SERVICE)


def write_down(asked: Institution, state: ConnectionState, organization: str) -> None:
    """Keep the result, unless the settings have changed since they were asked about."""
    with transaction.atomic():
        same = Institution.objects.filter(
            pk=asked.pk,
            service_address=asked.service_address,
            id_lpu=asked.id_lpu,
            token_sealed=asked.token_sealed,
        )
        same.update(
            connection_state=state,
            connection_organization=organization[:300],
            connection_checked_at=timezone.now(),
        )
