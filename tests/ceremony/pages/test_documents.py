"""Reading: the list, the pages, the text for those who listen, and documents of others."""

import pytest
from django.utils import timezone

from sep.documents.models import Document
from sep.documents.pdf import refusal
from sep.documents.statuses import Status
from sep.ledger.models import Event
from tests import builders
from tests.ceremony.pages.person import Person, words

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = (
    "",
    "text",
    "file.pdf",
    "pages/1.webp",
    "code",
    "decline",
    "signed",
    "signed.pdf",
    "signed/pages/1.webp",
)


@pytest.fixture
def person():
    return Person(builders.package()).come_in()


@pytest.mark.parametrize("part", PARTS)
def test_document_of_another_is_as_absent_as_one_that_never_was(person, part):
    foreign = Person(builders.package()).document
    absent = Document(id="01ARZ3NDEKTSV4RRFFQ69G5FAV")
    answers = [person.get(person.at(part, document)) for document in (foreign, absent)]
    assert [answer.status_code for answer in answers] == [404, 404]
    first, second = (words(answer) for answer in answers)
    assert first == second


@pytest.mark.parametrize("part", ["intent", "code", "code/again", "decline", "read"])
def test_document_of_another_cannot_be_acted_upon(person, part):
    foreign = Person(builders.package()).document
    assert person.post(person.at(part, foreign), {"informed": "on", "code": "123456"}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.status == Status.CREATED


def test_every_page_has_an_image_and_its_text_once(person):
    page = person.read().content.decode()
    for number in (1, 2):
        assert page.count(f'alt="Страница {number} из 2"') == 1
        assert page.count(f"<p>Страница {number}.</p>") == 1
    image = person.get(person.at("pages/2.webp"))
    assert image["Content-Type"] == "image/webp"
    assert image.content[8:12] == b"WEBP"
    assert image["Cache-Control"].startswith("private")
    assert person.get(person.at("pages/3.webp")).status_code == 404


def test_large_text_holds_the_whole_document(person):
    page = words(person.get(person.at("text")))
    assert "Страница 1." in page
    assert "Страница 2." in page


def test_original_file_can_be_saved(person):
    answer = person.get(person.at("file.pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content == builders.pdf()


def test_view_is_witnessed_once_and_by_people_only(person):
    assert not Event.objects.filter(kind="document:viewed").exists()
    person.read()
    person.read()
    assert Event.objects.filter(kind="document:viewed").count() == 1


def test_end_of_reading_is_witnessed_once(person):
    person.read()
    assert person.post(person.at("read")).status_code == 204
    person.post(person.at("read"))
    assert Event.objects.filter(kind="document:read_to_end").count() == 1


def test_several_documents_are_listed_with_their_state():
    package = builders.package(
        builders.new_document(name="Первый"), builders.new_document(name="Второй", type_code="contract")
    )
    person = Person(package).come_in()
    page = words(person.get("/sign/documents/"))
    assert "Ждут вашего решения 2 документа" in page
    person.sign()
    page = words(person.get("/sign/documents/"))
    assert "Ждёт вашего решения 1 документ." in page
    assert "Первый ✓ Подписан" in page


def test_after_a_signature_the_next_document_is_one_step_away():
    package = builders.package(builders.new_document(name="Первый"), builders.new_document(name="Второй"))
    person = Person(package).come_in()
    person.sign()
    page = person.get(person.at("signed"))
    assert "Следующий документ Второй Перейти к следующему" in words(page)
    assert f'href="{person.at(document=person.documents[1])}"' in page.content.decode()
    person.sign(person.documents[1])
    assert "Это всё, спасибо!" in words(person.get("/sign/documents/"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"status": Status.REVOKED}, "Клиника отозвала документ"),
        ({"status": Status.EXPIRED}, "Срок подписания истёк"),
        ({"expires_at": None}, "Срок подписания истёк"),
        ({"status": Status.DECLINED}, "Вы отказались подписать документ"),
    ],
    ids=["revoked", "expired", "expired and not yet noted", "declined"],
)
def test_document_that_waits_no_more_says_why_and_whom_to_call(person, change, told):
    person.read()
    values = {name: value or timezone.now() for name, value in change.items()}
    Document.objects.filter(pk=person.document.pk).update(**values)
    page = words(person.read())
    assert told in page
    assert "+7 865 245-00-00" in page
    assert "Подписать" not in page
    for part in ("code", "decline", "text"):
        assert person.get(person.at(part))["Location"] == person.at()
    assert person.press_sign()["Location"] == person.at()


def test_withdrawn_consent_still_gives_the_signed_file(person):
    person.sign()
    Document.objects.filter(pk=person.document.pk).update(status=Status.WITHDRAWN)
    assert "согласие отозвано" in words(person.get(person.at("signed")))
    assert person.get(person.at("signed.pdf")).status_code == 200


def test_id_of_another_shape_is_no_address(person):
    for odd in ("nothing", "%00", "01arz3ndektsv4rrffq69g5fav", "x" * 300):
        assert person.get(f"/sign/documents/{odd}/").status_code == 404


@pytest.mark.parametrize(("code", "again"), [("pdf_unreadable", False), ("pdf_interrupted", True)])
def test_what_cannot_be_drawn_is_said_and_not_taken_for_seen(person, monkeypatch, code, again):
    def fail(_data):
        raise refusal(code)

    monkeypatch.setattr("sep.documents.pages.render", fail)
    page = person.get(person.at(""))
    assert page.status_code == 503
    assert "Не удалось показать документ" in words(page)
    assert ("Попробовать снова" in words(page)) is again
    assert "Подписать" not in words(page)
    assert person.at("file.pdf") in page.content.decode()
    assert Document.objects.get(pk=person.document.pk).viewed_at is None
    monkeypatch.undo()
    assert person.read().status_code == 200
