"""A refusal that a person reads and a program recognises."""


class Refusal(Exception):
    """The request is understood and may not be done.

    Attributes:
        code: stable, for programs.
        message: Russian, for people.
        path: which part of the request it is about, e.g. `signer.phone`; empty when about the whole.
        temporary: whether the same request may succeed a moment later.
    """

    def __init__(self, code: str, message: str, path: str = "", *, temporary: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.path = path
        self.temporary = temporary
