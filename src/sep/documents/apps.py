from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "sep.documents"
    label = "documents"
