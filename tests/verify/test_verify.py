"""/verify: the little that anyone may know, and the judgement of a file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sep.vault import blobs
from sep.verify.facts import initials
from sep.verify.views import LARGEST_FILE
from tests import builders
from tests.ceremony import walk
from tests.ceremony.pages.person import words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed():
    package = builders.package()
    document = package.documents.get()
    walk.sign(document, walk.opened_visit(package))
    document.refresh_from_db()
    return document


def asked_about(document_id):
    return Client().get("/verify", {"document": document_id})


def judged(data):
    file = SimpleUploadedFile("file.pdf", data, content_type="application/pdf")
    return Client().post("/verify", {"file": file})


def sealed_file(document):
    return blobs.get(document.organization, document.sealed_sha256)


def test_code_on_paper_leads_to_the_facts(signed):
    page = words(asked_about(signed.id))
    assert "Документ подписан здесь" in page
    assert "Информированное добровольное согласие" in page
    assert "Рябина" in page
    assert signed.original_sha256 in page
    assert signed.sealed_sha256 in page
    assert "И. М. П." in page


def test_facts_name_neither_the_person_nor_the_treatment(signed):
    page = asked_about(signed.id).content.decode()
    phone = signed.package.signer.person.phone
    for secret in ("Иванова", "Мария", "1954", phone, phone[-4:] + "<", signed.name, signed.id_document_mis):
        assert secret not in page


def test_unsigned_document_is_known_without_its_signer():
    page = words(asked_about(builders.package().documents.get().id))
    assert "Документ здесь есть, но не подписан" in page
    assert "Подписант" not in page


@pytest.mark.parametrize("number", ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "' OR 1=1", "<b>", "x" * 500, "01\0"])
def test_unknown_number_is_answered_plainly(number):
    answer = asked_about(number)
    assert answer.status_code == 200
    assert "Такого документа здесь нет" in words(answer)
    assert number not in answer.content.decode()


def test_issued_file_is_recognised(signed):
    page = words(judged(sealed_file(signed)))
    assert "Файл выдан этим сервисом и не изменялся" in page
    assert "✓" in page
    assert "✗" not in page


def test_changed_file_is_recognised(signed):
    changed = bytearray(sealed_file(signed))
    changed[len(changed) // 3] ^= 1
    page = words(judged(bytes(changed)))
    assert "Файл изменён после печати" in page
    assert "✗" in page


def test_file_before_signing_has_no_seal():
    assert "В файле нет печати" in words(judged(builders.pdf()))


def test_anything_else_is_unreadable():
    assert "Файл не читается как PDF" in words(judged(b"<script>alert(1)</script>"))


def test_result_names_nobody(signed):
    page = judged(sealed_file(signed)).content.decode()
    assert "Иванова" not in page
    assert "1954" not in page


def test_no_file_is_told_plainly():
    answer = Client().post("/verify")
    assert answer.status_code == 422
    assert "Выберите файл PDF" in words(answer)


def test_file_larger_than_any_issued_is_not_judged():
    answer = judged(b"%PDF-" + b"0" * LARGEST_FILE)
    assert answer.status_code == 422
    assert "больше 12 МБ" in words(answer)


def test_checked_file_is_not_kept(signed, settings):
    folder = settings.ENVIRONMENT.data / "blobs"
    before = sorted(folder.rglob("*"))
    judged(builders.pdf("Чужой документ"))
    assert sorted(folder.rglob("*")) == before


def test_person_without_patronymic_has_two_initials():
    person = builders.Person("Ли", "Анна", "", builders.NOON.date())
    assert initials(person) == "Л.\u00a0А."
