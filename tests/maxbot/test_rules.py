"""What the law asks for, in the chat: agreement, two signers, understanding, withdrawal, «Это не мне»."""

from datetime import date

import pytest

from sep.ceremony.models import Entrance, Signature
from sep.documents.intake import NewRecipient
from sep.documents.models import Document, Package
from sep.documents.statuses import Status
from sep.parties.models import Agreement, SignerRole
from sep.parties.person import Person
from tests import builders
from tests.ceremony import walk
from tests.ceremony.test_understanding import EXPLAINED
from tests.maxbot.test_conversation import code_of, meet, sign

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "simulator"])

TEENAGER = Person("Орлов", "Пётр", "", date(2010, 3, 1))
CHILD = Person("Орлов", "Лев", "", date(2014, 3, 1))
MOTHER = Person("Орлова", "Анна", "Сергеевна", date(1986, 5, 12))


def mother():
    return builders.signing(MOTHER, relation="mother", basis="свидетельство", in_medical_record=True)


def test_mother_signs_for_the_twelve_year_old(bot, messenger_of):
    package = builders.package(patient=CHILD, role=SignerRole.REPRESENTATIVE, signer=mother())
    person = meet(messenger_of(package), package)
    assert "За пациента: Орлов Лев" in person.text
    sign(person, package)
    signature = Signature.objects.get()
    assert (signature.document.status, signature.visit.entrance) == (Status.SIGNED, Entrance.MAX_CHAT)


def test_stranger_is_led_to_the_agreement_and_then_to_the_document(bot, messenger_of):
    package = builders.package(agreement=None)
    person = meet(messenger_of(package), package)
    agreement, consent = package.ordered()
    sign(person, package)
    assert Agreement.objects.get().document_id == agreement.id
    person.press("Следующий документ")
    sign(person, package)
    consent.refresh_from_db()
    assert consent.status == Status.SIGNED


def test_who_hurries_past_the_agreement_is_brought_back(bot, messenger_of):
    package = builders.package(agreement=None)
    person = meet(messenger_of(package), package)
    person.press("Мои документы")
    person.press("Открыть 2")
    person.press("Прочитать")
    while "Дальше ›" in person.buttons:
        person.press("Дальше")
    person.press("Подписать")
    person.press("Да, подписываю")
    assert "Сначала нужно соглашение" in person.text


def test_sixteen_year_old_signs_his_part_and_his_mother_hers_each_in_his_own_chat(bot, messenger_of):
    first = builders.package(
        builders.new_document(type_code="contract", name="Договор"),
        patient=TEENAGER,
        signer=builders.signing(TEENAGER),
        second=NewRecipient(SignerRole.REPRESENTATIVE, mother(), builders.AGREEMENT),
    )
    second = Package.objects.get(principal=first)
    token = walk.token_of(second)
    his = meet(messenger_of(first), first)
    hers = meet(messenger_of(second), second, token)
    sign(his, first)
    assert "подписывают двое" in his.text
    assert first.documents.get().status != Status.SIGNED
    sign(hers, second)
    assert first.documents.get().status == Status.SIGNED
    assert {signature.package_id for signature in Signature.objects.all()} == {first.id, second.id}


def test_questions_of_the_clinic_come_before_the_code(bot, messenger_of):
    package = builders.package(builders.new_document(explanation=EXPLAINED))
    person = meet(messenger_of(package), package)
    assert "Коротко от клиники" in person.text
    person.press("Прочитать")
    while "Дальше ›" in person.buttons:
        person.press("Дальше")
    person.press("Подписать")
    person.press("Да, подписываю")
    assert "Заменяет ли консультация осмотр?" in person.text
    person.press("Нет")
    assert "Можно ли отказаться?" in person.text
    person.press("Да, в любой момент")
    person.press("Да, подписываю")
    person.say(code_of(package))
    assert Document.objects.get().status == Status.SIGNED


def test_consent_is_withdrawn_where_it_was_signed(bot, messenger_of):
    package = builders.package()
    person = meet(messenger_of(package), package)
    sign(person, package)
    person.press("Отозвать согласие")
    withdrawal = Document.objects.get(type_code="withdrawal")
    sign(person, withdrawal.package)
    assert package.documents.get().status == Status.WITHDRAWN


def test_one_press_tells_the_clinic_that_it_is_not_for_this_person(bot, messenger_of):
    package = builders.package()
    person = meet(messenger_of(package), package)
    person.press("Это не мне")
    document = package.documents.get()
    assert document.status == Status.UNDELIVERED
    assert "Это не я" in document.status_reason
    assert "документов на подпись нет" in person.text
