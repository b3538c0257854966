"""`sep demo`: the whole service on one machine, a sample clinic, keys of its own, a phone on the screen."""

import base64
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sep.config.parentage import die_with_parent
from sep.sealing import make_development_key

_READY_WITHIN = 60.0
_POLL = 0.2
_STOP_WITHIN = 15.0
_SAMPLE_CLINIC = {
    "name": "ООО «Клиника „Рябина“»",
    "short_name": "Рябина",
    "phone": "+7 865 245-00-00",
}


ENVIRONMENT_FILE = "demo-environment.json"
"""The demo's settings, so that the other commands can work on it: `sep --demo var doctor`."""


class DemoFailed(Exception):
    """The demo cannot start; the message says what to do."""


@dataclass(frozen=True)
class _Secrets:
    """What an operator gives a real installation; here kept in the data folder, for its owner's eyes only."""

    secret_key: str
    master_key: str
    apikey: str
    callback_secret: str
    bot_token: str
    push_key: str
    seal_passphrase: str

    @classmethod
    def of(cls, data: Path) -> "_Secrets":
        path = data / "demo-secrets.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        fresh = cls(
            secret_key=secrets.token_urlsafe(48),
            master_key=base64.b64encode(secrets.token_bytes(32)).decode(),
            apikey=secrets.token_urlsafe(16),
            callback_secret=secrets.token_urlsafe(16),
            bot_token=secrets.token_urlsafe(48),
            push_key=secrets.token_urlsafe(32),
            seal_passphrase="",
        )
        made = cls(**{**fresh.__dict__, **kept})  # a demo of an earlier version lacks the newest ones
        _write_privately(path, json.dumps(made.__dict__))
        return made


def run(port: int, data: Path, *, open_browser: bool) -> None:
    """Prepare the data folder, start web and worker, print where to look, stop both at Ctrl-C.

    Raises `DemoFailed`.
    """
    _check_port(port)
    address = f"http://127.0.0.1:{port}"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = _settings(data.resolve(), address)
    _write_privately(data / ENVIRONMENT_FILE, json.dumps(settings))
    environment = {**os.environ, **settings}
    os.environ.update(environment)
    print("Готовлю базу данных и учебную клинику…", flush=True)
    _prepare(data, address)
    command = [sys.executable, "-m", "sep.config"]
    processes = {
        "веб": _start([*command, "web", "--port", str(port)], environment),
        "обработчик": _start([*command, "worker"], environment),
    }
    stopping = _Stop()
    try:
        _wait_until_ready(address, processes, stopping)
        if not stopping.asked:
            _connect_bot()
            _tell(address, data)
            if open_browser:
                webbrowser.open(address)
        while not stopping.asked:
            for name, process in processes.items():
                if process.poll() is not None:
                    raise DemoFailed(f"Процесс «{name}» остановился. Его сообщения — выше.")
            time.sleep(_POLL)
    finally:
        _stop(processes.values())
    print("Остановлено. Данные сохранены.")


def _start(command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    dying_with_us = partial(die_with_parent, os.getpid())
    return subprocess.Popen(command, env=environment, preexec_fn=dying_with_us)  # noqa: PLW1509, S603  no threads yet; ourselves


def _write_privately(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


class _Stop:
    """Remembers Ctrl-C or SIGTERM."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoFailed(
                f"Порт {port} занят. Остановите то, что на нём работает, или выберите другой:"
                f" make run PORT={port + 1 if port < 65535 else 8000}"  # noqa: PLR2004  the last port
            ) from error


def _settings(data: Path, address: str) -> dict[str, str]:
    own = _Secrets.of(data)
    seal = data / "demo-seal.p12"
    if not seal.exists():
        seal.touch(mode=0o600)
        seal.write_bytes(make_development_key(_SAMPLE_CLINIC["name"]))
    return {
        "DJANGO_SETTINGS_MODULE": "sep.config.settings",
        "SEP_CONTOUR": "test",
        "SEP_DATA": str(data),
        "SEP_ADDRESS": address,
        "SEP_SECRET_KEY": own.secret_key,
        "SEP_MASTER_KEY": own.master_key,
        "SEP_SEAL_PKCS12": str(seal),
        "SEP_SIMULATOR": "true",
        "SEP_SIMULATOR_BOT_TOKEN": own.bot_token,
        "SEP_PUSH_PRIVATE_KEY": own.push_key,
        "SEP_PUSH_CONTACT": "demo@example.org",
        "SEP_MAX_API": f"{address}/phone/max/bot",
        "SEP_MAX_BRIDGE": f"{address}/phone/max/bridge.js",
        "SEP_MAX_HOSTS": json.dumps([address]),
        "SEP_METRICS": "true",
        "SEP_LOG_FORMAT": "console",
        "SEP_SMS_GATEWAYS": '["smsc"]',
        "SEP_SMSC": json.dumps(
            {
                "apikey": own.apikey,
                "callback_secret": own.callback_secret,
                "base_url": f"{address}/phone/smsc",
            }
        ),
    }


def _prepare(data: Path, address: str) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from sep.config.installation import migrate
    from sep.parties import tokens
    from sep.parties.models import Organization

    migrate()
    path = data / "demo.json"
    known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    clinic = Organization.objects.order_by("created_at").first()
    is_first_start = clinic is None
    if clinic is None:
        clinic = Organization.objects.create(**_SAMPLE_CLINIC, created_at=timezone.now())
        known = {}
    token = known.get("token") or tokens.issue(clinic, name="Учебная МИС", now=timezone.now())
    described = {
        "address": f"{address}/sep/api",
        "token": token,
        "idLpu": str(clinic.id),
        "workplace": _workplace(address, token, str(clinic.id), known.get("workplace")),
        "phone": f"{address}/phone/",
        "cabinet": f"{address}/cabinet/",
        "docs": f"{address}/sep/api/v1/docs",
    }
    if is_first_start:
        _conclude_agreements(clinic)
    _write_privately(path, json.dumps(described, ensure_ascii=False, indent=2) + "\n")
    _write_samples(data)


def _conclude_agreements(organization: Any) -> None:
    """Do what a real clinic does before its first consent: accept SMS for it, and agree with its patients."""
    from django.db import transaction
    from django.utils import timezone

    from clinic import sample
    from clinic.institution.models import Institution
    from sep.ceremony import invitation
    from sep.parties import policy
    from sep.parties.agreements import Concluded
    from sep.parties.methods import Method
    from sep.parties.person import Person

    now = timezone.now()
    administrator = sample.ACCOUNTS[0]
    accepted_by = f"{administrator.full_name}, {administrator.role.label.lower()}"
    with transaction.atomic():
        sample.make_youth(Institution.objects.get())
        for kind in ("consent", "refusal"):
            policy.accept_weaker(organization, kind, Method.SMS_CODE, accepted_by=accepted_by, now=now)
        for number, person in enumerate(sample.people_with_phones(), 1):
            made = Concluded(
                number=f"П-{number}",
                concluded_on=timezone.localdate(),
                registered_by=sample.ACCOUNTS[1].full_name,
                identity_checked_by=sample.ACCOUNTS[1].full_name,
            )
            told = Person(
                person.family, person.given, person.patronymic, person.birth_date, phone=person.phone
            )
            invitation.register(organization, told, made, now)


def _connect_bot() -> None:
    """Connect the simulator's bot as an administrator would; it answers only once the web process is up."""
    from django.conf import settings
    from django.utils import timezone

    from sep.delivery.max.connection import ConnectionRefused, connect

    try:
        connect(settings.ENVIRONMENT.simulator_bot_token.get_secret_value(), None, timezone.now())
    except ConnectionRefused as refused:
        raise DemoFailed(f"Учебный бот MAX не подключился. {refused.message}") from refused


def _workplace(address: str, token: str, id_lpu: str, known: dict[str, Any] | None) -> dict[str, Any]:
    """Make the sample clinic's workplace, connected to this service, and tell how to sign in."""
    from clinic import sample

    password = known["accounts"][0]["password"] if known else secrets.token_urlsafe(9)
    institution = sample.make(password)
    institution.service_address = f"{address}/sep/api"
    institution.id_lpu = id_lpu
    institution.set_token(token)
    institution.save(update_fields=["service_address", "id_lpu", "token_sealed"])
    accounts = [
        {"role": account.role.value, "login": account.login, "password": password}
        for account in sample.ACCOUNTS
    ]
    return {"url": f"{address}/clinic/", "accounts": accounts}


def _write_samples(data: Path) -> None:
    from django.utils import timezone

    from sep.samples import adult_consent, adult_contract, render

    today = timezone.localdate()
    for name, filled in (("consent", adult_consent(today)), ("contract", adult_contract(today))):
        (data / f"{name}.pdf").write_bytes(render(name, filled))


def _wait_until_ready(address: str, processes: dict[str, "subprocess.Popen[bytes]"], stop: _Stop) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while not stop.asked:
        for name, process in processes.items():
            if process.poll() is not None:
                raise DemoFailed(f"Процесс «{name}» не запустился. Его сообщения — выше.")
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310  our own address
                if answer.status == 200:  # noqa: PLR2004  HTTP
                    return
        except (urllib.error.URLError, OSError):
            pass  # not yet: asked again below
        if time.monotonic() > deadline:
            raise DemoFailed(f"Сервис не ответил за {_READY_WITHIN:.0f} секунд: {address}/readyz")
        time.sleep(_POLL)


def _tell(address: str, data: Path) -> None:
    width = shutil.get_terminal_size().columns
    print("─" * min(width, 78))
    print(f"СЭП запущен: {address}")
    print(f"  Рабочее место       {address}/clinic/  (имена и пароль — в {data / 'demo.json'})")
    print(f"  Телефон пациента    {address}/phone/")
    print(f"  Кабинет пациента    {address}/cabinet/")
    print(f"  Описание API        {address}/sep/api/v1/docs")
    print(f"  Проверка документа  {address}/verify")
    print(f"  Настройки для МИС   {data / 'demo.json'}")
    print("Попробуйте:")
    print(
        f"  .venv/bin/sep send {data}/consent.pdf --to +79161234567 --type consent"
        f" --name 'Согласие на телемедицинскую консультацию' --demo {data}/demo.json --wait"
    )
    print("Тестовый контур — юридической силы нет. Ctrl-C останавливает всё.")
    print("─" * min(width, 78), flush=True)


def _stop(processes: Any) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + _STOP_WITHIN
    for process in processes:
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
