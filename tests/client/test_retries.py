import logging
import socket
import ssl

import httpx2
import pytest

from sep_client import (
    CertificateFailed,
    Conflict,
    ConnectionFailed,
    NewDocument,
    RateLimited,
    Retries,
    SepClient,
    ServerError,
    Timeout,
)
from tests.client.conftest import QUICK
from tests.client.service import ID_LPU, TOKEN, Answer, Service, document, problem


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_that_stumbles_once_is_asked_again(service: Service, sep: SepClient, status: int):
    service.will(Answer(status), Answer(200, document()))
    assert sep.document("01JZ7Y").status.code == "sent"


def test_a_cut_connection_does_not_lose_the_document(service: Service, sep: SepClient, consent: NewDocument):
    service.will(Answer(dropped=True), Answer(201, document("created")))
    assert sep.create_document(consent).status.code == "created"


def test_all_attempts_of_one_call_carry_the_same_key(service: Service, sep: SepClient, consent: NewDocument):
    service.will(Answer(503), Answer(dropped=True), Answer(201, document()), Answer(200, document()))
    sep.create_document(consent)
    sep.create_document(consent)
    keys = [asked.headers["idempotency-key"] for asked in service.asked]
    assert keys[0] == keys[1] == keys[2]
    assert keys[3] != keys[0]
    assert len({asked.body for asked in service.asked}) == 1


def test_a_file_whose_examination_was_cut_short_is_sent_again(
    service: Service, sep: SepClient, consent: NewDocument, no_pauses
):
    service.will(
        Answer(503, problem("pdf_interrupted", "Проверка файла прервалась."), {"Retry-After": "1"}),
        Answer(201, document("created")),
    )
    assert sep.create_document(consent).status.code == "created"


def test_attempts_come_to_an_end(service: Service, sep: SepClient):
    service.will(*[Answer(503, problem("maintenance", "Идут работы.")) for _ in range(9)])
    with pytest.raises(ServerError) as caught:
        sep.ping()
    assert len(service.asked) == QUICK.attempts
    assert caught.value.message == "Идут работы."


def test_a_failure_of_the_request_itself_is_not_repeated(
    service: Service, sep: SepClient, consent: NewDocument
):
    service.will(Answer(409, problem("document_conflict", "Номер занят.")), Answer(201, document()))
    with pytest.raises(Conflict):
        sep.create_document(consent)
    assert len(service.asked) == 1


def test_an_attempt_still_under_way_is_waited_for(service: Service, sep: SepClient, consent: NewDocument):
    service.will(
        Answer(dropped=True),
        Answer(409, problem("in_progress", "Такой же запрос ещё выполняется."), {"Retry-After": "0"}),
        Answer(201, document("created")),
    )
    assert sep.create_document(consent).status.code == "created"


def test_an_internal_error_is_told_with_its_number(service: Service, sep: SepClient):
    service.will(Answer(500, problem("internal", "Ошибка."), {"X-Request-ID": "req-42"}))
    with pytest.raises(ServerError) as caught:
        sep.ping()
    assert caught.value.request_id == "req-42"
    assert len(service.asked) == 1


def test_the_pause_that_the_service_asks_for_is_kept(service: Service, sep: SepClient, monkeypatch):
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    service.will(Answer(429, headers={"Retry-After": "1"}), Answer(200, document()))
    sep.document("01JZ7Y")
    assert len(pauses) == 1
    assert 1 <= pauses[0] <= 1 + QUICK.first_delay


def test_a_pause_too_long_is_left_to_the_caller(service: Service, sep: SepClient):
    service.will(Answer(429, headers={"Retry-After": "3600"}), Answer(200, document()))
    with pytest.raises(RateLimited) as caught:
        sep.document("01JZ7Y")
    assert caught.value.retry_after == 3600
    assert len(service.asked) == 1


def test_a_pause_may_be_told_as_a_date(service: Service, sep: SepClient):
    service.will(Answer(429, headers={"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"}))
    with pytest.raises(RateLimited) as caught:
        sep.document("01JZ7Y")
    assert caught.value.retry_after
    assert caught.value.retry_after > 3600


@pytest.mark.parametrize("told", ["", "soon", "-5", "١"])
def test_a_pause_that_makes_no_sense_is_no_pause(service: Service, told: str):
    service.will(Answer(429, headers={"Retry-After": told.encode().decode("latin-1")}))
    with (
        SepClient(service.address, TOKEN, ID_LPU, retries=Retries(attempts=1)) as sep,
        pytest.raises(RateLimited) as caught,
    ):
        sep.ping()
    assert caught.value.retry_after is None


def test_silence_is_a_timeout(service: Service):
    service.will(Answer(held=True))
    with (
        SepClient(service.address, TOKEN, ID_LPU, timeout=0.2, retries=Retries(attempts=1)) as sep,
        pytest.raises(Timeout),
    ):
        sep.ping()


def test_after_silence_the_document_is_sent_again(service: Service, consent: NewDocument):
    service.will(Answer(held=True), Answer(200, document()))
    with SepClient(service.address, TOKEN, ID_LPU, timeout=0.5, retries=QUICK) as sep:
        assert sep.create_document(consent).id_document == "01JZ7Y"


def test_nobody_listens_is_told_in_russian():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        SepClient(f"http://127.0.0.1:{port}/sep/api", TOKEN, ID_LPU, retries=QUICK) as sep,
        pytest.raises(ConnectionFailed) as caught,
    ):
        sep.ping()
    assert type(caught.value) is ConnectionFailed
    assert str(caught.value).startswith("Нет связи")


def test_an_untrusted_certificate_stops_everything_at_once(untrusted: Service, consent: NewDocument):
    with (
        SepClient(untrusted.address, TOKEN, ID_LPU, retries=QUICK) as sep,
        pytest.raises(CertificateFailed),
    ):
        sep.create_document(consent)
    assert untrusted.asked == []


def test_a_certificate_authority_of_the_clinic_can_be_given(untrusted: Service, tmp_path):
    untrusted.will(Answer(200, document()))
    context = ssl.create_default_context(cafile=str(tmp_path / "server.pem"))
    with SepClient(untrusted.address, TOKEN, ID_LPU, transport=httpx2.HTTPTransport(verify=context)) as sep:
        assert sep.document("01JZ7Y").id_document == "01JZ7Y"


def test_the_log_of_repetitions_tells_nothing_secret(
    service: Service, sep: SepClient, consent: NewDocument, caplog
):
    caplog.set_level(logging.DEBUG)
    service.will(Answer(503), Answer(201, document()))
    sep.create_document(consent)
    ours = [record.getMessage() for record in caplog.records if record.name == "sep_client"]
    assert len(ours) == 1
    for secret in (TOKEN, "Иванова", "79161234565", "телемедицинской"):
        assert secret not in caplog.text


def test_pauses_grow_and_are_bounded():
    retries = Retries(attempts=20, first_delay=1.0, longest_delay=8.0)
    pauses = [retries.pause_after(attempt, ConnectionFailed(), None) for attempt in range(1, 20)]
    ceilings = [1, 2, 4, *[8] * 16]
    for pause, ceiling in zip(pauses, ceilings, strict=True):
        assert pause is not None
        assert ceiling / 2 <= pause <= ceiling
    assert retries.pause_after(20, ConnectionFailed(), None) is None
