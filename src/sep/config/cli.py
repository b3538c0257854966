"""The command `sep`. Each command imports what it needs, so that help and mistakes are answered at once."""

import json
import os
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import click
from pydantic import ValidationError

from sep_client.cli import send


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sep")
@click.option(
    "--demo",
    "demo_data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Работать с учебной установкой в этой папке.",
)
def main(demo_data: Path | None) -> None:
    """СЭП: сервис электронного подписания для клиник."""
    if demo_data is not None:
        from sep.config.demo import ENVIRONMENT_FILE

        try:
            os.environ.update(json.loads((demo_data / ENVIRONMENT_FILE).read_text()))
            described = json.loads((demo_data / "demo.json").read_text())
            os.environ.update(SEP_TOKEN=described["token"], SEP_ID_LPU=described["idLpu"])
        except OSError as error:
            raise click.BadParameter("здесь не запускалась sep demo.", param_hint="--demo") from error


main.add_command(send)


def _prepare() -> None:
    """Read the settings and start Django, or say in plain words why that cannot be."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sep.config.settings")
    import django

    from sep.config.environment import environment

    try:
        environment()
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False):
            name = "SEP_" + "_".join(str(part) for part in fault["loc"]).upper() if fault["loc"] else ""
            reason = "не задано" if fault["type"] == "missing" else fault["msg"].removeprefix("Value error, ")
            click.echo(f"{name}: {reason}" if name else reason, err=True)
        sys.exit(2)
    django.setup()


@main.command(short_help="Всё на одной машине с учебными данными.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Порт.")
@click.option(
    "--data",
    default="var",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Папка данных; повторный запуск их сохраняет.",
)
@click.option("--open", "open_browser", is_flag=True, help="Открыть браузер.")
def demo(port: int, data: Path, open_browser: bool) -> None:
    """Запустить сервис, обработчик и учебный телефон; Ctrl-C останавливает всё."""
    from sep.config.demo import DemoFailed, run

    try:
        run(port, data, open_browser=open_browser)
    except DemoFailed as error:
        raise click.ClickException(str(error)) from error


@main.command(short_help="Веб-процесс.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Какой адрес слушать.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Порт.")
@click.option(
    "--workers",
    default=1,
    show_default=True,
    envvar="SEP_WEB_WORKERS",
    type=click.IntRange(1, 64),
    help="Процессов.",
)
def web(address: str, port: int, workers: int) -> None:
    """Обслуживать МИС и подписантов."""
    _prepare()
    from sep.config.serving import CannotServe, serve_web

    try:
        serve_web(address, port, workers)
    except CannotServe as error:
        raise click.ClickException(str(error)) from error


@main.command(short_help="Фоновый обработчик.")
def worker() -> None:
    """Отправлять сообщения, готовить страницы, следить за сроками."""
    _prepare()
    from sep.config.serving import CannotServe, serve_worker

    try:
        serve_worker()
    except CannotServe as error:
        raise click.ClickException(str(error)) from error


@main.command("development-key", short_help="Сделать учебный ключ печати.")
@click.argument("file", metavar="ФАЙЛ.p12", type=click.Path(path_type=Path))
@click.option("--organization", default="Учебная клиника", show_default=True, help="Чья печать.")
def development_key(file: Path, organization: str) -> None:
    """Сделать ключ печати для тестового контура; юридической силы у него нет."""
    from sep.sealing import make_development_key

    if file.exists():
        raise click.ClickException(f"Файл {file} уже есть.")
    file.touch(mode=0o600)
    file.write_bytes(make_development_key(organization))
    click.echo(f"Учебный ключ печати: {file}")


@main.command(short_help="Подготовить базу данных.")
def migrate() -> None:
    """Создать или обновить таблицы и статические файлы; повторять безопасно."""
    _prepare()
    from sep.config.installation import migrate as run

    run()
    click.echo("База данных готова.")


@main.command(short_help="Проверить установку.")
def doctor() -> None:
    """Проверить настройки, базу, печать, шлюзы СМС и обработчик: каждая строка — «ок» или что делать."""
    _prepare()
    from sep.config.doctor import examine

    findings = list(examine())
    for finding in findings:
        mark = "ок  " if finding.fine else "ПЛОХО"
        click.echo(f"{mark}  {finding.subject}: {finding.message}")
    sys.exit(0 if all(finding.fine for finding in findings) else 1)


@main.command(short_help="Проверить подписанный PDF.")
@click.argument("file", metavar="ФАЙЛ.pdf", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Сказать, выдан ли файл этим сервисом и не изменён ли он."""
    _prepare()
    from sep.verify.checking import check

    verdict = check(file.read_bytes())
    click.echo(verdict.status.sentence)
    for one in verdict.checks:
        click.echo(f"  {'✓' if one.ok else '✗'} {one.text}")
    sys.exit(0 if verdict.is_genuine else 1)


@main.group(short_help="Медицинские организации.")
def organization() -> None:
    """Медицинские организации (МО)."""


@organization.command("add", short_help="Добавить организацию.")
@click.option("--name", required=True, help="Полное наименование: «ООО „Клиника“».")
@click.option("--short-name", required=True, help="Как назвать клинику в СМС.")
@click.option("--phone", required=True, help="Телефон, который увидит пациент.")
@click.option("--time-zone", default="Europe/Moscow", show_default=True, help="Часовой пояс.")
@click.option("--sms-sender", default="", help="Имя отправителя СМС.")
def organization_add(name: str, short_name: str, phone: str, time_zone: str, sms_sender: str) -> None:
    """Добавить организацию и показать её идентификатор МО."""
    _prepare()
    from zoneinfo import available_timezones

    from django.core.exceptions import ValidationError as DjangoValidationError
    from django.utils import timezone

    from sep.parties.models import Organization

    if time_zone not in available_timezones():
        raise click.BadParameter("нет такого часового пояса.", param_hint="--time-zone")
    added = Organization(
        name=name,
        short_name=short_name,
        phone=phone,
        time_zone=time_zone,
        sms_sender=sms_sender,
        created_at=timezone.now(),
    )
    try:
        added.clean_fields()  # SQLite would take a name that no SMS can hold
    except DjangoValidationError as error:
        field, faults = next(iter(error.message_dict.items()))
        raise click.BadParameter(faults[0], param_hint=f"--{field.replace('_', '-')}") from error
    added.save(force_insert=True)
    click.echo(f"Идентификатор МО для КЭП: {added.id}")


@main.group(short_help="Токены МИС.")
def token() -> None:
    """Авторизационные токены МИС."""


@token.command("issue", short_help="Выдать токен.")
@click.argument("organization_id", metavar="ИДЕНТИФИКАТОР_МО", type=click.UUID)
@click.option("--name", default="МИС", show_default=True, help="Кому выдан.")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 365), help="Срок в днях.")
@click.option("--allow", "networks", multiple=True, metavar="СЕТЬ", help="Разрешённая сеть, можно несколько.")
def token_issue(organization_id: str, name: str, days: int, networks: tuple[str, ...]) -> None:
    """Выдать токен; он показывается один раз."""
    _prepare()
    from django.utils import timezone

    from sep.parties import tokens
    from sep.parties.models import Organization

    owner = Organization.objects.filter(pk=organization_id).first()
    if owner is None:
        raise click.ClickException("Нет организации с таким идентификатором.")
    try:
        issued = tokens.issue(
            owner, name=name, now=timezone.now(), life=timedelta(days=days), allowed_networks=networks
        )
    except ValueError as error:
        raise click.BadParameter("это не сеть: нужно вида 10.0.0.0/24.", param_hint="--allow") from error
    click.echo(f"Авторизационный токен МИС КЭП (показан один раз): {issued}")
    click.echo(f"Номер токена для отзыва: {owner.api_keys.latest('id').pk}")


@token.command("revoke", short_help="Отозвать токен.")
@click.argument("number", metavar="НОМЕР", type=int)
def token_revoke(number: int) -> None:
    """Отозвать токен по номеру."""
    _prepare()
    from django.utils import timezone

    from sep.parties import tokens
    from sep.parties.models import ApiKey

    key = ApiKey.objects.filter(pk=number).first()
    if key is None:
        raise click.ClickException("Нет токена с таким номером.")
    tokens.revoke(key, timezone.now())
    click.echo("Токен отозван.")


@main.group("max", short_help="Бот в мессенджере MAX.")
def max_group() -> None:
    """Бот в мессенджере MAX: один на всех или свой у организации."""


@max_group.command("connect", short_help="Подключить бота.")
@click.option("--organization", "organization_id", type=click.UUID, help="Чей бот; без этого — общий.")
@click.option("--token", prompt="Токен бота", hide_input=True, help="Спрашивается, если не задан.")
def max_connect(organization_id: uuid.UUID | None, token: str) -> None:
    """Проверить токен, подписаться на обновления, записать команды бота.

    Токен: business.max.ru → Чат-боты → бот → Настройки. Бот должен пройти модерацию (до двух рабочих дней).
    """
    _prepare()
    from django.utils import timezone

    from sep.api.max_bot import app_address
    from sep.delivery.max.connection import ConnectionRefused, connect
    from sep.parties.models import Organization

    owner = None
    if organization_id is not None:
        owner = Organization.objects.filter(pk=organization_id).first()
        if owner is None:
            raise click.ClickException("Нет организации с таким идентификатором.")
    try:
        bot = connect(token, owner, timezone.now())
    except ConnectionRefused as refused:
        raise click.ClickException(refused.message) from refused
    click.echo(f"Подключён: {bot.name} ({bot.start_link()})")
    click.echo("Впишите адрес мини-приложения в настройках бота на business.max.ru:")
    click.echo(f"  {app_address(bot)}")


@max_group.command("disconnect", short_help="Отключить бота.")
@click.argument("username", metavar="ИМЯ_БОТА")
def max_disconnect(username: str) -> None:
    """Отключить бота: пациентам снова пойдут СМС."""
    _prepare()
    from django.utils import timezone

    from sep.delivery.max.connection import disconnect
    from sep.delivery.max.models import Bot

    bot = Bot.objects.filter(username=username, disconnected_at__isnull=True).first()
    if bot is None:
        raise click.ClickException("Нет подключённого бота с таким именем.")
    disconnect(bot, timezone.now())
    click.echo("Отключён.")


@max_group.command("poll", short_help="Брать обновления самим: для разработки.")
@click.argument("username", metavar="ИМЯ_БОТА")
def max_poll(username: str) -> None:
    """Опрашивать MAX вместо вебхука, пока не нажат Ctrl-C: машине разработчика не нужен внешний адрес."""
    _prepare()
    from sep.delivery.max.models import Bot
    from sep.maxbot.polling import poll

    bot = Bot.objects.filter(username=username, disconnected_at__isnull=True).first()
    if bot is None:
        raise click.ClickException("Нет подключённого бота с таким именем.")
    click.echo("Опрашиваю MAX. Ctrl-C останавливает.")
    try:
        poll(bot)
    except KeyboardInterrupt:
        click.echo("Остановлено.")


@main.group(short_help="Рабочее место клиники.")
def workplace() -> None:
    """Рабочее место клиники: /clinic/."""


@workplace.command("add", short_help="Открыть рабочее место.")
@click.option("--name", required=True, help="Короткое наименование клиники.")
@click.option("--full-name", required=True, help="Полное наименование: для печатных форм.")
@click.option("--login", required=True, help="Логин первого администратора.")
@click.option("--administrator", required=True, help="Его фамилия, имя и отчество.")
def workplace_add(name: str, full_name: str, login: str, administrator: str) -> None:
    """Открыть рабочее место с печатными формами и показать пароль администратора."""
    _prepare()
    from django.core.exceptions import ValidationError as DjangoValidationError

    from clinic.opening import open_workplace

    try:
        password = open_workplace(name, full_name, login=login, administrator=administrator)
    except DjangoValidationError as error:
        field, faults = next(iter(error.message_dict.items()))
        option = {"username": "login", "full_name": "full-name / --administrator"}.get(field, field)
        raise click.BadParameter(faults[0], param_hint=f"--{option}") from error
    click.echo(f"Пароль для «{login}» (показан один раз, при входе его нужно сменить): {password}")


@workplace.command("password", short_help="Дать новый пароль.")
@click.argument("login", metavar="ЛОГИН")
def workplace_password(login: str) -> None:
    """Дать сотруднику новый пароль, если единственный администратор потерял свой."""
    _prepare()
    from clinic.opening import give_password

    try:
        password = give_password(login)
    except LookupError as error:
        raise click.ClickException("Нет сотрудника с таким логином.") from error
    click.echo(f"Новый пароль (показан один раз, при входе его нужно сменить): {password}")


@main.group("external-cabinet", short_help="Внешний кабинет пациента.")
def external_cabinet() -> None:
    """Чужой кабинет пациента в роли нашего: docs/external-cabinet.md."""


@external_cabinet.command("add", short_help="Подключить кабинет.")
@click.option("--organization", "organization_id", type=click.UUID, help="Чей кабинет; без этого — общий.")
@click.option("--name", required=True, help="Название кабинета.")
@click.option("--webhook", required=True, help="Куда сообщать о документах: https://…")
@click.option("--origin", "origins", multiple=True, help="Чьи страницы могут показать подписание в рамке.")
def external_cabinet_add(
    organization_id: uuid.UUID | None, name: str, webhook: str, origins: tuple[str, ...]
) -> None:
    """Подключить кабинет и показать его секреты; они показываются один раз."""
    _prepare()
    import re

    from django.utils import timezone

    from sep.external_cabinet.addresses import AddressRefused, checked_address
    from sep.external_cabinet.models import ExternalCabinet, Secrets
    from sep.parties.models import Organization

    owner = None
    if organization_id is not None:
        owner = Organization.objects.filter(pk=organization_id).first()
        if owner is None:
            raise click.ClickException("Нет организации с таким идентификатором.")
    for origin in origins:  # it goes into a header: nothing but an origin
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", origin):
            raise click.BadParameter("нужно вида https://mila.example.", param_hint="--origin")
    try:
        checked_address(webhook)
    except AddressRefused as refused:
        raise click.BadParameter("нужен публичный адрес https.", param_hint="--webhook") from refused
    except OSError as error:
        raise click.BadParameter("имя не находится в DNS.", param_hint="--webhook") from error
    cabinet = ExternalCabinet(
        organization=owner, name=name, webhook=webhook, origins=list(origins), created_at=timezone.now()
    )
    made = cabinet.secrets = Secrets.new()
    cabinet.save(force_insert=True)
    click.echo(f"Идентификатор кабинета (Cabinet-Id): {cabinet.id}")
    click.echo("Секреты показаны один раз:")
    click.echo(f"  наши сообщения подписаны:  {made.outgoing}")
    click.echo(f"  подписывать запросы к нам: {made.incoming}")
    click.echo(f"  получатель по телефону:    {made.recipient}")


@external_cabinet.command("remove", short_help="Отключить кабинет.")
@click.argument("cabinet_id", metavar="ИДЕНТИФИКАТОР")
def external_cabinet_remove(cabinet_id: str) -> None:
    """Отключить кабинет: сообщений ему больше нет, его запросы не принимаются."""
    _prepare()
    from django.utils import timezone

    from sep.external_cabinet.models import ExternalCabinet

    found = ExternalCabinet.objects.filter(pk=cabinet_id, disabled_at__isnull=True)
    if not found.update(disabled_at=timezone.now()):
        raise click.ClickException("Нет подключённого кабинета с таким идентификатором.")
    click.echo("Отключён.")


@external_cabinet.command("check", short_help="Проверить связь.")
@click.argument("cabinet_id", metavar="ИДЕНТИФИКАТОР")
def external_cabinet_check(cabinet_id: str) -> None:
    """Отправить кабинету пробное сообщение и показать, что он ответил."""
    _prepare()
    from sep.external_cabinet.models import ExternalCabinet
    from sep.external_cabinet.notices import post
    from sep.parties.identifiers import new_id

    cabinet = ExternalCabinet.objects.filter(pk=cabinet_id, disabled_at__isnull=True).first()
    if cabinet is None:
        raise click.ClickException("Нет подключённого кабинета с таким идентификатором.")
    status = post(cabinet, new_id(), json.dumps({"type": "ping", "data": {}}))
    if status is None:
        raise click.ClickException("Кабинет не отвечает, или его адрес не разрешён.")
    click.echo(f"Ответ: {status}")
    sys.exit(0 if 200 <= status < 300 else 1)  # noqa: PLR2004
