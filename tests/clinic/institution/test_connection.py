"""«Проверить соединение»: each failure, over a real connection, becomes a sentence with what to do."""

import socket
import ssl
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from clinic.institution import connection, tasks
from clinic.institution.connection import ADVICE
from clinic.institution.models import ConnectionState, Institution
from sep.jobs.testing import drain
from sep.parties import tokens
from tests import builders
from tests.client.certificate import self_signed
from tests.client.service import ID_LPU, TOKEN, Answer, Service, problem

PAGE = "/clinic/settings/netrika/"


@pytest.fixture
def server():
    made = []

    def start(*answers, context=None):
        service = Service(context)
        service.will(*answers)
        made.append(service)
        return service

    yield start
    for service in made:
        service.stop()


@pytest.fixture
def found(clinic):
    """`found(address)`: what a check of these settings finds."""

    def check(address, token=TOKEN, id_lpu=ID_LPU):
        clinic.service_address, clinic.id_lpu = address, id_lpu
        clinic.set_token(token)
        clinic.save()
        tasks.check_connection(str(clinic.pk))
        clinic.refresh_from_db()
        assert clinic.connection_checked_at is not None
        return clinic.connection_state

    return check


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.django_db
class TestFailures:
    def test_nobody_listens_at_the_port(self, found):
        assert found(f"http://127.0.0.1:{closed_port()}/sep/api") == ConnectionState.ADDRESS

    def test_the_connection_is_cut(self, found, server):
        assert found(server(Answer(dropped=True)).address) == ConnectionState.ADDRESS

    def test_the_certificate_is_of_an_unknown_authority_and_the_token_stays_here(
        self, found, server, tmp_path
    ):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self_signed(tmp_path))
        service = server(context=context)
        assert found(service.address) == ConnectionState.CERTIFICATE
        assert not service.asked

    @pytest.mark.parametrize(
        ("answer", "state"),
        [
            (Answer(401, problem("unauthorized", "Нет")), ConnectionState.TOKEN),
            (Answer(403, problem("forbidden", "Нет")), ConnectionState.INSTITUTION),
            (Answer(404, b"not here"), ConnectionState.ADDRESS),
            (Answer(500, b""), ConnectionState.SERVICE),
            (Answer(503, b"", {"Retry-After": "1"}), ConnectionState.SERVICE),
            (Answer(429, problem("rate_limited", "Часто")), ConnectionState.SERVICE),
            (Answer(200, b"<html>", {"Content-Type": "text/html"}), ConnectionState.ADDRESS),
        ],
    )
    def test_an_answer_other_than_ours_is_told_apart(self, found, server, answer, state):
        service = server(answer)
        assert found(service.address) == state
        assert len(service.asked) == 1  # a person waits: one question, one answer
        assert service.asked[0].path.startswith("/sep/api/v1/ping")

    def test_a_slow_answer_is_not_waited_for(self, found, server, monkeypatch):
        monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.2)
        assert found(server(Answer(held=True)).address) == ConnectionState.TIMEOUT

    @pytest.mark.parametrize(
        ("settings", "state"),
        [
            ({"address": "ftp://sep.example/"}, ConnectionState.ADDRESS),
            ({"token": ""}, ConnectionState.TOKEN),
            ({"id_lpu": ""}, ConnectionState.INSTITUTION),
        ],
    )
    def test_a_setting_that_cannot_work_is_told_without_asking(self, found, settings, state):
        assert found(**({"address": "http://127.0.0.1:9/sep/api"} | settings)) == state

    def test_a_token_sealed_under_another_key_is_told(self, clinic):
        clinic.service_address, clinic.id_lpu, clinic.token_sealed = "http://127.0.0.1:9", ID_LPU, b"x" * 40
        clinic.save()
        assert connection.check(clinic) == (ConnectionState.TOKEN, "")

    def test_every_state_has_a_sentence_with_what_to_do(self):
        assert set(ADVICE) == set(ConnectionState)

    def test_a_result_about_settings_that_are_no_more_is_not_kept(self, clinic):
        asked = Institution.objects.get(pk=clinic.pk)
        Institution.objects.filter(pk=clinic.pk).update(service_address="https://new.example/sep/api")
        connection.write_down(asked, ConnectionState.WORKS, "Клиника")
        clinic.refresh_from_db()
        assert clinic.connection_state == ConnectionState.UNCHECKED


@pytest.mark.django_db(transaction=True)
class TestAgainstTheService:
    @pytest.fixture
    def organization(self):
        return builders.organization()

    def test_the_page_tells_the_name_that_the_service_knows(self, at_desk, live_server, organization):
        desk = at_desk("admin")
        data = {
            "service_address": f"{live_server.url}/sep/api",
            "id_lpu": str(organization.id),
            "token": tokens.issue(organization, name="МИС", now=timezone.now()),
        }
        page = desk.post(PAGE, data | {"check": "1"}, follow=True).content.decode()
        assert "Проверяем соединение…" in page
        assert 'hx-trigger="every 1s"' in page
        drain()
        part = desk.get(f"{PAGE}connection/").content.decode()
        assert f"Сервис знает вас как {organization.name}." in part
        assert "hx-trigger" not in part
        assert "<html" not in part

    def test_a_wrong_token_and_another_institution_are_told(self, found, live_server, organization):
        address, token = (
            f"{live_server.url}/sep/api",
            tokens.issue(organization, name="МИС", now=timezone.now()),
        )
        assert found(address, TOKEN, str(organization.id)) == ConnectionState.TOKEN
        assert found(address, token, ID_LPU) == ConnectionState.INSTITUTION
        assert found(address, token, str(organization.id)) == ConnectionState.WORKS

    def test_a_check_that_nobody_does_says_so(self, at_desk, server):
        data = {"service_address": server().address, "id_lpu": ID_LPU, "token": TOKEN, "check": "1"}
        desk = at_desk("admin")
        desk.post(PAGE, data)
        with time_machine.travel(timezone.now() + timedelta(seconds=45)):
            assert "sep worker" in desk.get(f"{PAGE}connection/").content.decode()

    def test_nothing_is_asked_while_the_page_is_answered(self, at_desk, server):
        service = server()
        data = {"service_address": service.address, "id_lpu": ID_LPU, "token": TOKEN, "check": "1"}
        at_desk("admin").post(PAGE, data)
        assert not service.asked
