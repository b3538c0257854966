"""The clinic's background work about agreements."""

from datetime import datetime

from clinic.patients import agreement_exchange
from sep.jobs import job


@job("patients.agreement", queue="clinic")
def fulfil_wish_about_agreement(agreement_id: int, asked_at: str) -> None:
    """Do what was wanted of an agreement at that moment: ask, send a code, compare it, write down, end."""
    agreement_exchange.fulfil(agreement_id, datetime.fromisoformat(asked_at))
