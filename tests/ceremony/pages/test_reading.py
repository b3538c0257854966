"""Reading what cannot be drawn: said plainly, given as a file, and never taken for seen."""

import hashlib

import pytest

from sep.documents.models import Document
from sep.documents.pdf.sandbox import SANDBOX
from sep.ledger.models import Event
from sep.vault import blobs
from tests import builders
from tests.ceremony.pages.person import Person, words
from tests.documents.pdf import hostile

pytestmark = pytest.mark.django_db(transaction=True)
UNDRAWABLE = hostile.many_pages(2)[:-300]


@pytest.fixture
def person():
    """A signer whose file passed the intake of an earlier release, and is not drawn by this one."""
    person = Person(builders.package()).come_in()
    sha256 = hashlib.sha256(UNDRAWABLE).hexdigest()
    blobs.put(person.document.organization, UNDRAWABLE)
    Document.objects.filter(pk=person.document.pk).update(
        original_sha256=sha256, original_size=len(UNDRAWABLE)
    )
    return person


def test_what_cannot_be_drawn_is_explained_and_given_as_a_file(person):
    page = person.read()

    assert "Не удалось показать документ" in words(page)
    assert "Позвоните в клинику" in words(page)
    assert f'href="{person.at("file.pdf")}"' in page.content.decode()
    assert person.get(person.at("file.pdf")).content == UNDRAWABLE
    assert "Не удалось показать документ" in words(person.get(person.at("text")))


def test_what_was_not_shown_is_neither_witnessed_nor_signed(person):
    person.read()
    person.post(person.at("read"))

    assert person.press_sign()["Location"] == person.at()
    assert not Event.objects.filter(
        kind__in=("document:viewed", "document:read_to_end", "document:intent")
    ).exists()
    assert Document.objects.get(pk=person.document.pk).viewed_at is None


def test_what_cannot_be_drawn_can_still_be_declined(person):
    person.read()
    person.post(person.at("decline"), {"reason": ""})

    assert "Вы отказались подписать документ" in words(person.read())


def test_a_machine_with_nothing_left_asks_to_try_again(monkeypatch):
    person = Person(builders.package()).come_in()

    def starved():
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(SANDBOX, "start", starved)
    page = words(person.read())
    assert "Подождите минуту и попробуйте снова." in page
    assert "Попробовать снова" in page
    monkeypatch.undo()
    assert person.read().status_code == 200
