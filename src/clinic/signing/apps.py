from django.apps import AppConfig


class SigningConfig(AppConfig):
    name = "clinic.signing"
    label = "signing"
