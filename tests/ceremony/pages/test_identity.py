"""The birth date: five tries, patience with typing, and no way around."""

from datetime import date

import pytest
from django.test import Client

from sep.ceremony.models import SigningLink
from tests import builders
from tests.ceremony.pages.person import Person, words

pytestmark = pytest.mark.django_db(transaction=True)
WRONG = date(1954, 3, 15)


@pytest.fixture
def person():
    person = Person(builders.package())
    person.open()
    return person


def typed(person, day, month, year):
    return person.post("/sign/identity", {"day": day, "month": month, "year": year})


@pytest.mark.parametrize(
    "parts", [("14", "3", "1954"), (" 14 ", "03", "1954 г."), ("14.03.1954", "", ""), ("", "", "14 3 1954")]
)
def test_date_is_read_with_patience(person, parts):
    assert typed(person, *parts)["Location"] == "/sign/"
    assert person.get("/sign/documents/").status_code == 303


@pytest.mark.parametrize(
    ("parts", "words_of_help"),
    [
        (("14", "", "1954"), "Заполните все три поля"),
        (("14", "3", "54"), "четырьмя цифрами"),
        (("31", "2", "1954"), "Такой даты не бывает"),
        (("99999999999999999999", "3", "1954"), "Такой даты не бывает"),
    ],
)
def test_slip_of_the_hand_costs_no_try(person, parts, words_of_help):
    answer = typed(person, *parts)
    assert answer.status_code == 422
    assert words_of_help in words(answer)
    assert SigningLink.objects.get().wrong_birth_dates == 0


def test_wrong_date_tells_how_many_tries_are_left(person):
    for left in ("Остались 4 попытки.", "Остались 3 попытки.", "Остались 2 попытки.", "Осталась 1 попытка."):
        page = words(person.get(person.tell_birth_date(WRONG)["Location"]))
        assert "Дата не подошла" in page
        assert left in page


def test_fifth_wrong_date_closes_the_link(person):
    for _ in range(4):
        person.tell_birth_date(WRONG)
    locked = person.tell_birth_date(WRONG)
    assert locked.status_code == 403
    assert "Ссылка закрыта" in words(locked)
    assert "+7 865 245-00-00" in words(locked)
    assert "Ссылка закрыта" in words(person.tell_birth_date())
    again = Person(person.package)
    assert "Ссылка закрыта" in words(again.open())


def test_nothing_is_shown_before_the_birth_date(person):
    for part in ("", "text", "file.pdf", "pages/1.webp", "code", "decline", "signed", "signed.pdf"):
        assert person.get(person.at(part))["Location"] == "/sign/identity"
    assert person.press_sign()["Location"] == "/sign/identity"
    assert "Иванова" not in words(person.get("/sign/identity"))
    assert person.document.name not in words(person.get("/sign/identity"))


def test_cookie_changes_when_the_person_is_known(person):
    before = person.browser.cookies["sign"].value
    person.tell_birth_date()
    assert person.browser.cookies["sign"].value != before
    old = Client()
    old.cookies["sign"] = before
    assert old.get(person.at()).status_code == 403
