from django.apps import AppConfig


class CeremonyConfig(AppConfig):
    name = "sep.ceremony"
    label = "ceremony"
