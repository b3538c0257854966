"""A thousand people whose names no form was drawn for."""

import random
from dataclasses import replace

import pytest

from clinic.forms.printing import render
from clinic.forms.subjects import sample_subject

from .reading import letters, outside_the_margins, overlapping, words

TITLE = "ИДС на мед вмешательство ультразвуковое исследование(при беременности)(медискан)"
TEXT = """# Согласие: {пациент.фио}

{подписант.вводная}, **{подписант.фио}**, {подписант.документ}.

- {пациент.инициалы}, {пациент.адрес}
1. {врач.фио}

[если представитель]
## {представитель.фио}
[конец]

[услуги]
[реквизиты]
[подпись]
"""
PEOPLE, SHEETS = 1000, 8
SYLLABLES = (
    *("ба", "во", "ги", "дю", "жё", "зы", "кхе", "ло", "мя", "ну", "пэ", "рю", "су"),
    *("ти", "фа", "хо", "цы", "чё", "ша", "щу", "э", "ю", "я", "ъя", "ьё"),
)
LATIN = ("mül", "łuk", "ñez", "øst", "çag", "ßer", "ğan", "Šve", "žil", "ées", "d'ar", "o’n", "wij")


def odd_name(dice, *, latin):
    syllables = LATIN if latin else SYLLABLES

    def word(longest):
        return "".join(dice.choices(syllables, k=dice.randint(1, longest))).capitalize()

    kinds = (
        lambda: word(5),
        lambda: "-".join(word(5) for _ in range(dice.randint(2, 4))),
        lambda: dice.choice(["О'", "д’", "Мак-", "фон дер ", "ибн "]) + word(5),
        lambda: dice.choice(["Щ", "W", "ы", "Ж"]) * 120,
        lambda: (word(60) + word(60) + word(60))[:120],
        lambda: word(1)[:1],
        lambda: " ".join(word(4) for _ in range(8))[:120],
        lambda: word(4).upper(),
    )
    return dice.choice(kinds)()


def rename(person, dice):
    latin = dice.random() < 0.25
    person.family = odd_name(dice, latin=latin)
    person.given = odd_name(dice, latin=latin)
    person.patronymic = odd_name(dice, latin=latin) if dice.random() < 0.7 else ""


@pytest.mark.parametrize("sheet", range(SHEETS))
def test_thousand_odd_people_fit_the_sheet(letterhead, sheet):
    dice = random.Random(sheet)
    for person in range(PEOPLE // SHEETS):
        subject = sample_subject(letterhead, "paid_order")
        rename(subject.patient, dice)
        rename(subject.representative, dice)
        subject.patient.address_registered = odd_name(dice, latin=False) * dice.choice([1, 2])
        if dice.random() < 0.5:
            subject = replace(subject, representative=None)
        pdf = render(TEXT, subject, title=TITLE)
        assert outside_the_margins(pdf) == [], subject.patient.full_name
        if person % 4 == 0:  # the slow look
            assert overlapping(pdf) == [], subject.patient.full_name
        shown = letters(words(pdf))
        assert letters(subject.patient.full_name) in shown
        assert letters(subject.signer.full_name) in shown
