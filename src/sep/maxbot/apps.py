from django.apps import AppConfig


class MaxbotConfig(AppConfig):
    name = "sep.maxbot"
    label = "maxbot"

    def ready(self) -> None:
        from sep.documents.lifecycle import moved  # noqa: PLC0415  models are not there before
        from sep.maxbot.tasks import settle_card_of  # noqa: PLC0415

        moved.connect(settle_card_of, dispatch_uid="maxbot")
