"""Sign-in through Госуслуги (ЕСИА, OAuth 2.0 with OpenID Connect): who has confirmed a person, and how.

Ground: no Django, no database, no clock of its own. Wire facts are of «Методические рекомендации по
использованию ЕСИА» as published and of clients that work with it; what could not be confirmed says so.
"""

from sep.esia.client import Esia, EsiaPerson, returned_code
from sep.esia.development import make_development_identity
from sep.esia.errors import (
    AccountNotConfirmed,
    BadAnswer,
    CannotSign,
    EsiaError,
    RefusedByPerson,
    Unavailable,
)
from sep.esia.settings import Algorithm, EsiaSettings
from sep.esia.signers import Signer

__all__ = [
    "AccountNotConfirmed",
    "Algorithm",
    "BadAnswer",
    "CannotSign",
    "Esia",
    "EsiaError",
    "EsiaPerson",
    "EsiaSettings",
    "RefusedByPerson",
    "Signer",
    "Unavailable",
    "make_development_identity",
    "returned_code",
]
