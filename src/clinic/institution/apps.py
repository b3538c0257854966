from django.apps import AppConfig


class InstitutionConfig(AppConfig):
    name = "clinic.institution"
    label = "institution"
