"""Gateways by name, as settings call them. A new provider is a file and a line here."""

from collections.abc import Mapping
from typing import Any, Final

import httpx2
from pydantic import BaseModel, ValidationError

from sep.delivery.sms.console import ConsoleGateway, ConsoleSettings
from sep.delivery.sms.gateway import Gateway
from sep.delivery.sms.smsaero import SmsaeroGateway, SmsaeroSettings
from sep.delivery.sms.smsc import SmscGateway, SmscSettings
from sep.delivery.sms.smsru import SmsruGateway, SmsruSettings

GATEWAYS: Final[dict[str, tuple[type[BaseModel], Any]]] = {
    "smsc": (SmscSettings, SmscGateway),
    "smsru": (SmsruSettings, SmsruGateway),
    "smsaero": (SmsaeroSettings, SmsaeroGateway),
    "console": (ConsoleSettings, ConsoleGateway),
}


class GatewaySettingsError(ValueError):
    """A gateway is not known, or its settings do not fit; the message never quotes a value."""


def build_gateway(name: str, settings: Mapping[str, str], client: httpx2.Client | None = None) -> Gateway:
    """Make the gateway `name` from its settings. Raises GatewaySettingsError, in Russian."""
    if name not in GATEWAYS:
        known = ", ".join(GATEWAYS)
        raise GatewaySettingsError(f"Неизвестный SMS-шлюз «{name}». Известны: {known}.")
    model, gateway = GATEWAYS[name]
    try:
        parsed = model.model_validate(dict(settings))
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc']) or 'настройки'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False, include_context=False)
        )
        raise GatewaySettingsError(f"Настройки SMS-шлюза «{name}» не подходят: {faults}.") from None
    built: Gateway = gateway(parsed, client)
    return built
