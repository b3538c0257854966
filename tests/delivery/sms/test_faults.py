"""Every gateway under every fault of a network or of a provider ends in a known state."""

import json

import pytest

from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.sms.gateway import ReceiptState
from tests.delivery.sms.conftest import SETTINGS
from tests.delivery.sms.provider import Answer, closed_port

UNKNOWN = OutcomeState.UNKNOWN
TEMPORARY = OutcomeState.REJECTED_TEMPORARY
HTML = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1>nginx</body></html>"

ACCEPTED = {
    "smsc": {"id": 14, "cnt": 1, "cost": "4.1", "balance": "83.6"},
    "smsru": {
        "status": "OK",
        "status_code": 100,
        "sms": {"79990000065": {"status": "OK", "status_code": 100, "sms_id": "000000-10000000"}},
        "balance": 10,
    },
    "smsaero": {
        "success": True,
        "data": {
            "id": 12345,
            "from": "SMS Aero",
            "number": "79990000065",
            "text": "…",
            "status": 0,
            "extendStatus": "queue",
            "channel": "FREE SIGN",
            "cost": 5.49,
            "dateCreate": 1719119523,
            "dateSend": 1719119523,
        },
        "message": None,
    },
}


def accepted(name):
    return json.dumps(ACCEPTED[name], ensure_ascii=False).encode()


def page(status):
    return Answer(HTML, status=status, content_type="text/html")


# name: (what the provider does, given the bytes of a success; the outcome; its code)
FAULTS = {
    "silence": (lambda _good: Answer(silent=True, hang=True), UNKNOWN, "timeout"),
    "silence after the head": (lambda good: Answer(promised=len(good), hang=True), UNKNOWN, "timeout"),
    "half of the answer and silence": (
        lambda good: Answer(good[:9], promised=len(good), hang=True),
        UNKNOWN,
        "timeout",
    ),
    "one byte at a time": (lambda good: Answer(good, drip=True), UNKNOWN, "timeout"),
    "reset without an answer": (lambda _good: Answer(silent=True, reset=True), UNKNOWN, "broken"),
    "reset in the middle": (lambda good: Answer(good[:9], promised=len(good), reset=True), UNKNOWN, "broken"),
    "closed without an answer": (lambda _good: Answer(silent=True), UNKNOWN, "broken"),
    "closed in the middle": (lambda good: Answer(good[:9], promised=len(good)), UNKNOWN, "broken"),
    "not HTTP at all": (lambda _good: Answer(status="\r\nSSH-2.0-OpenSSH"), UNKNOWN, "broken"),
    "500": (lambda _good: page("500 Internal Server Error"), UNKNOWN, "http-500"),
    "502": (lambda _good: page("502 Bad Gateway"), UNKNOWN, "http-502"),
    "504": (lambda _good: page("504 Gateway Timeout"), UNKNOWN, "http-504"),
    "500 with a success inside": (lambda good: Answer(good, status="500 Oops"), UNKNOWN, "http-500"),
    "503": (lambda _good: page("503 Service Unavailable"), TEMPORARY, "http-503"),
    "429": (lambda _good: page("429 Too Many Requests"), TEMPORARY, "http-429"),
    "401": (lambda _good: page("401 Unauthorized"), TEMPORARY, "http-401"),
    "redirect": (
        lambda _good: Answer(HTML, status="302 Found", headers="Location: http://127.0.0.1:9/\r\n"),
        TEMPORARY,
        "http-302",
    ),
    "a page instead of JSON": (lambda _good: page("200 OK"), UNKNOWN, "html"),
    "an empty answer": (lambda _good: Answer(b""), UNKNOWN, "unreadable"),
    "torn JSON": (lambda good: Answer(good[:-2]), UNKNOWN, "unreadable"),
    "a list": (lambda good: Answer(b"[" + good + b"]"), UNKNOWN, "unreadable"),
    "null": (lambda _good: Answer(b"null"), UNKNOWN, "unreadable"),
    "other keys": (lambda _good: Answer(b'{"ok": true}'), UNKNOWN, "unreadable"),
    "binary rubbish": (lambda _good: Answer(bytes(range(256))), UNKNOWN, "unreadable"),
    "deep nesting": (lambda _good: Answer(b"[" * 20_000), UNKNOWN, "unreadable"),
    "an endless answer": (lambda good: Answer(b" " * 200_000 + good), UNKNOWN, "too-long"),
    "a compressed answer": (
        lambda _good: Answer(b"\x1f\x8b\x08\x00rubbish", headers="Content-Encoding: gzip\r\n"),
        UNKNOWN,
        "unreadable",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", SETTINGS)
def test_every_fault_ends_in_a_known_state(name, fault, provider, make, sms):
    behave, state, code = FAULTS[fault]
    provider.answer = behave(accepted(name))

    outcome = make(name).send(sms)

    assert (outcome.state, outcome.code) == (state, code)
    assert outcome.gateway_message_id is None
    assert outcome.detail.endswith(".")
    assert len(provider.requests) == 1, "an adapter never sends twice by itself"
    assert provider.requests[0].headers["accept-encoding"] == "identity", "a packed answer has no known size"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", SETTINGS)
def test_a_status_that_cannot_be_had_is_none(name, fault, provider, make, sms):
    provider.answer = FAULTS[fault][0](b'{"status": 1, "last_timestamp": 1679060876}')

    assert make(name).status(14, "12345", sms.phone) is None


@pytest.mark.parametrize("name", SETTINGS)
def test_a_gateway_that_cannot_be_reached_surely_has_not_taken_the_message(name, make, sms):
    outcome = make(name, base_url=f"http://127.0.0.1:{closed_port()}").send(sms)

    assert (outcome.state, outcome.code) == (TEMPORARY, "connect")


@pytest.mark.parametrize("name", SETTINGS)
def test_a_connection_that_is_closed_late_is_still_an_acceptance(name, provider, make, sms):
    provider.answer = Answer(accepted(name), hang=True)

    assert make(name).send(sms).state is OutcomeState.ACCEPTED


@pytest.mark.parametrize("fault", ["silence", "closed in the middle", "a page instead of JSON", "401"])
@pytest.mark.parametrize("name", SETTINGS)
def test_an_outcome_tells_no_secrets(name, fault, provider, make, sms, caplog):  # noqa: PLR0917  fixtures
    caplog.set_level("DEBUG")
    provider.answer = FAULTS[fault][0](accepted(name))
    gateway = make(name)

    told = repr((gateway.send(sms), sms, gateway.status(14, "12345", sms.phone), gateway)) + caplog.text

    for secret in ("s3cr3t-key", "79990000065", "482913"):
        assert secret not in told
    assert all("s3cr3t-key" not in request.path for request in provider.requests)


def test_a_message_taken_before_the_answer_was_lost_is_found_by_our_own_number(provider, make, sms):
    """SMSC.ru: success after a timeout."""

    def answer(request):
        if request.path == "/sys/send.php":
            return Answer(silent=True, hang=True)
        assert request.form["id"] == "14"
        return Answer(b'{"status":1,"last_date":"17.03.2023 16:47:56","last_timestamp":1679060876}')

    provider.answer = answer
    gateway = make("smsc")

    assert gateway.send(sms).state is UNKNOWN
    assert gateway.finds_by_own_id
    assert gateway.status(14, None, sms.phone).state is ReceiptState.DELIVERED


@pytest.mark.parametrize("name", ["smsru", "smsaero"])
def test_gateways_that_number_by_themselves_are_not_asked_without_their_number(name, provider, make, sms):
    gateway = make(name)

    assert not gateway.finds_by_own_id
    assert gateway.status(14, None, sms.phone) is None
    assert provider.requests == []


WRONG_TYPES = {
    "smsc": [{"id": None}, {"id": [14]}, {"id": {}}, {"cnt": "many"}, {"cost": "dear"}, {"cost": [1]}],
    "smsru": [
        {"status": 1},
        {"status_code": "x"},
        {"sms": []},
        {"sms": {"79990000065": "OK"}},
        {"sms": {}},
        {"sms": None},
    ],
    "smsaero": [
        {"data": []},
        {"data": "12345"},
        {"data": {}},
        {"data": None},
        {"data": {"id": None, "status": 0}},
    ],
}


@pytest.mark.parametrize(
    ("name", "change"), [(name, change) for name, each in WRONG_TYPES.items() for change in each]
)
def test_wrong_types_leave_the_message_unknown(name, change, provider, make, sms):
    provider.answer = Answer(json.dumps({**ACCEPTED[name], **change}).encode())

    outcome = make(name).send(sms)

    assert (outcome.state, outcome.code) == (UNKNOWN, "unreadable")


def test_money_that_is_no_number_does_not_spoil_an_acceptance(provider, make, sms):
    provider.answer = Answer(b'{"id":14,"cnt":1,"cost":"-1"}')

    assert make("smsc").send(sms) == Outcome(
        OutcomeState.ACCEPTED, "accepted", "Принято шлюзом.", "14", 1, None
    )
