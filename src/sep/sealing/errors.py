"""What can go wrong when a document is sealed."""


class SealingError(Exception):
    """The root of this package's errors: a stable `code` for programs, a Russian message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class KeyRefused(SealingError):
    """The seal key or its certificate cannot be used.

    Codes: `pkcs12_unreadable`, `pkcs12_incomplete`, `key_algorithm`, `key_mismatch`, `certificate_usage`.
    """


class CannotSeal(SealingError):
    """This PDF cannot be extended by a seal as it is; a rewrite of its structure may help.

    Codes: `damaged`, `encrypted`, `hybrid_xref`, `no_pages`, `usage_rights`, `certified_no_changes`,
    `self_check` (only from `can_seal`: the trial copy did not pass its verification).
    """


class SelfCheckFailed(SealingError):
    """The freshly sealed file did not pass its own verification and must not be issued.

    Codes: the failed `Check` of the verification, or `kind`, `prefix`, `reopened`, `page_count`,
    `earlier_signatures`.
    """
