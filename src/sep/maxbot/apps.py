from django.apps import AppConfig


class MaxbotConfig(AppConfig):
    name = "sep.maxbot"
    label = "maxbot"
