"""SMS.ru: three nested verdicts, its codes, its receipts."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.sms.gateway import ForgedReceiptError, Receipt, ReceiptState, UnreadableReceiptError
from sep.delivery.sms.smsru import ERRORS, STATUSES
from tests.delivery.sms.provider import Answer

DELIVERED = "sms_status\n000000-10000000\n103\n1679060876"


def answer(*, number=None, **whole):
    item = {"status": "OK", "status_code": 100, "sms_id": "000000-10000000", **(number or {})}
    return Answer(
        json.dumps({"status": "OK", "status_code": 100, "sms": {"79990000065": item}, **whole}).encode()
    )


def callback(*entries, secret="s3cr3t-key", first=0):
    form = {f"data[{place}]": entry for place, entry in enumerate(entries, first)}
    form["hash"] = hashlib.sha256((secret + "".join(entries)).encode()).hexdigest()
    return urlencode(form).encode()


def test_a_message_goes_out_as_the_provider_documents(provider, make, sms):
    provider.answer = answer(number={"cost": "4.50"}, balance=10)

    outcome = make("smsru", sender="KLINIKA").send(sms)

    assert outcome == Outcome(
        OutcomeState.ACCEPTED,
        "accepted",
        "Принято шлюзом.",
        gateway_message_id="000000-10000000",
        parts=1,
        cost=Decimal("4.50"),
    )
    [request] = provider.requests
    assert request.path == "/sms/send"
    assert request.form == {
        "api_id": "s3cr3t-key",
        "json": "1",
        "to": "79990000065",
        "msg": sms.text,
        "from": "KLINIKA",
    }


@pytest.mark.parametrize("code", ERRORS)
def test_a_refusal_of_the_whole_request_is_classified(code, provider, make, sms):
    provider.answer = Answer(
        json.dumps({"status": "ERROR", "status_code": code, "status_text": "Неправильный api_id"}).encode()
    )

    outcome = make("smsru").send(sms)

    assert (outcome.state, outcome.detail, outcome.code) == (*ERRORS[code], f"smsru-{code}")


@pytest.mark.parametrize("code", ERRORS)
def test_a_refusal_of_the_number_inside_a_good_answer_is_a_refusal(code, provider, make, sms):
    provider.answer = answer(number={"status": "ERROR", "status_code": code, "sms_id": None})

    assert make("smsru").send(sms).state is ERRORS[code][0]


@pytest.mark.parametrize(
    "change",
    [{"status": "OK", "status_code": 201}, {"status": "ERROR", "status_code": 100}],
    ids=["code", "word"],
)
def test_one_verdict_of_three_that_is_not_ok_is_not_an_acceptance(change, provider, make, sms):
    provider.answer = answer(number=change)
    of_number = make("smsru").send(sms)
    provider.answer = answer(**change)
    of_request = make("smsru").send(sms)

    assert OutcomeState.ACCEPTED not in {of_number.state, of_request.state}


def test_an_acceptance_without_a_number_of_the_message_is_unknown(provider, make, sms):
    provider.answer = answer(number={"sms_id": None})

    assert make("smsru").send(sms).state is OutcomeState.UNKNOWN


def test_an_answer_about_another_number_is_unknown(provider, make, sms):
    provider.answer = Answer(
        b'{"status":"OK","status_code":100,"sms":{"79990000066":{"status":"OK","status_code":100,"sms_id":"1"}}}'
    )

    assert make("smsru").send(sms).state is OutcomeState.UNKNOWN


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_known(status, provider, make, sms):
    item = {"status": "OK", "status_code": str(status), "cost": 0.50, "status_text": "…"}
    provider.answer = Answer(
        json.dumps({"status": "OK", "status_code": 100, "sms": {"000-1": item}}).encode()
    )

    receipt = make("smsru").status(14, "000-1", sms.phone)

    assert (receipt.state, receipt.detail) == STATUSES[status]
    assert provider.requests[0].form["sms_id"] == "000-1"


def test_a_refused_status_request_says_nothing_of_the_message(provider, make, sms):
    provider.answer = Answer(b'{"status":"ERROR","status_code":200}')

    assert make("smsru").status(14, "000-1", sms.phone) is None


def test_signed_receipts_are_read_and_other_events_passed_over(make):
    body = callback(
        "test\n1679060000", DELIVERED, "callcheck_status\n1\n401\n1", "sms_status\n000000-2\n104\n1679060877"
    )
    gateway = make("smsru")

    first, second = gateway.parse_receipts(body, {})

    assert first == Receipt(
        ReceiptState.DELIVERED,
        "smsru-103",
        "Доставлено.",
        gateway_message_id="000000-10000000",
        at=datetime(2023, 3, 17, 13, 47, 56, tzinfo=UTC),
    )
    assert (second.gateway_message_id, second.state) == ("000000-2", ReceiptState.EXPIRED)
    assert gateway.callback_reply == b"100"


def test_more_than_ten_receipts_are_signed_in_the_order_of_their_places(make):
    entries = [f"sms_status\n000000-{place}\n103\n1679060876" for place in range(12)]
    pairs = callback(*entries, first=1).split(b"&")

    receipts = make("smsru").parse_receipts(b"&".join(reversed(pairs)), {})

    assert [receipt.gateway_message_id for receipt in receipts] == [f"000000-{place}" for place in range(12)]


@pytest.mark.parametrize(
    "body",
    [
        callback(DELIVERED, secret="guess"),
        callback(DELIVERED).replace(b"103", b"104"),
        callback(DELIVERED).replace(b"hash=", b"sum="),
        urlencode({"data[0]": DELIVERED}).encode(),
        callback(DELIVERED) + b"&" + urlencode({"data[1]": DELIVERED}).encode(),
        b"",
    ],
    ids=["other key", "other status", "no sum", "unsigned", "one added", "empty"],
)
def test_a_forged_receipt_is_refused(body, make):
    with pytest.raises(ForgedReceiptError):
        make("smsru").parse_receipts(body, {})


@pytest.mark.parametrize(
    "body", [b"\xff", callback("sms_status\n1"), callback("sms_status\n1\nx\n1"), b"a=1&" * 500]
)
def test_an_unreadable_receipt_is_refused(body, make):
    with pytest.raises(UnreadableReceiptError):
        make("smsru").parse_receipts(body, {})
