"""`sep send`: send one PDF to be signed, from a terminal or a script."""

import hashlib
import hmac
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import click
from pydantic import ValidationError

from sep_client.client import STILL_WAITING, SepClient
from sep_client.errors import (
    Conflict,
    ConnectionFailed,
    Forbidden,
    Invalid,
    RateLimited,
    SepError,
    ServerError,
    Timeout,
    Unauthorized,
)
from sep_client.models import Content, Document, NewAgreement, NewDocument, Patient, Signer, StatusCode
from sep_client.settings import Settings, read_demo

_DEMO_FILE: Final = Path("var/demo.json")
_SAMPLE_PHONE: Final = "9161234567"
_SAMPLE_NAME: Final[dict[str, str]] = {"family": "Иванова", "given": "Мария", "patronymic": "Петровна"}
_SAMPLE_BIRTH_DATE: Final = datetime(1954, 3, 14)  # noqa: DTZ001  a birthday has no zone
_CHANNELS: Final = {"max": "MAX", "sms": "СМС", "cabinet": "личный кабинет"}

EXIT_UNEXPECTED: Final = 1
EXIT_USAGE: Final = 2
EXIT_NO_ANSWER: Final = 3
EXIT_NO_ACCESS: Final = 4
EXIT_REFUSED: Final = 5
EXIT_NOT_SIGNED: Final = 6

_EXITS: Final[tuple[tuple[type[SepError], int], ...]] = (
    (ConnectionFailed, EXIT_NO_ANSWER),
    (RateLimited, EXIT_NO_ANSWER),
    (ServerError, EXIT_NO_ANSWER),
    (Unauthorized, EXIT_NO_ACCESS),
    (Forbidden, EXIT_NO_ACCESS),
    (Invalid, EXIT_REFUSED),
    (Conflict, EXIT_REFUSED),
)

_DATE = click.DateTime(formats=["%d.%m.%Y", "%Y-%m-%d"])


def _full_name(text: str) -> dict[str, str]:
    """Split «Фамилия Имя Отчество»; a patronymic of several words stays whole."""
    parts = text.split(maxsplit=2)
    if len(parts) < 2:  # noqa: PLR2004  family and given name
        raise click.BadParameter("нужны хотя бы фамилия и имя.")
    return dict(zip(("family", "given", "patronymic"), parts, strict=False))


@click.command("send", short_help="Отправить PDF на подпись.")
@click.argument("file", metavar="ФАЙЛ.pdf", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "phone", required=True, metavar="+79…", help="Телефон получателя.")
@click.option(
    "--name", required=True, metavar="НАЗВАНИЕ", help="Название документа, как его увидит получатель."
)
@click.option("--type", "kind", required=True, metavar="ТИП", help="Тип документа: consent, contract, act…")
@click.option("--patient", type=_full_name, metavar="ФИО", help="Пациент: «Фамилия Имя Отчество».")
@click.option("--birth-date", type=_DATE, metavar="ДД.ММ.ГГГГ", help="Дата рождения пациента.")
@click.option(
    "--patient-id", metavar="НОМЕР", help="Номер пациента в МИС; без него вычисляется по ФИО и дате рождения."
)
@click.option(
    "--representative", type=_full_name, metavar="ФИО", help="Законный представитель: он и подпишет."
)
@click.option("--representative-birth-date", type=_DATE, metavar="ДД.ММ.ГГГГ", help="Его дата рождения.")
@click.option(
    "--relation", metavar="КТО", help="Кем приходится: mother, father, guardian, trustee, adoptive_parent."
)
@click.option("--basis", metavar="ДОКУМЕНТ", help="Документ, по которому он представляет пациента.")
@click.option("--in-medical-record", is_flag=True, help="Сведения о представителе есть в медкарте.")
@click.option(
    "--agreement",
    metavar="НОМЕР",
    help="Номер соглашения о простой подписи, подписанного с получателем на бумаге сегодня. Без него и без"
    " действующего соглашения получатель сначала подпишет соглашение — первым документом.",
)
@click.option(
    "--id", "id_document_mis", metavar="НОМЕР", help="Номер документа в МИС; без него создаётся случайный."
)
@click.option("--wait", is_flag=True, help="Ждать подписи и показывать, что происходит.")
@click.option(
    "--wait-minutes",
    metavar="МИНУТ",
    type=click.IntRange(1, 1440),
    default=15,
    help="Сколько ждать; обычно 15.",
)
@click.option(
    "--save",
    metavar="ПОДПИСАН.pdf",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Дождаться подписи и сохранить подписанный PDF.",
)
@click.option("--address", metavar="АДРЕС", envvar="SEP_ADDRESS", help="Адрес сервиса. Или SEP_ADDRESS.")
@click.option(
    "--token", metavar="ТОКЕН", envvar="SEP_TOKEN", help="Авторизационный токен МИС. Лучше в SEP_TOKEN."
)
@click.option("--id-lpu", metavar="НОМЕР", envvar="SEP_ID_LPU", help="Идентификатор МО. Или SEP_ID_LPU.")
@click.option(
    "--demo",
    metavar="ФАЙЛ",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Взять адрес, токен и МО у «sep demo»; без настроек берётся {_DEMO_FILE}, если он есть.",
)
def send(
    *,
    file: Path,
    phone: str,
    name: str,
    kind: str,
    patient: dict[str, str] | None,
    birth_date: datetime | None,
    patient_id: str | None,
    representative: dict[str, str] | None,
    representative_birth_date: datetime | None,
    relation: str | None,
    basis: str | None,
    in_medical_record: bool,
    agreement: str | None,
    id_document_mis: str | None,
    wait: bool,
    wait_minutes: int,
    save: Path | None,
    address: str | None,
    token: str | None,
    id_lpu: str | None,
    demo: Path | None,
) -> None:
    """Отправить PDF на подпись получателю с телефоном --to.

    \b
    Пример:
      sep send согласие.pdf --to +79161234565 --type consent \\
        --name "ИДС на телемедицинскую консультацию" \\
        --patient "Иванова Мария Петровна" --birth-date 14.03.1954 --save подписано.pdf

    Код из СМС становится подписью по соглашению клиники с этим человеком. Если оно заключено на бумаге
    сегодня, назовите его номер в --agreement. Если соглашения ещё нет, сервис поставит его первым документом
    по той же ссылке; если клиника заключает соглашения только заранее, документ не будет принят.

    Код выхода: 0 — отправлено (с --wait и --save — подписано), 2 — неверная команда, 3 — сервис не ответил,
    4 — нет доступа, 5 — данные не приняты, 6 — документ не подписан.
    """  # noqa: D301  click reads \b
    connection = _settings(address, token, id_lpu, demo)
    if patient is None and connection.demo is not None:
        patient, birth_date = _sample_person(phone), _SAMPLE_BIRTH_DATE
        click.echo(f"Пациент не указан, взят вымышленный: {' '.join(patient.values())}")
    if patient is None or birth_date is None:
        raise click.UsageError("Укажите пациента и его дату рождения: --patient и --birth-date.")
    with _errors_for_people(), _client(connection.settings) as sep:
        created = sep.create_document(
            NewDocument(
                id_document_mis=id_document_mis or f"CLI-{uuid.uuid4()}",
                name=name,
                type=kind,
                patient=Patient(
                    id_patient_mis=patient_id or _patient_id(connection.settings, patient, birth_date),
                    birth_date=birth_date.date(),
                    **patient,
                ),
                signer=_signer(
                    phone=phone,
                    representative=representative,
                    birth_date=representative_birth_date,
                    relation=relation,
                    basis=basis,
                    in_medical_record=in_medical_record,
                    agreement=None
                    if agreement is None
                    else NewAgreement(number=agreement, concluded_on=datetime.now().astimezone().date()),
                ),
                content=Content(data=file.read_bytes()),
            )
        )
        click.echo(f"Документ {created.id_document}, номер в МИС {created.id_document_mis}")
        if connection.demo is not None:
            click.echo(f"Телефон получателя на экране: {connection.demo.get('phone', '')}")
        if wait or save:
            _watch(sep, created, wait_minutes * 60, save)
        else:
            click.echo(_step(created))


@dataclass(frozen=True)
class _Connection:
    settings: Settings
    demo: Mapping[str, object] | None = None


def _settings(address: str | None, token: str | None, id_lpu: str | None, demo: Path | None) -> _Connection:
    """Take the settings from options and variables, the named demo, or the demo of this folder.

    SEP_ADDRESS alone decides nothing: on the service's own machine it is the service's setting as well.
    """
    with _errors_for_people():
        if demo is None and address and token and id_lpu:
            return _Connection(Settings.tolerant(address, token, id_lpu))
        if demo is None and not (token or id_lpu) and _DEMO_FILE.exists():
            demo = _DEMO_FILE
        if demo is None:
            raise click.UsageError("Укажите адрес, токен и МО: --address, --token, --id-lpu — или --demo.")
        return _Connection(Settings.from_demo(demo), read_demo(demo))


def _client(settings: Settings) -> SepClient:
    return SepClient(settings.address, settings.token, settings.id_lpu)


def _sample_person(phone: str) -> dict[str, str]:
    """Return the invented person of a phone: an agreement on signing knows a person by one phone."""
    digits = "".join(letter for letter in phone if letter.isdecimal())
    if digits.endswith(_SAMPLE_PHONE):
        return _SAMPLE_NAME
    return {"family": f"Пробная-{digits[-4:]}", "given": "Вера", "patronymic": "Ивановна"}


def _patient_id(settings: Settings, patient: Mapping[str, str], birth_date: datetime) -> str:
    """Return the same id for the same person, from which nobody without the token can guess who it is."""
    person = "|".join([*patient.values(), birth_date.date().isoformat()]).casefold()
    return f"CLI-{hmac.new(settings.token.encode(), person.encode(), hashlib.sha256).hexdigest()[:24]}"


def _signer(
    *,
    phone: str,
    representative: Mapping[str, str] | None,
    birth_date: datetime | None,
    relation: str | None,
    basis: str | None,
    in_medical_record: bool,
    agreement: NewAgreement | None,
) -> Signer:
    if representative is None:
        return Signer(role="patient", phone=phone, agreement=agreement)
    if birth_date is None or relation is None:
        raise click.UsageError("Укажите о представителе: --representative-birth-date и --relation.")
    return Signer(
        role="representative",
        phone=phone,
        birth_date=birth_date.date(),
        relation=relation,
        basis=basis,
        in_medical_record=in_medical_record,
        agreement=agreement,
        **representative,
    )


def _watch(sep: SepClient, created: Document, seconds: float, save: Path | None) -> None:
    """Show each step; at the end save the signed PDF or leave with `EXIT_NOT_SIGNED`."""
    last, told = created, ""
    try:
        for last in sep.follow(created.id_document, timeout=seconds, every=1.0):
            step = _step(last)
            if step != told:
                click.echo(step)
            told = step
    except Timeout as error:
        if error.code != STILL_WAITING:
            raise
        raise _Failure(error.message, EXIT_NOT_SIGNED) from error
    if last.status.code != StatusCode.SIGNED:
        raise _Failure("Документ не подписан.", EXIT_NOT_SIGNED)
    if save is not None:
        save.write_bytes(sep.signed(last.id_document))
        click.echo(f"Подписанный документ сохранён: {save}")


def _step(document: Document) -> str:
    """One line for the screen: the time of the step and what has happened."""
    status, delivery = document.status, document.delivery
    moment, words = status.date_time, status.display
    if status.code == StatusCode.SENT and document.viewed_at is not None:
        moment, words = document.viewed_at, "Получатель открыл документ"
    elif status.code == StatusCode.SENT and delivery is not None and delivery.channel:
        channel = _CHANNELS.get(delivery.channel, delivery.channel)
        words = f"{words} — {channel} {delivery.phone or ''}".rstrip()
        if delivery.state == "delivered":
            words += ", доставлено"
    if status.reason:
        words += f" ({status.reason})"
    return f"{moment.astimezone():%H:%M:%S}  {words}"


class _Failure(click.ClickException):
    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click reads it so

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file or sys.stderr)


@contextmanager
def _errors_for_people() -> Iterator[None]:
    """Turn an error into sentences on stderr and a code of exit."""
    try:
        yield
    except ValidationError as error:
        wrong = ", ".join(".".join(str(part) for part in each["loc"]) for each in error.errors())
        raise _Failure(f"Неверные данные: {wrong}.", EXIT_USAGE) from error
    except SepError as error:
        lines = [error.message]
        if isinstance(error, Invalid):
            lines += [f"  {each.path}: {each.message}" for each in error.errors if each.message not in lines]
        if isinstance(error, ServerError) and error.request_id:
            lines.append(f"  Номер запроса: {error.request_id}")
        exit_code = next((code for kind, code in _EXITS if isinstance(error, kind)), EXIT_UNEXPECTED)
        raise _Failure("\n".join(lines), exit_code) from error
