"""What can go wrong on the way through Госуслуги."""

import re
from typing import Final


class EsiaError(Exception):
    """The root: a stable `code` for programs, a Russian `message` for people. Carries no personal data,
    no token and no address.
    """  # noqa: D205  one thought

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class RefusedByPerson(EsiaError):
    """The person went back, or did not let us have the data. Code: `refused`."""


class Unavailable(EsiaError):
    """ЕСИА could not be asked; the person may start anew in a while.

    Codes: `connect`, `timeout`, `broken`, `http-5NN`, `esia-007007`, `esia-007008`.
    """


class AccountNotConfirmed(EsiaError):
    """The account is not «подтверждённая», or not a natural person's: its data prove nothing.

    Codes: `not-confirmed`, `not-a-person`, `esia-007055`.
    """


class BadAnswer(EsiaError):
    """What came back must not be believed, or ЕСИА did not take our request.

    Codes: `state`, `no-code`, `unreadable`, `too-long`, `http-NNN`, `esia-NNNNNN`, `rejected`, and of the
    token: `token-form`, `token-algorithm`, `token-signature`, `token-issuer`, `token-audience`,
    `token-expired`, `token-early`.
    """


class CannotSign(EsiaError):
    """Our own key or signing program failed. Code: `signer`, `verifier`."""


_REFUSED: Final = "Вы не разрешили Госуслугам передать данные. Можно попробовать ещё раз."
_UNAVAILABLE: Final = "Госуслуги сейчас не отвечают. Попробуйте через несколько минут."
_NOT_CONFIRMED: Final = (
    "Учётная запись на Госуслугах не подтверждена. Подтвердите её и войдите снова: "
    "это можно сделать в приложении банка, в МФЦ или в центре обслуживания."
)
_REJECTED: Final = "Госуслуги не приняли запрос. Начните вход заново, а если не поможет — сообщите в клинику."

# Numbers of ЕСИА's errors that mean something to us; the others are `BadAnswer` under their own number.
_NUMBERS: Final[dict[str, tuple[type[EsiaError], str]]] = {
    "007004": (RefusedByPerson, _REFUSED),  # the owner of the resource has declined
    "007007": (Unavailable, _UNAVAILABLE),  # an unexpected error of the authorization service
    "007008": (Unavailable, _UNAVAILABLE),  # load, or works on the server
    "007011": (BadAnswer, "Этот вход через Госуслуги уже использован или устарел. Начните заново."),
    "007015": (BadAnswer, "Часы сервиса разошлись с часами Госуслуг. Сообщите об этом в клинику."),
    "007055": (AccountNotConfirmed, _NOT_CONFIRMED),
}
_NUMBER: Final = re.compile(r"ESIA-(\d{6})")


def of_esia(error: str, description: str) -> EsiaError:
    """Name an error as ЕСИА tells it: OAuth's `error`, and a description that begins with its number."""
    found = _NUMBER.match(description)
    if found is None:
        if error == "access_denied":
            return RefusedByPerson("refused", _REFUSED)
        return BadAnswer("rejected", _REJECTED)
    number = found[1]
    kind, message = _NUMBERS.get(number, (BadAnswer, _REJECTED))
    return kind("refused" if kind is RefusedByPerson else f"esia-{number}", message)


def unavailable(code: str) -> Unavailable:
    return Unavailable(code, _UNAVAILABLE)


def bad_answer(code: str) -> BadAnswer:
    return BadAnswer(code, "Ответ Госуслуг не прошёл проверку. Начните вход заново.")


def not_confirmed() -> AccountNotConfirmed:
    return AccountNotConfirmed("not-confirmed", _NOT_CONFIRMED)


def not_a_person() -> AccountNotConfirmed:
    return AccountNotConfirmed("not-a-person", "Войдите на Госуслуги как частное лицо, а не как организация.")
