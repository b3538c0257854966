from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "sep.parties"
    label = "parties"
