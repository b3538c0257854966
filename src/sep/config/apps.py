from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "sep.config"
    label = "config"
