from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "sep.ledger"
    label = "ledger"
