from django.apps import AppConfig


class VerifyConfig(AppConfig):
    name = "sep.verify"
    label = "verify"
