"""The scripted gateways of the delivery tests serve here too."""

from tests.delivery.conftest import installed as installed  # noqa: PLC0414  a fixture shared by name
