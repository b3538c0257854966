from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "sep.api"
    label = "api"
