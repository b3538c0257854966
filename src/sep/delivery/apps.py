from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "sep.delivery"
    label = "delivery"
