from django.apps import AppConfig


class CabinetConfig(AppConfig):
    name = "sep.cabinet"
    label = "cabinet"
