"""`sep doctor`: what is wrong is named with what to do, and one trouble does not hide another."""

import sys
from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.utils import timezone

from sep.ceremony.seal_key import seal_key
from sep.config import doctor
from sep.config.cli import main
from sep.delivery.gateways import gateways
from sep.documents.pdf.protection import Protection, protection
from sep.jobs import enqueue, job
from sep.jobs.models import WorkerHeartbeat
from sep.jobs.testing import drain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh():
    yield
    seal_key.cache_clear()
    gateways.cache_clear()


@pytest.fixture
def installation(settings):
    def change(**changes):
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update=changes)
        seal_key.cache_clear()
        gateways.cache_clear()

    return change


@pytest.fixture
def worker():
    return WorkerHeartbeat.objects.create(executor_id="w", beat_at=Now())


def line(subject):
    return next((each.fine, each.message) for each in doctor.examine() if each.subject == subject)


def bad():
    return {finding.subject for finding in doctor.examine() if not finding.fine}


def test_whole_installation_is_fine(worker):
    assert bad() == set()
    answer = CliRunner().invoke(main, ["doctor"])
    assert answer.exit_code == 0, answer.output
    assert all(each.startswith("ок ") for each in answer.output.splitlines())


def test_one_trouble_is_enough_for_the_exit_code_and_hides_nothing():
    answer = CliRunner().invoke(main, ["doctor"])
    assert answer.exit_code == 1
    lines = answer.output.splitlines()
    assert len(lines) == len(list(doctor.examine()))
    assert [each for each in lines if each.startswith("ПЛОХО")] == [
        "ПЛОХО  Обработчик: не подаёт признаков жизни; запустите «sep worker»"
    ]


def test_test_contour_says_that_it_has_no_legal_force():
    assert line("Настройки") == (
        True,
        "тестовый контур (юридической силы нет), адрес http://testserver",
    )


def test_database_that_does_not_answer_is_told_and_the_rest_is_still_examined(monkeypatch):
    def unreachable(*_):
        raise DatabaseError

    for place in ("MigrationExecutor", "worker_alive"):
        monkeypatch.setattr(doctor, place, unreachable)
    assert line("База данных") == (
        False,
        "нет связи с базой данных; проверьте SEP_DATABASE_URL и что сервер запущен",
    )
    assert line("Обработчик") == (False, "не видно: нет базы данных")
    assert line("Печать")[0]


def test_tables_of_an_older_version_ask_for_migrate():
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name, applied FROM django_migrations WHERE app = 'parties'")
        rows = cursor.fetchall()
        cursor.execute("DELETE FROM django_migrations WHERE app = 'parties'")
        try:
            assert line("База данных") == (False, "таблицы старой версии; выполните «sep migrate»")
        finally:
            for row in rows:
                cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)


def test_missing_seal_is_told(installation):
    installation(seal_pkcs12=None)
    fine, message = line("Печать")
    assert not fine
    assert "SEP_SEAL_PKCS12" in message


def test_seal_that_cannot_be_read_is_told(installation, tmp_path):
    installation(seal_pkcs12=tmp_path / "absent.p12")
    assert line("Печать") == (False, "файл из SEP_SEAL_PKCS12 не читается; проверьте путь и права")


def test_file_that_is_no_key_is_told(installation, tmp_path):
    path = tmp_path / "key.p12"
    path.write_bytes(b"not a key")
    installation(seal_pkcs12=path)
    fine, message = line("Печать")
    assert not fine
    assert any("а" <= letter <= "я" for letter in message)


def test_expired_seal_is_told_with_its_day(installation):
    expired = seal_key().not_after + timedelta(days=1)
    with time_machine.travel(expired, tick=False):
        fine, message = line("Печать")
    assert not fine
    assert "истёк" in message


def test_development_seal_is_named_and_refused_in_production(installation):
    assert line("Печать") == (True, "учебный ключ: печать никому, кроме этого сервиса, не известна")
    installation(contour="production")
    fine, message = line("Печать")
    assert not fine
    assert "Учебным ключом" in message


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"sms_gateways": []}, "шлюзов нет; перечислите их в SEP_SMS_GATEWAYS"),
        ({"sms_gateways": ["carrier-pigeon"]}, "Неизвестный SMS-шлюз «carrier-pigeon»"),
        ({"sms_gateways": ["smsc"], "smsc": {}}, "нужен apikey или login с password"),
    ],
)
def test_gateways_that_cannot_work_are_told(installation, changes, told):
    installation(**changes)
    fine, message = line("СМС")
    assert not fine
    assert told in message


def test_gateways_are_named_in_their_order(installation):
    installation(sms_gateways=["smsc", "console"], smsc={"apikey": "k3y"})
    assert line("СМС") == (True, "шлюзы по порядку: smsc, console")
    assert "k3y" not in str(list(doctor.examine()))


def test_worker_that_fell_silent_is_told(worker):
    assert line("Обработчик") == (True, "работает, ошибок нет")
    WorkerHeartbeat.objects.update(beat_at=timezone.now() - timedelta(minutes=5))
    assert line("Обработчик")[0] is False


@job("tests.hopeless")
def hopeless() -> None:
    raise ValueError


def test_failed_jobs_are_counted(worker):
    enqueue(hopeless)
    with pytest.raises(ValueError):
        drain()
    assert line("Обработчик") == (False, "работает, но заданий с ошибкой: 1; смотрите журнал обработчика")


def test_it_tells_what_the_kernel_grants_to_the_reading_of_strangers_files(installation, monkeypatch):
    def said():
        return next(found.message for found in doctor.examine() if found.subject == "Разбор PDF")

    if sys.platform == "linux":
        assert protection().system_calls
    monkeypatch.setattr(doctor, "protection", lambda: Protection(files=True, system_calls=True))
    assert "без файлов" in said()
    monkeypatch.setattr(doctor, "protection", lambda: Protection(files=False, system_calls=True))
    assert "Landlock" in said()
    assert "seccomp" not in said()
