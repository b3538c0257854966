"""Who must sign what: the decision table of the law, as data.

Rows are read from the top and the first that fits decides. Ages are full years on the day of signing in the
clinic's zone. A row says which roles sign; several answers are alternatives.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sep.parties.models import SignerRole
from sep.parties.person import Capacity

__all__ = [
    "ADULT",
    "RELATIONS",
    "Capacity",
    "Matter",
    "Row",
    "Signers",
    "may_represent",
    "row_of",
    "signs_alone_from",
    "who_signs",
]

ADULT: Final = 18
_OLDEST: Final = 200


class Matter(StrEnum):
    """What an intervention is about, where the law sets another age for consenting to it."""

    ORDINARY = "ordinary"
    NARCOLOGY = "narcology"
    EXAMINATION = "examination"  # медицинское освидетельствование на состояние опьянения
    ADDICTION = "addiction"  # больной наркоманией
    TRANSPLANTATION = "transplantation"


Signers = frozenset[SignerRole]
_PATIENT: Final = frozenset({SignerRole.PATIENT})
_REPRESENTATIVE: Final = frozenset({SignerRole.REPRESENTATIVE})
_BOTH: Final = _PATIENT | _REPRESENTATIVE


@dataclass(frozen=True)
class Row:
    """One line of the table: when it applies, who signs, and by which article."""

    group: str
    since: int
    until: int
    capacities: frozenset[Capacity]
    signers: frozenset[Signers]
    article: str
    matters: frozenset[Matter] = frozenset(Matter)


_ANY: Final = frozenset(Capacity)
_ORDINARY: Final = frozenset({Capacity.ORDINARY})
_FREE: Final = frozenset({Capacity.EMANCIPATED})
_LIMITED: Final = frozenset({Capacity.LIMITED})
_INCAPABLE: Final = frozenset({Capacity.INCAPABLE})
_CONSENTING: Final = frozenset({Capacity.INCAPABLE_CONSENTING})
_EITHER_INCAPABLE: Final = _INCAPABLE | _CONSENTING
_NOT_FREE: Final = _ANY - _FREE
"""A minor is a minor whatever else is said of him; only emancipation and marriage make him an adult."""

_ALONE: Final = frozenset({_PATIENT})
_BY_REPRESENTATIVE: Final = frozenset({_REPRESENTATIVE})
_TOGETHER: Final = frozenset({_BOTH})
_NARCOLOGY: Final = frozenset({Matter.NARCOLOGY, Matter.EXAMINATION})

GROUPS: Final = {
    "consent": "medical",
    "refusal": "medical",
    "withdrawal": "medical",
    "personal_data_consent": "personal_data",
    "contract": "deal",
    "act": "deal",
    "other": "deal",
    "pep_agreement": "agreement",
}

TABLE: Final = (
    # Эмансипация — с 16 лет, брак — с 14 (СК ст. 13): раньше такой отметки быть не может.
    *(
        Row(group, 0, 13, _FREE, frozenset(), "ГК РФ ст. 21, 27")
        for group in ("medical", "personal_data", "deal", "agreement")
    ),
    *(
        Row(group, 14, _OLDEST, _FREE, _ALONE, "ГК РФ ст. 21, 27")
        for group in ("medical", "personal_data", "deal", "agreement")
    ),
    Row(
        "medical",
        0,
        17,
        _NOT_FREE,
        _BY_REPRESENTATIVE,
        "323-ФЗ ст. 47 ч. 5",
        frozenset({Matter.TRANSPLANTATION}),
    ),
    Row("medical", 0, 17, _NOT_FREE, _BY_REPRESENTATIVE, "323-ФЗ ст. 20 ч. 2 п. 2; ст. 54 ч. 2", _NARCOLOGY),
    Row(
        "medical",
        0,
        15,
        _NOT_FREE,
        _BY_REPRESENTATIVE,
        "323-ФЗ ст. 54 ч. 2",
        frozenset({Matter.ADDICTION}),
    ),
    Row("medical", 0, 14, _NOT_FREE, _BY_REPRESENTATIVE, "323-ФЗ ст. 20 ч. 2 п. 1; ст. 54 ч. 2"),
    Row("medical", 15, 17, _NOT_FREE, _ALONE, "323-ФЗ ст. 54 ч. 2"),
    Row("medical", 18, _OLDEST, _INCAPABLE, _BY_REPRESENTATIVE, "323-ФЗ ст. 20 ч. 2 п. 1; ГК РФ ст. 29"),
    Row("medical", 18, _OLDEST, _ANY, _ALONE, "323-ФЗ ст. 20 ч. 1"),
    Row("deal", 0, 13, _NOT_FREE, _BY_REPRESENTATIVE, "ГК РФ ст. 28"),
    Row("deal", 14, 17, _NOT_FREE, frozenset({_BOTH, _REPRESENTATIVE}), "ГК РФ ст. 26; ст. 430"),
    Row("deal", 18, _OLDEST, _EITHER_INCAPABLE, _BY_REPRESENTATIVE, "ГК РФ ст. 29"),
    Row("deal", 18, _OLDEST, _LIMITED, _TOGETHER, "ГК РФ ст. 30"),
    Row("deal", 18, _OLDEST, _ORDINARY, _ALONE, "ГК РФ ст. 21"),
    Row("personal_data", 0, 14, _NOT_FREE, _BY_REPRESENTATIVE, "152-ФЗ ст. 9 ч. 6"),
    Row("personal_data", 15, 17, _NOT_FREE, _TOGETHER, "152-ФЗ ст. 9; ГК РФ ст. 26"),
    Row("personal_data", 18, _OLDEST, _EITHER_INCAPABLE, _BY_REPRESENTATIVE, "152-ФЗ ст. 9 ч. 6"),
    Row("personal_data", 18, _OLDEST, _ANY, _ALONE, "152-ФЗ ст. 9 ч. 1"),
    # The agreement is concluded by whoever is going to sign under it.
    Row("agreement", 0, 13, _NOT_FREE, _BY_REPRESENTATIVE, "63-ФЗ ст. 6 ч. 2; ГК РФ ст. 28"),
    Row(
        "agreement",
        14,
        17,
        _NOT_FREE,
        frozenset({_PATIENT, _REPRESENTATIVE}),
        "63-ФЗ ст. 6 ч. 2; 323-ФЗ ст. 54 ч. 2",
    ),
    Row("agreement", 18, _OLDEST, _INCAPABLE, _BY_REPRESENTATIVE, "63-ФЗ ст. 6 ч. 2; ГК РФ ст. 29"),
    Row(
        "agreement",
        18,
        _OLDEST,
        _CONSENTING | _LIMITED,
        frozenset({_PATIENT, _REPRESENTATIVE}),
        "63-ФЗ ст. 6 ч. 2; ГК РФ ст. 29, 30",
    ),
    Row("agreement", 18, _OLDEST, _ORDINARY, _ALONE, "63-ФЗ ст. 6 ч. 2"),
)


def row_of(type_code: str, *, age: int, capacity: Capacity, matter: Matter) -> Row:
    """Return the line of the table that decides a case."""
    group = GROUPS[type_code]
    return next(
        row
        for row in TABLE
        if row.group == group
        and row.since <= age <= row.until
        and capacity in row.capacities
        and (group != "medical" or matter in row.matters)
    )


def who_signs(type_code: str, *, age: int, capacity: Capacity, matter: Matter) -> frozenset[Signers]:
    """Return the alternatives: each is the set of roles that must all sign; empty when nobody may."""
    return row_of(type_code, age=age, capacity=capacity, matter=matter).signers


def signs_alone_from(type_code: str) -> int:
    """Return the age from which an ordinary patient signs without anybody else."""
    ages = range(ADULT + 1)
    return next(
        age
        for age in ages
        if who_signs(type_code, age=age, capacity=Capacity.ORDINARY, matter=Matter.ORDINARY) == _ALONE
    )


RELATIONS: Final = {
    "mother": "мать",
    "father": "отец",
    "parent": "родитель",
    "adoptive_parent": "усыновитель",
    "guardian": "опекун",
    "trustee": "попечитель",
}
"""Relations that make a legal representative (323-ФЗ ст. 20 ч. 2, ГК ст. 31–33); a grandmother as such is not
one."""

_OF_ADULTS: Final = {
    Capacity.INCAPABLE: "guardian",
    Capacity.INCAPABLE_CONSENTING: "guardian",
    Capacity.LIMITED: "trustee",
}


def may_represent(relation: str, *, age: int, capacity: Capacity) -> bool:
    """Tell whether somebody of this relation represents a patient of this age and capacity."""
    if age >= ADULT or capacity is Capacity.EMANCIPATED:
        return relation == _OF_ADULTS.get(capacity)
    return relation in RELATIONS
