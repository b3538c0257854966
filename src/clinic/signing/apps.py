from typing import Any

from django.apps import AppConfig

from clinic.forms.signals import form_printed


class SigningConfig(AppConfig):
    name = "clinic.signing"
    label = "signing"

    def ready(self) -> None:
        form_printed.connect(_into_the_package, dispatch_uid="signing.package")


def _into_the_package(sender: object, **sent: Any) -> None:  # noqa: ARG001  a signal's receiver
    from clinic.signing.package import add_printed  # noqa: PLC0415  models are not loaded with the app

    add_printed(sent["printed"])
