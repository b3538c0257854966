"""What all gateways share: messages, settings, the console."""

import io

import pytest

from sep.delivery.answers import OutcomeState
from sep.delivery.sms.console import ConsoleGateway, ConsoleSettings
from sep.delivery.sms.gateway import OutgoingSms, ReceiptState, masked
from sep.delivery.sms.registry import GATEWAYS, GatewaySettingsError, build_gateway


@pytest.mark.parametrize(
    "change",
    [
        {"own_id": 0},
        {"own_id": 2_147_483_648},
        {"phone": "89990000065"},
        {"phone": "+7999000006x"},
        {"phone": "+79990000065\n"},
        {"text": "  "},
        {"text": "тайный текст " * 20},
    ],
)
def test_a_message_that_no_gateway_would_take_is_refused_without_quoting_it(change):
    with pytest.raises(ValueError) as refused:
        OutgoingSms(**{"own_id": 1, "phone": "+79990000065", "text": "Код 482913", **change})

    assert "999" not in str(refused.value)
    assert "тайный" not in str(refused.value)


def test_a_message_shows_neither_phone_nor_text():
    shown = repr(OutgoingSms(1, "+79990000065", "Код 482913", callback_url="https://clinic.example/secret"))

    assert "999" not in shown
    assert "482913" not in shown
    assert "secret" not in shown


def test_a_masked_phone_keeps_two_digits():
    assert masked("+79990000065") == "+*********65"


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("smsc", {}),
        ("smsc", {"login": "clinic"}),
        ("smsc", {"apikey": "hush", "base_url": "http://smsc.ru"}),
        ("smsc", {"apikey": "hush", "base_url": "https://user:hush@smsc.ru"}),
        ("smsc", {"apikey": "hush", "typo": "hush"}),
        ("smsru", {"api_id": ""}),
        ("smsaero", {"email": "hush@example.ru"}),
        ("console", {"api_id": "hush"}),
        ("pigeon", {"wings": "hush"}),
    ],
)
def test_settings_that_do_not_fit_are_told_without_quoting_them(name, settings):
    with pytest.raises(GatewaySettingsError) as refused:
        build_gateway(name, settings)

    assert f"«{name}»" in str(refused.value)
    assert "hush" not in str(refused.value)


def test_every_gateway_is_named_as_it_is_registered():
    assert {name: gateway.name for name, (_, gateway) in GATEWAYS.items()} == {
        name: name for name in GATEWAYS
    }


def test_the_console_shows_the_message_and_calls_it_delivered():
    screen = io.StringIO()
    gateway = ConsoleGateway(ConsoleSettings(), stream=screen)

    outcome = gateway.send(OutgoingSms(7, "+79990000065", "Код 482913"))

    assert screen.getvalue() == "SMS +79990000065: Код 482913\n"
    assert (outcome.state, outcome.gateway_message_id, outcome.parts) == (OutcomeState.ACCEPTED, "7", 1)
    assert gateway.status(7, "7", "+79990000065").state is ReceiptState.DELIVERED
    assert gateway.parse_receipts(b"", {}) == []
