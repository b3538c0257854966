"""`sep doctor`: each part of an installation, fine or with what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from sep.ceremony.seal_key import SealKeyUnfit, seal_key
from sep.config.environment import Contour
from sep.config.trial import trial_pdf
from sep.delivery.gateways import gateways
from sep.delivery.max.bots import api_of
from sep.delivery.max.errors import MaxError
from sep.delivery.max.models import Bot
from sep.delivery.max.subscription import webhook_address
from sep.delivery.max.tasks import is_silent
from sep.delivery.sms.registry import GatewaySettingsError
from sep.documents.pdf import PdfRefused, inspect
from sep.documents.pdf.protection import protection
from sep.jobs.status import failed_jobs, worker_alive
from sep.sealing import SealingError

_RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    subject: str
    fine: bool
    message: str


def examine() -> Iterator[Finding]:
    """Look at every part in turn; a part that is broken does not hide the next."""
    for subject, look in _PARTS.items():
        fine, message = look()
        yield Finding(subject, fine, message)


def _settings() -> tuple[bool, str]:
    environment = settings.ENVIRONMENT
    if environment.contour is Contour.PRODUCTION:
        return True, f"рабочий контур, адрес {environment.address}"
    return True, f"тестовый контур (юридической силы нет), адрес {environment.address}"


def _database() -> tuple[bool, str]:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False, "нет связи с базой данных; проверьте SEP_DATABASE_URL и что сервер запущен"
    if waiting:
        return False, "таблицы старой версии; выполните «sep migrate»"
    return True, f"{connection.vendor}, таблицы этой версии"


def _seal() -> tuple[bool, str]:
    try:
        key = seal_key()
    except OSError:
        return False, "файл из SEP_SEAL_PKCS12 не читается; проверьте путь и права"
    except (SealKeyUnfit, SealingError) as error:
        return False, str(error)
    left = key.not_after - timezone.now()
    if left < timedelta(0):
        return False, f"сертификат истёк {key.not_after:%d.%m.%Y}; получите новый"
    if key.is_development:
        return True, "учебный ключ: печать никому, кроме этого сервиса, не известна"
    if left < _RENEW_BEFORE:
        return False, f"сертификат истекает {key.not_after:%d.%m.%Y}; пора получать новый"
    return True, f"{key.facts.owner}, действует до {key.not_after:%d.%m.%Y}"


def _sms() -> tuple[bool, str]:
    try:
        names = ", ".join(gateways())
    except GatewaySettingsError as error:
        return False, str(error)
    if not names:
        return False, "шлюзов нет; перечислите их в SEP_SMS_GATEWAYS"
    return True, f"шлюзы по порядку: {names}"


def _max() -> tuple[bool, str]:
    try:
        bots = list(Bot.objects.filter(disconnected_at__isnull=True))
    except DatabaseError:
        return False, "не видно: нет базы данных"
    if not bots:
        return True, "бота нет, документы идут по СМС; подключить: «sep max connect»"
    told = [_bot(bot) for bot in bots]
    return all(fine for fine, _ in told), "; ".join(line for _, line in told)


def _bot(bot: Bot) -> tuple[bool, str]:
    """Ask MAX itself: TLS and the token by one call, the webhook by another."""
    try:
        api_of(bot).me()
        found = api_of(bot).subscriptions()
    except MaxError as error:
        return False, f"{bot.username}: {error.detail}"
    if [each.url for each in found] != [webhook_address(bot)]:
        return False, f"{bot.username}: подписка на обновления не та; исправится сама за пять минут"
    if is_silent(bot):
        return (
            False,
            f"{bot.username}: сутки нет ответов; достаёт ли MAX до {settings.ENVIRONMENT.address}",
        )
    heard = f"{timezone.localtime(bot.last_update_at):%d.%m %H:%M}" if bot.last_update_at else "ещё не было"
    return True, f"{bot.username}: токен и подписка в порядке, последнее обновление {heard}"


def _worker() -> tuple[bool, str]:
    try:
        alive = worker_alive()
        failed = len(failed_jobs())
    except DatabaseError:
        return False, "не видно: нет базы данных"
    if not alive:
        return False, "не подаёт признаков жизни; запустите «sep worker»"
    if failed:
        return False, f"работает, но заданий с ошибкой: {failed}; смотрите журнал обработчика"
    return True, "работает, ошибок нет"


def _sandbox() -> tuple[bool, str]:
    try:
        inspect(trial_pdf())
    except PdfRefused as error:
        # What says that the machine is at fault, and not a busy moment.
        broken = error.code in {"pdf_unreadable", "pdf_cannot_be_drawn"}
        return not broken, f"проверочный файл: {error.message}"
    granted = protection()
    missing = [
        name
        for name, present in (
            ("файлов (Landlock)", granted.files),
            ("вызовов (seccomp)", granted.system_calls),
        )
        if not present
    ]
    if missing:
        return True, (
            "чужие PDF разбираются в отдельном процессе с пределами, но ядро не даёт ограничения "
            f"{' и '.join(missing)}: нужен Linux 5.13 или новее, а контейнеру — разрешение на эти вызовы"
        )
    return True, "чужие PDF разбираются в отдельном процессе без файлов, сети и чужих вызовов"


_PARTS: dict[str, Callable[[], tuple[bool, str]]] = {
    "Настройки": _settings,
    "База данных": _database,
    "Печать": _seal,
    "СМС": _sms,
    "MAX": _max,
    "Обработчик": _worker,
    "Разбор PDF": _sandbox,
}
