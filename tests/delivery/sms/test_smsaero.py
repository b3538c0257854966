"""SMS Aero: Basic authentication, reasons in words, unsigned receipts."""

import base64
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from sep.delivery.answers import Outcome, OutcomeState
from sep.delivery.sms.gateway import OutgoingSms, Receipt, ReceiptState, UnreadableReceiptError
from sep.delivery.sms.smsaero import STATUSES
from tests.delivery.sms.provider import Answer

TEMPORARY = OutcomeState.REJECTED_TEMPORARY
PERMANENT = OutcomeState.REJECTED_PERMANENT


def message(**change):
    data = {
        "id": 12345,
        "status": 0,
        "extendStatus": "queue",
        "cost": 5.49,
        "dateCreate": 1719119523,
        **change,
    }
    return Answer(json.dumps({"success": True, "data": data, "message": None}).encode())


def test_a_message_goes_out_as_the_provider_documents(provider, make):
    provider.answer = message()

    outcome = make("smsaero").send(
        OutgoingSms(14, "+79990000065", "Код 482913", callback_url="https://clinic.example/sms/secret")
    )

    assert outcome == Outcome(
        OutcomeState.ACCEPTED,
        "accepted",
        "Принято шлюзом.",
        gateway_message_id="12345",
        parts=1,
        cost=Decimal("5.49"),
    )
    [request] = provider.requests
    assert request.path == "/sms/send"
    assert json.loads(request.body) == {
        "number": 79990000065,
        "text": "Код 482913",
        "sign": "SMS Aero",
        "callbackUrl": "https://clinic.example/sms/secret",
    }
    kind, credentials = request.headers["authorization"].split()
    assert (kind, base64.b64decode(credentials)) == ("Basic", b"clinic@example.ru:s3cr3t-key")


@pytest.mark.parametrize(
    ("status", "body", "state", "code"),
    [
        (
            "400 Bad Request",
            {"success": False, "message": "Validation error.", "data": {"number": ["wrong"]}},
            PERMANENT,
            "number",
        ),
        (
            "400 Bad Request",
            {"success": False, "message": "Validation error.", "data": {"sign": ["wrong"]}},
            TEMPORARY,
            "sender",
        ),
        (
            "401 Unauthorized",
            {"success": False, "message": "Your request was made with invalid credentials."},
            TEMPORARY,
            "auth",
        ),
        ("402 Payment Required", {"success": False, "message": "Payment Required"}, TEMPORARY, "money"),
        ("200 OK", {"success": False, "message": "Not enough money"}, TEMPORARY, "money"),
        ("200 OK", {"result": "no credits"}, TEMPORARY, "money"),
        ("200 OK", {"result": "reject", "reason": "incorrect destination address"}, PERMANENT, "number"),
        ("200 OK", {"result": "reject", "reason": "empty field"}, TEMPORARY, "refused"),
        ("200 OK", {"success": False, "message": "Number in blacklist"}, PERMANENT, "blacklist"),
        ("429 Too Many", {"success": False, "message": "Too many requests"}, TEMPORARY, "limit"),
        ("200 OK", {"success": False, "message": None}, TEMPORARY, "refused"),
    ],
)
def test_a_refusal_is_classified_by_its_words(status, body, state, code, provider, make, sms):  # noqa: PLR0917  a table
    provider.answer = Answer(json.dumps(body).encode(), status=status)

    outcome = make("smsaero").send(sms)

    assert (outcome.state, outcome.code) == (state, f"smsaero-{code}")


def test_a_refusal_with_a_server_error_proves_nothing(provider, make, sms):
    provider.answer = Answer(
        b'{"success":false,"message":"Not enough money"}', status="500 Internal Server Error"
    )

    assert make("smsaero").send(sms).state is OutcomeState.UNKNOWN


def test_the_older_consent_without_a_number_of_the_message_is_unknown(provider, make, sms):
    provider.answer = Answer(b'{"result":"accepted"}')

    assert make("smsaero").send(sms).state is OutcomeState.UNKNOWN


def test_a_message_refused_at_once_is_not_an_acceptance(provider, make, sms):
    provider.answer = message(status=6, extendStatus="reject")

    assert make("smsaero").send(sms).state is PERMANENT


def test_the_cost_may_be_a_string(provider, make, sms):
    provider.answer = message(cost="5.49", id="12345", status="0")

    assert make("smsaero").send(sms).cost == Decimal("5.49")


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_is_known(status, provider, make, sms):
    provider.answer = message(status=status, cost="5.49", dateAnswer=1719119530)

    receipt = make("smsaero").status(14, "12345", sms.phone)

    assert (receipt.state, receipt.detail) == STATUSES[status]
    assert receipt.at == datetime(2024, 6, 23, 5, 12, 10, tzinfo=UTC)
    assert json.loads(provider.requests[0].body) == {"id": 12345}


def test_a_foreign_number_of_a_message_is_not_asked(provider, make, sms):
    assert make("smsaero").status(14, "000000-1", sms.phone) is None
    assert provider.requests == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (
            b'{"id": 12345, "status": "1", "extendStatus": "delivery", "date": 1719119530}',
            "application/json; charset=utf-8",
        ),
        (b"id=12345&status=1&extendStatus=delivery&date=1719119530", "application/x-www-form-urlencoded"),
    ],
)
def test_a_receipt_is_read_and_called_unsigned(body, kind, make):
    gateway = make("smsaero")

    assert not gateway.receipts_are_signed
    assert gateway.parse_receipts(body, {"Content-Type": kind}) == [
        Receipt(
            ReceiptState.DELIVERED,
            "smsaero-1",
            "Доставлено.",
            gateway_message_id="12345",
            at=datetime(2024, 6, 23, 5, 12, 10, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"\xff", b'{"id": null, "status": 1}', b'{"id": 1, "status": "x"}']
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_an_unreadable_receipt_is_refused(body, kind, make):
    with pytest.raises(UnreadableReceiptError):
        make("smsaero").parse_receipts(body, {"Content-Type": kind})
