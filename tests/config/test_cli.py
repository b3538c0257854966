"""The operator's commands: what they refuse, and how they say it."""

import stat

import pytest
from click.testing import CliRunner

from clinic.forms.models import PrintForm
from clinic.institution.models import Institution
from clinic.staff.models import User
from sep.config.cli import main
from sep.config.environment import Environment
from sep.parties.models import Organization

pytestmark = pytest.mark.django_db(transaction=True)

CLINIC = {"--name": "ООО «Клиника»", "--short-name": "Клиника", "--phone": "+7 865 245-00-00"}


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def add(**changes):
    options = {**CLINIC, **{f"--{name.replace('_', '-')}": value for name, value in changes.items()}}
    return run("organization", "add", *[part for pair in options.items() for part in pair])


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("short_name", "Ю" * 61),
        ("short_name", ""),
        ("name", "Ю" * 301),
        ("phone", "1" * 41),
        ("sms_sender", "TWELVELETTERS"),
        ("time_zone", "Moscow"),
    ],
)
def test_organization_that_no_message_could_name_is_refused(option, value):
    answer = add(**{option: value})
    assert answer.exit_code == 2
    assert f"--{option.replace('_', '-')}" in answer.output
    assert not Organization.objects.exists()


def test_organization_at_the_edge_of_every_limit_is_added():
    assert add(short_name="Ю" * 60, name="Ю" * 300, sms_sender="ELEVENCHARS").exit_code == 0
    assert Organization.objects.get().short_name == "Ю" * 60


def test_unknown_organization_gets_no_token():
    answer = run("token", "issue", "00000000-0000-4000-8000-000000000000")
    assert answer.exit_code == 1
    assert "Нет организации" in answer.output


@pytest.mark.parametrize("days", ["0", "366", "много"])
def test_token_for_longer_than_a_year_is_refused(days):
    add()
    assert run("token", "issue", str(Organization.objects.get().id), "--days", days).exit_code == 2


def test_development_key_is_its_owner_s_alone_and_is_never_overwritten(tmp_path):
    path = tmp_path / "seal.p12"
    assert run("development-key", str(path)).exit_code == 0
    made = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run("development-key", str(path)).exit_code != 0
    assert path.read_bytes() == made


def test_settings_that_are_missing_are_named_all_at_once(monkeypatch):
    for name in ("SEP_SECRET_KEY", "SEP_MASTER_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setattr("sep.config.environment.environment", Environment)
    answer = run("doctor")
    assert answer.exit_code == 2
    assert answer.output.splitlines() == ["SEP_SECRET_KEY: не задано", "SEP_MASTER_KEY: не задано"]


def test_demo_folder_in_which_nothing_ran_is_told(tmp_path):
    answer = run("--demo", str(tmp_path), "doctor")
    assert answer.exit_code == 2
    assert "здесь не запускалась sep demo" in answer.output


WORKPLACE = (
    "--name",
    "Рябина",
    "--full-name",
    "ООО «Рябина»",
    "--administrator",
    "Рябинина Елена Викторовна",
)


def test_a_workplace_is_opened_with_forms_and_an_administrator_who_must_change_his_password():
    answer = run("workplace", "add", *WORKPLACE, "--login", "elena")
    assert answer.exit_code == 0, answer.output
    password = answer.output.split()[-1]
    account = User.objects.get(username="elena")
    assert account.check_password(password)
    assert account.must_change_password
    assert account.rights["edit_settings"]
    assert PrintForm.objects.filter(institution=account.institution, code="ИКА.0208").exists()


@pytest.mark.parametrize("login", ["elena", "ELENA", "", "два слова"])
def test_a_login_that_is_taken_or_no_login_opens_nothing(login):
    run("workplace", "add", *WORKPLACE, "--login", "elena")
    answer = run("workplace", "add", *WORKPLACE, "--login", login)
    assert answer.exit_code == 2
    assert "--login" in answer.output
    assert Institution.objects.count() == 1


def test_a_lost_password_is_replaced():
    run("workplace", "add", *WORKPLACE, "--login", "elena")
    answer = run("workplace", "password", "elena")
    assert User.objects.get(username="elena").check_password(answer.output.split()[-1])
    assert run("workplace", "password", "nobody").exit_code == 1
