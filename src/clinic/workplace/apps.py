from django.apps import AppConfig


class WorkplaceConfig(AppConfig):
    name = "clinic.workplace"
    label = "workplace"
