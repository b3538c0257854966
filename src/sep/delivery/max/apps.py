from django.apps import AppConfig


class MaxConfig(AppConfig):
    name = "sep.delivery.max"
    label = "max"
