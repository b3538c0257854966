"""The two documents that the service prints itself."""

from functools import cache
from hashlib import sha256
from typing import Final, NamedTuple

from sep.printing.data import AgreementForm, WithdrawalForm
from sep.printing.typesetting import TEXTS, typeset

AGREEMENT_VERSION: Final = "1"
"""Grows with every change of `texts/agreement.typ`: people have agreed to its words."""


class AgreementOfAnotherVersion(ValueError):
    """The text of this version is not printed any more: what was concluded is kept as a file."""


class TextVersion(NamedTuple):
    """A version of the agreement's text and the SHA-256 of its source, in hex."""

    version: str
    sha256: str


@cache
def agreement_version() -> TextVersion:
    """Return the version that `agreement` prints."""
    source = (TEXTS / "agreement.typ").read_bytes()
    return TextVersion(AGREEMENT_VERSION, sha256(source).hexdigest())


def agreement(data: AgreementForm) -> bytes:
    """Return the agreement on the simple electronic signature as a PDF (63-ФЗ ст. 6 ч. 2, ст. 9 ч. 2).

    Raises `AgreementOfAnotherVersion`.
    """
    version = agreement_version()
    if data.version != version.version:
        raise AgreementOfAnotherVersion(f"Печатается редакция {version.version} соглашения.")
    values = {**data.model_dump(mode="json"), "text_sha256": version.sha256}
    return typeset("agreement", values, data.made_on)


def withdrawal(data: WithdrawalForm) -> bytes:
    """Return the withdrawal of a consent as a PDF (323-ФЗ ст. 20 ч. 3, 152-ФЗ ст. 9 ч. 2)."""
    return typeset("withdrawal", data.model_dump(mode="json"), data.made_on)
