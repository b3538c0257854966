"""Signing in: the password, the second step, the lock-out, and what the log tells about it."""

import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from structlog.testing import capture_logs

from clinic.staff.models import User
from sep.config import settings as installed
from tests.clinic.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/clinic/account/login/"
NEW_PASSWORD = "тихий-омут-и-лес-44"


@pytest.fixture(autouse=True)
def fresh_counters(clinic):
    cache.clear()


def sign_in(login, password, browser=None, address="192.0.2.7"):
    browser = browser or Client(REMOTE_ADDR=address)
    return browser.post(LOGIN, {"login": login, "password": password}), browser


def code_of(secret):
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


@pytest.fixture
def protected(at_desk):
    """The registrar with an authenticator app: her browser, her secret, her recovery codes."""
    browser = at_desk("registrar")
    browser.post("/clinic/account/reauthenticate/", {"password": PASSWORD})
    page = browser.get("/clinic/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    answer = browser.post("/clinic/account/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/clinic/account/2fa/recovery-codes/"
    codes = browser.get(answer.headers["Location"]).context["unused_codes"]
    cache.clear()
    return browser, secret, codes


def test_the_right_password_opens_the_workplace(clinic):
    answer, browser = sign_in("Registrar", PASSWORD)
    assert answer.headers["Location"] == "/clinic/"
    assert browser.get("/clinic/").status_code == 200
    cookie = browser.cookies["staff"]
    assert cookie["httponly"]
    assert not cookie["expires"]  # a desk is shared: the session ends with the browser


def test_leaving_ends_the_session(at_desk):
    browser = at_desk("registrar")
    assert "Выйти?" in browser.get("/clinic/account/logout/").content.decode()
    browser.post("/clinic/account/logout/")
    assert browser.get("/clinic/").status_code == 302


def test_a_wrong_login_and_a_wrong_password_look_the_same(clinic):
    unknown, _ = sign_in("nobody", PASSWORD)
    wrong, _ = sign_in("registrar", "не тот пароль вовсе")
    told = "Логин или пароль не подходит."
    assert told in unknown.content.decode()
    assert told in wrong.content.decode()
    assert unknown.status_code == wrong.status_code == 200


@pytest.mark.parametrize("login", ["registrar", "nobody"])
def test_five_wrong_passwords_close_the_door_for_a_quarter_of_an_hour(login):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for wrong in range(5):
            answer, _ = sign_in(login if wrong % 2 else f" {login.upper()} ", f"неверно-{wrong}")
        assert answer.status_code == 429
        assert "Вход приостановлен на" in answer.content.decode().replace("&nbsp;", " ")
        answer, _ = sign_in(login, PASSWORD)
        assert answer.status_code == 429  # even the right one, so a guess is not told
        elsewhere, _ = sign_in(login, PASSWORD, address="192.0.2.8")
        assert elsewhere.status_code == (302 if login == "registrar" else 200)
        clock.shift(15 * 60 + 1)
        cache.clear()
        answer, _ = sign_in(login, PASSWORD)
        assert answer.status_code == (302 if login == "registrar" else 200)


def test_a_right_password_forgets_the_wrong_ones_before_it():
    for _ in range(2):
        for wrong in range(4):
            sign_in("doctor", f"неверно-{wrong}")
        cache.clear()
        answer, _ = sign_in("doctor", PASSWORD)
        assert answer.status_code == 302


def test_the_second_step_asks_for_a_code(protected):
    _, secret, _ = protected
    answer, browser = sign_in("registrar", PASSWORD)
    assert answer.headers["Location"] == "/clinic/account/2fa/authenticate/"
    assert "Второй шаг входа" in browser.get(answer.headers["Location"]).content.decode()
    assert browser.get("/clinic/").status_code == 302  # the password alone opens nothing
    wrong = browser.post("/clinic/account/2fa/authenticate/", {"code": "000000"})
    assert "Код не подходит." in wrong.content.decode()
    cache.clear()  # the same code within its half a minute was used at activation
    with time_machine.travel(time.time() + 60):
        right = browser.post("/clinic/account/2fa/authenticate/", {"code": code_of(secret)})
    assert right.headers["Location"] == "/clinic/"
    assert browser.get("/clinic/").status_code == 200


def test_a_recovery_code_opens_once(protected):
    _, _, codes = protected
    for status in (302, 200):
        _, browser = sign_in("registrar", PASSWORD)
        assert browser.post("/clinic/account/2fa/authenticate/", {"code": codes[0]}).status_code == status


def test_codes_cannot_be_guessed_at_length(protected):
    _, secret, _ = protected
    _, browser = sign_in("registrar", PASSWORD)
    for guess in range(10):
        browser.post("/clinic/account/2fa/authenticate/", {"code": f"{guess:06}"})
    with time_machine.travel(time.time() + 60):
        answer = browser.post("/clinic/account/2fa/authenticate/", {"code": code_of(secret)})
    assert answer.status_code == 200
    assert "Слишком много попыток" in answer.content.decode()


def test_secrets_of_the_second_step_are_not_kept_in_clear(protected):
    _, secret, codes = protected
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_changing_the_protection_asks_who_is_there(at_desk):
    browser = at_desk("doctor")
    for page in ("totp/activate/", "webauthn/add/", "recovery-codes/generate/"):
        answer = browser.get(f"/clinic/account/2fa/{page}")
        assert answer.status_code == 302, page
        assert "reauthenticate" in answer.headers["Location"], page


def test_pages_of_the_protection_are_in_russian(protected):
    browser, _, _ = protected
    for page in (
        "",
        "recovery-codes/",
        "recovery-codes/generate/",
        "totp/deactivate/",
        "webauthn/",
        "webauthn/add/",
    ):
        answer = browser.get(f"/clinic/account/2fa/{page}", follow=True)
        assert answer.status_code == 200, page
        assert "<h1" in answer.content.decode()
        for english in ("Two-Factor", "Security Key", "Recovery Codes", "Authenticator App", "Sign In"):
            assert english not in answer.content.decode(), (page, english)


@pytest.mark.parametrize(
    ("password", "told"),
    [
        ("короткий", "12"),
        ("123456789012345", "цифр"),
        ("registrar1234", "похож"),
        ("password1234", "распростран"),
    ],
)
def test_a_weak_password_is_refused(at_desk, password, told):
    answer = at_desk("registrar").post(
        "/clinic/account/password/change/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )
    assert answer.status_code == 200
    assert told in "".join(answer.context["form"].errors["password1"])


def test_passwords_are_kept_under_scrypt(at_desk, settings):
    settings.PASSWORD_HASHERS = [*installed.PASSWORD_HASHERS, *settings.PASSWORD_HASHERS]
    at_desk("registrar").post(
        "/clinic/account/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    account = User.objects.get(username="registrar")
    assert account.password.startswith("scrypt$")
    assert account.check_password(NEW_PASSWORD)


def test_a_given_password_must_be_changed_before_anything_else(at_desk):
    User.objects.filter(username="doctor").update(must_change_password=True)
    browser = at_desk("doctor")
    assert browser.get("/clinic/").headers["Location"] == "/clinic/account/password/change/"
    htmx = browser.get("/clinic/patients/", headers={"HX-Request": "true"})
    assert htmx.headers["HX-Redirect"] == "/clinic/account/password/change/"
    assert "Придумайте свой пароль" in browser.get("/clinic/account/password/change/").content.decode()
    changed = browser.post(
        "/clinic/account/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert changed.headers["Location"] == "/clinic/"
    assert browser.get("/clinic/").status_code == 200


def test_a_closed_account_learns_so_by_the_right_password_only(clinic):
    User.objects.filter(username="doctor").update(is_active=False)
    answer, browser = sign_in("doctor", PASSWORD)
    assert "Доступ закрыт" in browser.get(answer.headers["Location"]).content.decode()
    wrong, _ = sign_in("doctor", "неверный пароль тут")
    assert "Логин или пароль не подходит." in wrong.content.decode()


def test_the_log_tells_what_happened_and_names_nobody(clinic):
    with capture_logs() as told:
        sign_in("registrar", "неверно-и-длинно")
        sign_in("registrar", PASSWORD)
    events = [line["event"] for line in told]
    assert "staff.sign_in_failed" in events
    assert "staff.signed_in" in events
    for secret in ("registrar", "неверно", PASSWORD, "Мельникова"):
        assert secret not in str([line for line in told if line["event"].startswith("staff.")])
