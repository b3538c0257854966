from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "clinic.forms"
    label = "forms"
