"""The SMS gateways of this installation, made once a process from the settings."""

from functools import cache

from django.conf import settings

from sep.delivery.sms.gateway import Gateway
from sep.delivery.sms.registry import build_gateway


@cache
def gateways() -> dict[str, Gateway]:
    """Return the gateways by name, in the order in which they are tried."""
    environment = settings.ENVIRONMENT
    return {name: build_gateway(name, getattr(environment, name, {})) for name in environment.sms_gateways}
