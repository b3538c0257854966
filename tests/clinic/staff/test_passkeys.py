"""Passkeys, with an authenticator that Chromium plays, under the workplace's own content policy."""

import pytest

from tests.clinic.conftest import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def with_key(page):
    """The page on a computer that has a fingerprint reader."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def test_a_passkey_opens_the_door_alone_and_as_the_second_step(with_key):
    page = with_key
    page.goto("/clinic/")
    page.get_by_label("Логин").fill("registrar")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav")

    page.goto("/clinic/account/2fa/webauthn/add/")
    page.get_by_label("Пароль").fill(PASSWORD)  # whoever sits down at an open desk adds no key of his own
    page.keyboard.press("Enter")
    page.get_by_label("Входить без пароля").check()
    page.get_by_role("button", name="Создать ключ").click()
    page.wait_for_selector(".codes")  # the recovery codes, shown at once

    page.goto("/clinic/")
    page.get_by_role("button", name="Выйти").click()
    page.get_by_role("button", name="Войти с ключом доступа").click()
    page.wait_for_selector("nav")

    page.get_by_role("button", name="Выйти").click()
    page.get_by_label("Логин").fill("registrar")
    page.get_by_label("Пароль").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Приложить ключ доступа").click()
    page.wait_for_selector("nav")
    assert page.url.endswith("/clinic/")
