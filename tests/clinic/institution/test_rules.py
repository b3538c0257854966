"""«Параметры → Правила подписания» against the service itself."""

import pytest
from django.utils import timezone

from clinic.institution import service
from clinic.institution.models import SigningRules
from sep.jobs.testing import drain
from sep.parties import policy, tokens
from sep.parties.methods import Method
from sep_client import Retries
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/clinic/settings/rules/"
ACCEPT = f"{PAGE}consent/sms_code/accept/"


def text(answer):
    return answer.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")


@pytest.fixture
def organization(clinic, live_server, monkeypatch):
    """The clinic's organization at the service: nobody has accepted anything yet."""
    made = builders.organization()
    for kind in ("consent", "refusal"):
        policy.give_up_weaker(made, kind, Method.SMS_CODE, timezone.now())
    clinic.service_address = f"{live_server.url}/sep/api"
    clinic.id_lpu = str(made.id)
    clinic.set_token(tokens.issue(made, name="МИС", now=timezone.now()))
    clinic.save()
    monkeypatch.setattr(service, "RETRIES", Retries(attempts=1))
    return made


@pytest.fixture
def known(organization, at_desk):
    """The administrator's browser, after the service has told the rules."""
    browser = at_desk("admin")
    browser.get(PAGE)
    drain()
    return browser


def test_the_page_shows_what_the_service_says_without_waiting_for_it(organization, at_desk):
    browser = at_desk("admin")
    assert "Спрашиваем сервис…" in text(browser.get(PAGE))
    drain()
    page = text(browser.get(PAGE))
    for words in ("323-ФЗ ст. 20 ч. 2, 7", "Пациент сам с 15 лет", "25 лет", "Первым документом", "24, 48"):
        assert words in page


def test_a_weaker_way_shows_the_whole_warning_and_wants_a_tick(known, organization):
    asked = text(known.get(ACCEPT, headers={"HX-Request": "true"}))
    assert "СМС там не названа" in asked
    assert 'value="Администратор Анна Сергеевна, администратор клиники"' in asked
    known.post(ACCEPT, {"accepted_by": "Администратор"})
    drain()
    assert Method.SMS_CODE not in policy.rules_of(organization, "consent").methods


def test_accepted_it_is_recorded_with_the_name_and_shown(known, organization):
    answer = known.post(ACCEPT, {"read": "on", "accepted_by": "Рябинина Е. В., директор"})
    assert answer.headers["Location"] == PAGE
    assert "сохраняется" in text(known.get(PAGE))
    drain()
    rules = policy.rules_of(organization, "consent")
    assert rules.accepted[Method.SMS_CODE].accepted_by == "Рябинина Е. В., директор"
    assert "принял(а) Рябинина Е. В., директор" in text(known.get(PAGE))
    known.post(f"{PAGE}consent/sms_code/stop/")
    drain()
    assert Method.SMS_CODE not in policy.rules_of(organization, "consent").methods
    assert "Рябинина" not in text(known.get(PAGE))


def test_rules_of_a_kind_are_changed(known, organization):
    form = {"methods": ["sms_code", "esia"], "needs_medic_signature": "on", "retention_years": "7"}
    known.post(f"{PAGE}contract/", form)
    drain()
    rules = policy.rules_of(organization, "contract")
    assert (rules.methods, rules.needs_medic_signature) == ((Method.SMS_CODE,), True)
    assert rules.retention_years == 7


def test_what_the_service_refuses_is_told_in_its_words(known):
    known.post(f"{PAGE}consent/", {"methods": ["esia", "qualified"], "retention_years": "3"})
    drain()
    page = text(known.get(PAGE))
    assert "хранят не меньше 25 лет" in page
    assert "Ниже — правила" in page
    assert not SigningRules.objects.get().wishes


def test_the_mode_of_agreements_reminders_and_names_are_changed(known, organization):
    known.post(PAGE, {"agreements": "beforehand", "reminders": "4, 30", "names_in_max": "on"})
    drain()
    organization.refresh_from_db()
    assert (organization.agreements, organization.reminders) == ("beforehand", [4, 30])
    assert organization.names_in_max
    assert "Нужны целые часы" in text(known.post(PAGE, {"agreements": "beforehand", "reminders": "завтра"}))


def test_an_outage_is_told_and_the_last_known_rules_stay(known, clinic):
    clinic.service_address = "http://127.0.0.1:9/sep/api"
    clinic.save()
    known.post(ACCEPT, {"read": "on", "accepted_by": "Рябинина"})
    drain()
    page = text(known.get(PAGE))
    assert "адрес не отвечает" in page
    assert "Информированное добровольное согласие" in page


def test_nobody_but_the_administrator_sees_the_rules(organization, at_desk):
    for login in ("registrar", "doctor", "lawyer"):
        for page in (PAGE, ACCEPT, f"{PAGE}state/", f"{PAGE}consent/"):
            assert at_desk(login).get(page).status_code == 403


def test_a_way_that_is_not_weaker_has_no_such_dialog(known):
    assert known.get(f"{PAGE}contract/sms_code/accept/").status_code == 404
    assert known.get(f"{PAGE}nothing/").status_code == 404


def test_nothing_new_is_no_answer(known):
    state = known.get(PAGE).context
    seen = f"{PAGE}state/?known=True&seen={state['shown'].version}"
    assert known.get(seen, headers={"HX-Request": "true"}).status_code == 204
    first = known.get(f"{PAGE}state/?known=False&seen=x", headers={"HX-Request": "true"})
    assert first.headers["HX-Refresh"] == "true"
