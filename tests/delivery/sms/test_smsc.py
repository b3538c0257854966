"""SMSC.ru: its wire format, its codes, its receipts."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlencode

import httpx2
import pytest

from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.sms.gateway import (
    ForgedReceiptError,
    OutgoingSms,
    Receipt,
    ReceiptState,
    UnreadableReceiptError,
)
from sep.delivery.sms.smsc import ERRORS, REASONS, STATUSES, SmscSettings
from tests.delivery.sms.provider import Answer, closed_port

FORM = {"content-type": "application/x-www-form-urlencoded"}


def callback(secret="word", kind="md5", **change):
    fields = {"id": "14", "phone": "79990000065", "status": "1", "ts": "1679060876", "err": "0", **change}
    signed = f"{fields['id']}:{fields['phone']}:{fields['status']}:{secret}".encode()
    return urlencode({**fields, kind: hashlib.new(kind, signed).hexdigest()}).encode()


def test_a_message_goes_out_as_the_provider_documents(provider, make, sms):
    provider.answer = Answer(b'{"id":14,"cnt":1,"cost":"4.1","balance":"83.6"}')

    outcome = make("smsc", sender="KLINIKA").send(sms)

    assert outcome == Outcome(
        OutcomeState.ACCEPTED,
        "accepted",
        "Принято шлюзом.",
        gateway_message_id="14",
        parts=1,
        cost=Decimal("4.1"),
    )
    [request] = provider.requests
    assert request.path == "/sys/send.php"
    assert request.form == {
        "apikey": "s3cr3t-key",
        "charset": "utf-8",
        "fmt": "3",
        "phones": "79990000065",
        "mes": sms.text,
        "id": "14",
        "cost": "3",
        "sender": "KLINIKA",
    }


def test_the_sender_of_a_message_goes_before_that_of_the_settings(provider, make):
    provider.answer = Answer(b'{"id":14,"cnt":1}')

    make("smsc", sender="KLINIKA").send(OutgoingSms(14, "+79990000065", "Код", sender="FILIAL"))

    assert provider.requests[0].form["sender"] == "FILIAL"


def test_a_login_with_a_password_serves_instead_of_a_key(provider, make, sms):
    provider.answer = Answer(b'{"id":14,"cnt":1}')

    make("smsc", apikey="", login="clinic", password="hush").send(sms)

    form = provider.requests[0].form
    assert (form["login"], form["psw"]) == ("clinic", "hush")
    assert "apikey" not in form


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize(
    "body",
    [
        lambda code: json.dumps({"error": "some words", "error_code": code}),
        lambda code: json.dumps({"error": "some words", "error_code": str(code), "id": 14}),
        lambda code: f"ERROR = {code} (some words)",
    ],
    ids=["json", "json with strings", "plain"],
)
def test_an_error_code_decides_in_either_form(code, body, provider, make, sms):
    provider.answer = Answer(body(code).encode())

    outcome = make("smsc").send(sms)

    assert (outcome.state, outcome.detail) == ERRORS[code]
    assert outcome.code == f"smsc-{code}"


def test_only_the_number_itself_is_a_permanent_refusal():
    permanent = {code for code, (state, _) in ERRORS.items() if state is OutcomeState.REJECTED_PERMANENT}

    assert permanent == {7, 8}


def test_an_error_in_a_wrong_charset_is_still_an_error(provider, make, sms):
    provider.answer = Answer('{"error":"недостаточно средств","error_code":3}'.encode("cp1251"))

    assert make("smsc").send(sms).code == "smsc-3"


def test_an_error_code_never_seen_before_is_a_refusal_for_now(provider, make, sms):
    provider.answer = Answer(b'{"error":"new","error_code":77}')

    assert make("smsc").send(sms).state is OutcomeState.REJECTED_TEMPORARY


def test_the_reserve_address_takes_over_when_the_first_cannot_be_reached(provider, make, sms):
    provider.answer = Answer(b'{"id":14,"cnt":1}')
    gateway = make("smsc", base_url=f"http://127.0.0.1:{closed_port()}", reserve_url=provider.url)

    assert gateway.send(sms).state is OutcomeState.ACCEPTED


def test_the_reserve_address_is_not_tried_after_the_first_may_have_taken_the_message(provider, make, sms):
    provider.answer = Answer(silent=True)
    gateway = make("smsc", reserve_url=provider.url + "/reserve")

    assert gateway.send(sms).state is OutcomeState.UNKNOWN
    assert [request.path for request in provider.requests] == ["/sys/send.php"]


def test_the_public_reserve_serves_the_public_address_only():
    assert SmscSettings(apikey="key").addresses == ("https://smsc.ru", "https://www2.smsc.ru")
    assert SmscSettings(apikey="key", base_url="https://smsc.example").addresses == ("https://smsc.example",)


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_known(status, provider, make, sms):
    provider.answer = Answer(json.dumps({"status": status, "last_timestamp": 1679060876}).encode())

    receipt = make("smsc").status(14, "14", sms.phone)

    assert (receipt.state, receipt.detail) == STATUSES[status]
    assert (receipt.code, receipt.own_id) == (f"smsc-{status}", 14)
    assert receipt.at == datetime(2023, 3, 17, 13, 47, 56, tzinfo=UTC)
    assert provider.requests[0].form["phone"] == "79990000065"


@pytest.mark.parametrize("reason", REASONS)
def test_the_reason_of_a_failure_is_told(reason, provider, make, sms):
    provider.answer = Answer(json.dumps({"status": 20, "err": str(reason)}).encode())

    receipt = make("smsc").status(14, "14", sms.phone)

    assert receipt.detail == REASONS[reason]
    assert receipt.code == f"smsc-20-{reason}"


def test_an_error_of_the_status_page_says_nothing_of_the_message(provider, make, sms):
    provider.answer = Answer(b'{"error":"authorise error","error_code":2}')

    assert make("smsc").status(14, "14", sms.phone) is None


@pytest.mark.parametrize("timestamp", [0, -1, 10**18, None])
def test_a_senseless_time_is_no_time(timestamp, provider, make, sms):
    provider.answer = Answer(json.dumps({"status": 1, "last_timestamp": timestamp}).encode())

    receipt = make("smsc").status(14, "14", sms.phone)

    assert receipt.state is ReceiptState.DELIVERED
    assert receipt.at is None or timestamp == -1


@pytest.mark.parametrize("kind", ["md5", "sha1"])
def test_a_signed_receipt_is_read(kind, make):
    gateway = make("smsc")

    assert gateway.receipts_are_signed
    assert gateway.parse_receipts(callback(kind=kind), FORM) == [
        Receipt(
            ReceiptState.DELIVERED,
            "smsc-1",
            "Доставлено.",
            gateway_message_id="14",
            own_id=14,
            at=datetime(2023, 3, 17, 13, 47, 56, tzinfo=UTC),
        )
    ]


def test_a_receipt_reads_the_same_before_the_reply_twice_and_late(provider, make, sms):
    gateway = make("smsc")
    before = gateway.parse_receipts(callback(), FORM)
    provider.answer = Answer(b'{"id":14,"cnt":1}')
    gateway.send(sms)

    assert gateway.parse_receipts(callback(), FORM) == before == gateway.parse_receipts(callback(), FORM)


def test_a_receipt_of_somebody_elses_message_keeps_its_number(make):
    [receipt] = make("smsc").parse_receipts(callback(id="99999999999"), FORM)

    assert (receipt.gateway_message_id, receipt.own_id) == ("99999999999", None)


@pytest.mark.parametrize(
    "body",
    [
        callback(secret="guess"),
        callback().replace(b"status=1", b"status=20"),
        callback().replace(b"id=14", b"id=15"),
        callback(kind="md5").replace(b"md5=", b"crc="),
        callback(kind="md5") + b"&md5=%D0%BF",
        urlencode({"id": "14", "phone": "79990000065", "status": "1"}).encode(),
    ],
    ids=["other secret", "other status", "other message", "no sum", "sum of letters", "unsigned"],
)
def test_a_forged_receipt_is_refused(body, make):
    with pytest.raises(ForgedReceiptError):
        make("smsc").parse_receipts(body, FORM)


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe", callback(status="x"), callback(id=""), callback(err="x"), b"&" * 5000 + b"a=1&" * 500],
)
def test_an_unreadable_receipt_is_refused(body, make):
    with pytest.raises(UnreadableReceiptError):
        make("smsc").parse_receipts(body, FORM)


def test_other_events_at_the_same_address_are_passed_over(make):
    assert make("smsc").parse_receipts(b"phone=79990000065&mes=hello&to=79000000000", FORM) == []


def test_without_a_secret_receipts_are_read_but_called_unsigned(make):
    gateway = make("smsc", callback_secret="")

    assert not gateway.receipts_are_signed
    assert (
        gateway.parse_receipts(b"id=14&phone=79990000065&status=20&err=244", FORM)[0].detail == REASONS[244]
    )


def test_a_gateway_closes_the_client_that_it_made_and_no_other(make, client):
    make("smsc").close()

    assert not client.is_closed
    assert isinstance(client, httpx2.Client)
