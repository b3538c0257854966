"""Who must sign, as a lawyer would write it down: rows to be read against the acts, nothing is computed.

A row reads: from what age, through what age (full years, both included), capacity, what the help is about,
who signs, on what ground. Every case stands in exactly one row.
"""

from typing import NamedTuple

FOREVER = 200

MATTERS = ("ordinary", "narcology", "addiction", "examination", "transplantation")
CAPACITIES = ("ordinary", "emancipated", "incapable", "incapable_consenting", "limited")
# Marks of an adult, incapable or limited, change nothing for a minor: the rules of his age hold.
NOT_EMANCIPATED = ("ordinary", "incapable", "incapable_consenting", "limited")
INCAPABLE = ("incapable", "incapable_consenting")

NOBODY = ()
PATIENT = (("patient",),)
REPRESENTATIVE = (("representative",),)
TOGETHER = (("patient", "representative"),)
TOGETHER_OR_REPRESENTATIVE = (("patient", "representative"), ("representative",))
EITHER = (("patient",), ("representative",))


class Row(NamedTuple):
    since: int
    through: int
    capacities: tuple[str, ...]
    matters: tuple[str, ...]
    signs: tuple[tuple[str, ...], ...]
    ground: str


CONSENT = (
    Row(0, 14, NOT_EMANCIPATED, ("ordinary",), REPRESENTATIVE, "323-ФЗ ст. 20 ч. 2 п. 1"),
    Row(15, 17, NOT_EMANCIPATED, ("ordinary",), PATIENT, "323-ФЗ ст. 54 ч. 2"),
    Row(0, 15, NOT_EMANCIPATED, ("addiction",), REPRESENTATIVE, "323-ФЗ ст. 54 ч. 2"),
    Row(16, 17, NOT_EMANCIPATED, ("addiction",), PATIENT, "323-ФЗ ст. 54 ч. 2"),
    Row(0, 17, NOT_EMANCIPATED, ("narcology",), REPRESENTATIVE, "323-ФЗ ст. 20 ч. 2 п. 2; 3-ФЗ ст. 54 п. 2"),
    Row(0, 17, NOT_EMANCIPATED, ("examination",), REPRESENTATIVE, "323-ФЗ ст. 20 ч. 2 п. 2"),
    Row(0, 17, NOT_EMANCIPATED, ("transplantation",), REPRESENTATIVE, "323-ФЗ ст. 47 ч. 5"),
    Row(18, FOREVER, ("ordinary",), MATTERS, PATIENT, "323-ФЗ ст. 20 ч. 1"),
    Row(18, FOREVER, ("limited",), MATTERS, PATIENT, "323-ФЗ ст. 20 ч. 2: ограниченные не названы"),
    Row(18, FOREVER, ("incapable_consenting",), MATTERS, PATIENT, "323-ФЗ ст. 20 ч. 2 п. 1"),
    Row(18, FOREVER, ("incapable",), MATTERS, REPRESENTATIVE, "323-ФЗ ст. 20 ч. 2 п. 1"),
    Row(0, 13, ("emancipated",), MATTERS, NOBODY, "ГК 21, 27; СК 13: так рано не бывает"),
    Row(14, FOREVER, ("emancipated",), MATTERS, PATIENT, "ГК 21 п. 2, 27; 323-ФЗ ст. 54 ч. 3"),
)

CONTRACT = (
    Row(0, 13, NOT_EMANCIPATED, MATTERS, REPRESENTATIVE, "ГК 28"),
    Row(14, 17, NOT_EMANCIPATED, MATTERS, TOGETHER_OR_REPRESENTATIVE, "ГК 26; один — «заказчик», ГК 430"),
    Row(18, FOREVER, ("ordinary",), MATTERS, PATIENT, "ГК 21 п. 1"),
    Row(18, FOREVER, ("limited",), MATTERS, TOGETHER, "ГК 30: с согласия попечителя"),
    Row(18, FOREVER, INCAPABLE, MATTERS, REPRESENTATIVE, "ГК 29 п. 2: опекун"),
    Row(0, 13, ("emancipated",), MATTERS, NOBODY, "ГК 21, 27; СК 13: так рано не бывает"),
    Row(14, FOREVER, ("emancipated",), MATTERS, PATIENT, "ГК 21 п. 2, 27"),
)

PERSONAL_DATA_CONSENT = (
    Row(0, 14, NOT_EMANCIPATED, MATTERS, REPRESENTATIVE, "152-ФЗ ст. 9; ГК 28; в 14 лет — осторожности ради"),
    Row(15, 17, NOT_EMANCIPATED, MATTERS, TOGETHER, "152-ФЗ ст. 9; ГК 26; осторожности ради"),
    Row(18, FOREVER, ("ordinary",), MATTERS, PATIENT, "152-ФЗ ст. 9 ч. 1"),
    Row(18, FOREVER, ("limited",), MATTERS, PATIENT, "152-ФЗ ст. 9 ч. 6: ограниченные не названы"),
    Row(18, FOREVER, INCAPABLE, MATTERS, REPRESENTATIVE, "152-ФЗ ст. 9 ч. 6"),
    Row(0, 13, ("emancipated",), MATTERS, NOBODY, "ГК 21, 27; СК 13: так рано не бывает"),
    Row(14, FOREVER, ("emancipated",), MATTERS, PATIENT, "ГК 21 п. 2, 27; 152-ФЗ ст. 9 ч. 1"),
)

# Whoever is going to sign agrees about his own signature.
PEP_AGREEMENT = (
    Row(0, 13, NOT_EMANCIPATED, MATTERS, REPRESENTATIVE, "63-ФЗ ст. 6 ч. 2; ГК 28"),
    Row(14, 17, NOT_EMANCIPATED, MATTERS, EITHER, "63-ФЗ ст. 6 ч. 2, ст. 9"),
    Row(18, FOREVER, ("ordinary",), MATTERS, PATIENT, "63-ФЗ ст. 6 ч. 2, ст. 9"),
    Row(18, FOREVER, ("limited",), MATTERS, EITHER, "63-ФЗ ст. 6 ч. 2, ст. 9"),
    Row(18, FOREVER, ("incapable_consenting",), MATTERS, EITHER, "63-ФЗ ст. 6 ч. 2, ст. 9"),
    Row(18, FOREVER, ("incapable",), MATTERS, REPRESENTATIVE, "63-ФЗ ст. 6 ч. 2; ГК 29 п. 2"),
    Row(0, 13, ("emancipated",), MATTERS, NOBODY, "ГК 21, 27; СК 13: так рано не бывает"),
    Row(14, FOREVER, ("emancipated",), MATTERS, PATIENT, "63-ФЗ ст. 6 ч. 2; ГК 21 п. 2, 27"),
)

WHO_SIGNS = {
    "consent": CONSENT,
    "refusal": CONSENT,
    "withdrawal": CONSENT,
    "personal_data_consent": PERSONAL_DATA_CONSENT,
    "contract": CONTRACT,
    "act": CONTRACT,
    "other": CONTRACT,
    "pep_agreement": PEP_AGREEMENT,
}


class Representation(NamedTuple):
    since: int
    through: int
    capacities: tuple[str, ...]
    relations: tuple[str, ...]
    ground: str


ANY_LEGAL = ("mother", "father", "parent", "adoptive_parent", "guardian", "trustee")

WHO_REPRESENTS = (
    Representation(0, 17, NOT_EMANCIPATED, ANY_LEGAL, "СК 64, 137; ГК 26, 28, 32, 33"),
    Representation(18, FOREVER, ("ordinary",), (), "ГК 21 п. 1"),
    Representation(18, FOREVER, INCAPABLE, ("guardian",), "ГК 29 п. 2, 32"),
    Representation(18, FOREVER, ("limited",), ("trustee",), "ГК 30, 33"),
    Representation(0, FOREVER, ("emancipated",), (), "СК 61 п. 2; ГК 40 п. 3"),
)

# Near to the patient, or nearly the right word; none of them is a ground to sign for him.
NO_REPRESENTATIVES = (
    "",
    "grandmother",
    "grandfather",
    "nanny",
    "spouse",
    "sister",
    "brother",
    "son",
    "daughter",
    "stepfather",
    "neighbour",
    "representative",
    "patient",
    "Mother",
    "GUARDIAN",
    " mother",
    "trustee ",
    "parents",
    "guardian,trustee",
    "мать",
    "опекун",
)
