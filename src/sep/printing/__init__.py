"""Documents that the service itself prints: the agreement on signing by codes, the withdrawal of a consent.

version, sha256 = agreement_version()
pdf = agreement(AgreementForm(version=version, …))
"""

from sep.printing.data import (
    AgreementForm,
    Clinic,
    Conclusion,
    Person,
    Signatory,
    WithdrawalForm,
    Withdrawn,
    WithdrawnDocument,
)
from sep.printing.documents import (
    AGREEMENT_VERSION,
    AgreementOfAnotherVersion,
    TextVersion,
    agreement,
    agreement_version,
    withdrawal,
)

__all__ = [
    "AGREEMENT_VERSION",
    "AgreementForm",
    "AgreementOfAnotherVersion",
    "Clinic",
    "Conclusion",
    "Person",
    "Signatory",
    "TextVersion",
    "WithdrawalForm",
    "Withdrawn",
    "WithdrawnDocument",
    "agreement",
    "agreement_version",
    "withdrawal",
]
