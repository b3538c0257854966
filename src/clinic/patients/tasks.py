"""The clinic's background work about agreements."""

from clinic.patients import agreement_exchange
from sep.jobs import job


@job("patients.agreement", queue="clinic")
def fulfil_wish_about_agreement(agreement_id: int) -> None:
    """Do what is wanted of an agreement: ask, send a code, compare it, write down, end."""
    agreement_exchange.fulfil(agreement_id)
