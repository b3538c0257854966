"""The whole way without JavaScript, from the link to the signed file."""

import pytest

from sep.documents.statuses import Status
from sep.vault import blobs
from tests import builders
from tests.ceremony.pages.person import Person, words

pytestmark = pytest.mark.django_db(transaction=True)


def test_person_signs_by_forms_alone():
    person = Person(builders.package())
    assert "Открыть документы" in words(person.get(f"/s/{person.token}"))
    assert person.open()["Location"] == "/sign/"
    assert person.get("/sign/")["Location"] == "/sign/identity"
    assert "Ваша дата рождения" in words(person.get("/sign/identity"))
    assert person.tell_birth_date()["Location"] == "/sign/"
    assert person.get("/sign/")["Location"] == "/sign/documents/"
    assert person.get("/sign/documents/")["Location"] == person.at()
    page = words(person.read())
    assert "Подписать" in page
    assert "Отказаться" in page
    assert "Страница 2." in page  # the text of the second page, for those who listen
    assert person.press_sign()["Location"] == person.at("code")
    assert "Введите код из СМС" in words(person.get(person.at("code")))
    assert person.enter(person.code())["Location"] == person.at("signed")
    assert "Документ подписан" in words(person.get(person.at("signed")))
    file = person.get(person.at("signed.pdf"))
    person.document.refresh_from_db()
    assert person.document.status == Status.SIGNED
    assert file.content == blobs.get(person.document.organization, person.document.sealed_sha256)
    assert file["Content-Disposition"].startswith("attachment")
    assert all(answer.status_code in {200, 303} for answer in person.visited)
