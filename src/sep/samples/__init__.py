"""Sample documents: forms that a clinic prints, filled with invented people.

pdf = render("consent", child_consent(date.today()))
"""

from sep.samples.data import (
    Clinic,
    ConsentForm,
    ContractForm,
    Doctor,
    Form,
    Informed,
    Patient,
    Representative,
    Service,
)
from sep.samples.people import adult_consent, adult_contract, child_consent, child_contract
from sep.samples.rendering import FORMS, render

__all__ = [
    "FORMS",
    "Clinic",
    "ConsentForm",
    "ContractForm",
    "Doctor",
    "Form",
    "Informed",
    "Patient",
    "Representative",
    "Service",
    "adult_consent",
    "adult_contract",
    "child_consent",
    "child_contract",
    "render",
]
