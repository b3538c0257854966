from django.apps import AppConfig


class CabinetConfig(AppConfig):
    name = "sep.cabinet"
    label = "cabinet"

    def ready(self) -> None:
        from sep.cabinet.push import notify_invited  # noqa: PLC0415  models are not there before
        from sep.ceremony.signals import invited  # noqa: PLC0415

        invited.connect(notify_invited, dispatch_uid="cabinet")
