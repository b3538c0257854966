"""The decision table in full against the lawyer's sheet, and the cases by name."""

import re

import pytest

from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.models import SignerRole
from sep.parties.who_signs import Capacity, Matter, may_represent, who_signs
from tests.parties.who_signs_table import CAPACITIES, COLUMNS, MATTERS, REPRESENTS, SHEET

AGES = [*range(26), 60, 100]
PATIENT, REPRESENTATIVE = frozenset({SignerRole.PATIENT}), frozenset({SignerRole.REPRESENTATIVE})
LETTERS = {"П": PATIENT, "Р": REPRESENTATIVE, "ПР": PATIENT | REPRESENTATIVE}
RELATIONS = ["mother", "father", "parent", "adoptive_parent", "guardian", "trustee"]
STRANGERS = ["grandmother", "nanny", "spouse", "sister", "other", "", "Mother"]


def spans(text):
    """Read «0-14 Р    15-∞ П» into pairs of a range of ages and what is said of it."""
    for since, until, said in re.findall(r"(\d+)-(\d+|∞) ([^\d]+?)(?:\s{2,}|$)", text):
        yield range(int(since), 1000 if until == "∞" else int(until) + 1), said.strip()


def on_the_sheet(column, capacity, matter, age):
    found = [
        said
        for line in SHEET.strip().splitlines()
        for kind, who, about, rest in [line.split(None, 3)]
        if (kind, who) == (column, capacity) and about in {"*", matter}
        for ages, said in spans(rest)
        if age in ages
    ]
    assert len(found) == 1, f"the sheet says {found} of {column}, {capacity}, {matter}, {age}"
    if found[0] == "—":
        return frozenset()
    return frozenset(LETTERS[letters] for letters in found[0].split("/"))


CASES = [
    (kind, capacity, matter, age)
    for kind in COLUMNS
    for capacity in Capacity
    for matter in Matter
    for age in AGES
]


def test_every_kind_of_document_has_its_column():
    assert set(COLUMNS) == set(DOCUMENT_TYPES)
    assert len(CASES) >= 2000


@pytest.mark.parametrize("kind", COLUMNS)
def test_table_says_what_the_sheet_says(kind):
    wrong = []
    for of_kind, capacity, matter, age in CASES:
        if of_kind != kind:
            continue
        expected = on_the_sheet(COLUMNS[kind], CAPACITIES[capacity], MATTERS[matter], age)
        told = who_signs(kind, age=age, capacity=capacity, matter=matter)
        if told != expected:
            wrong.append((capacity.value, matter.value, age, told, expected))
    assert wrong == []


@pytest.mark.parametrize("capacity", Capacity)
def test_representatives_are_those_of_the_sheet(capacity):
    line = next(line for line in REPRESENTS.strip().splitlines() if line.split()[0] == CAPACITIES[capacity])
    for age in AGES:
        said = next(said for ages, said in spans(line.split(None, 1)[1]) if age in ages)
        able = set() if said == "—" else set(said.split())
        told = {
            relation
            for relation in RELATIONS + STRANGERS
            if may_represent(relation, age=age, capacity=capacity)
        }
        assert told == able, (capacity, age)


def named(kind, age, capacity=Capacity.ORDINARY, matter=Matter.ORDINARY):
    return who_signs(kind, age=age, capacity=capacity, matter=matter)


def test_mother_signs_for_the_twelve_year_old():
    assert named("consent", 12) == {REPRESENTATIVE}


def test_sixteen_year_old_signs_his_own_consent_and_a_contract_only_with_a_parent_or_the_parent_alone():
    assert named("consent", 16) == {PATIENT}
    assert named("contract", 16) == {PATIENT | REPRESENTATIVE, REPRESENTATIVE}


def test_addict_of_sixteen_decides_himself_and_a_patient_of_a_narcologist_does_not():
    assert named("consent", 16, matter=Matter.ADDICTION) == {PATIENT}
    assert named("consent", 17, matter=Matter.NARCOLOGY) == {REPRESENTATIVE}


def test_transplantation_is_decided_from_eighteen():
    assert named("consent", 17, matter=Matter.TRANSPLANTATION) == {REPRESENTATIVE}
    assert named("consent", 18, matter=Matter.TRANSPLANTATION) == {PATIENT}


def test_guardian_signs_for_the_incapable_who_cannot_consent_and_only_then():
    assert named("consent", 40, Capacity.INCAPABLE) == {REPRESENTATIVE}
    assert named("consent", 40, Capacity.INCAPABLE_CONSENTING) == {PATIENT}
    assert named("contract", 40, Capacity.INCAPABLE_CONSENTING) == {REPRESENTATIVE}


def test_trustee_signs_contracts_with_the_limited_and_leaves_consents_to_him():
    assert named("contract", 40, Capacity.LIMITED) == {PATIENT | REPRESENTATIVE}
    assert named("consent", 40, Capacity.LIMITED) == {PATIENT}


def test_married_seventeen_year_old_is_an_adult_and_nobody_is_married_at_thirteen():
    assert named("contract", 17, Capacity.EMANCIPATED) == {PATIENT}
    assert named("contract", 13, Capacity.EMANCIPATED) == frozenset()
