from django.apps import AppConfig


class ExternalCabinetConfig(AppConfig):
    name = "sep.external_cabinet"
    label = "external_cabinet"

    def ready(self) -> None:
        from sep.ceremony.signals import invited  # noqa: PLC0415  models are not there before
        from sep.documents.lifecycle import moved  # noqa: PLC0415
        from sep.external_cabinet.notices import tell_invited, tell_moved  # noqa: PLC0415

        invited.connect(tell_invited, dispatch_uid="external_cabinet")
        moved.connect(tell_moved, dispatch_uid="external_cabinet")
