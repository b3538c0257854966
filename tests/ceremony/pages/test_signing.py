"""«Подписать», «Отказаться» and the code."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sep.ceremony.models import Confirmation, Signature
from sep.delivery.models import Delivery, DeliveryState, Purpose
from sep.documents.models import Document
from sep.documents.statuses import Status
from sep.ledger.models import Event
from tests import builders
from tests.ceremony.pages.person import Person, words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def person():
    person = Person(builders.package()).come_in()
    person.read()
    return person


def code_page(person):
    return words(person.get(person.at("code")))


def later(**ago):
    """As though the latest code had been sent so long ago."""
    moved = timedelta(**ago)
    for each in Confirmation.objects.all():
        each.sent_at -= moved
        each.issued_at -= moved
        each.expires_at -= moved
        each.save()


def test_tick_is_empty_and_needed(person):
    page = person.read().content.decode()
    assert 'name="informed"' in page
    assert "checked" not in page
    answer = person.post(person.at("intent"))
    assert answer.status_code == 422
    assert "отметьте, что прочитали документ" in words(answer)
    assert not Delivery.objects.filter(purpose=Purpose.CODE).exists()
    assert not Event.objects.filter(kind="document:intent").exists()


def test_nobody_signs_what_he_has_not_seen():
    person = Person(builders.package()).come_in()
    assert person.press_sign()["Location"] == person.at()
    assert not Confirmation.objects.exists()


def test_code_is_not_sent_by_its_page_alone(person):
    assert person.get(person.at("code"))["Location"] == person.at()
    assert person.post(person.at("code/again"))["Location"] == person.at("code")
    assert person.enter("123456")["Location"] == person.at()
    assert not Confirmation.objects.exists()


def test_page_says_honestly_what_a_code_is_worth(person):
    assert person.document.type.warning in words(person.read())


def test_code_page_tells_where_the_code_went(person):
    person.press_sign()
    page = code_page(person)
    phone = person.package.signer.person.phone
    assert f"+7 9** ***-**-{phone[-2:]}" in page
    assert "СМС не приходит?" in page
    assert 'autocomplete="one-time-code"' in person.get(person.at("code")).content.decode()


@pytest.mark.parametrize("as_typed", ["{code}", " {a} {b} ", "Код {code}: подпись документа №12 от 2026"])
def test_code_is_read_with_patience(person, as_typed):
    person.press_sign()
    code = person.code()
    person.enter(as_typed.format(code=code, a=code[:3], b=code[3:]))
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("typed", ["", "123", "код", "1234567"])
def test_slip_of_the_hand_costs_no_try(person, typed):
    person.press_sign()
    answer = person.enter(typed)
    assert answer.status_code == 422
    assert "Введите шесть цифр" in words(answer)
    assert Confirmation.objects.get().wrong_attempts == 0


def test_wrong_code_tells_how_many_tries_are_left(person):
    person.press_sign()
    assert person.enter(person.wrong_code())["Location"] == person.at("code")
    page = code_page(person)
    assert "Код не подошёл. Остались 4 попытки." in page
    assert not Signature.objects.exists()


def test_fifth_wrong_code_kills_it_and_a_new_one_is_offered(person):
    person.press_sign()
    wrong = person.wrong_code()
    for _ in range(5):
        person.enter(wrong)
    page = code_page(person)
    assert "Этот код больше не действует" in page
    assert "Код пять раз ввели неверно" in page
    assert person.post(person.at("code/again"))["Location"] == person.at("code")
    person.enter(person.code())
    assert Signature.objects.count() == 1


def test_code_past_its_five_minutes_is_explained(person):
    person.press_sign()
    later(minutes=5)
    page = code_page(person)
    assert "Этот код больше не действует" in page
    assert "Получить новый код" in page
    assert person.enter(person.code())["Location"] == person.at("code")
    assert not Signature.objects.exists()


def test_another_message_waits_for_its_minute(person):
    person.press_sign()
    page = person.get(person.at("code")).content.decode()
    assert " disabled>Прислать код ещё раз" in page
    assert "Ещё раз можно через" in page
    person.post(person.at("code/again"))
    assert Delivery.objects.filter(purpose=Purpose.CODE).count() == 1
    later(minutes=1)
    page = person.get(person.at("code")).content.decode()
    assert " disabled" not in page
    code = person.code()
    person.post(person.at("code/again"))
    assert Delivery.objects.filter(purpose=Purpose.CODE).count() == 2
    assert person.code() == code


def test_message_that_the_operator_refused_is_told(person):
    person.press_sign()
    Delivery.objects.filter(purpose=Purpose.CODE).update(state=DeliveryState.FAILED)
    assert "не доставлено" in code_page(person)


def test_after_three_codes_the_person_is_sent_to_the_clinic(person):
    person.press_sign()
    for _ in range(2):
        later(minutes=5)
        person.post(person.at("code/again"))
    later(minutes=5)
    answer = person.post(person.at("code/again"))
    assert answer.status_code == 429
    assert "уже три раза" in words(answer)
    assert "+7 865 245-00-00" in words(answer)


def test_after_fifteen_wrong_codes_a_day_even_the_right_one_waits(person):
    person.press_sign()
    Confirmation.objects.update(wrong_attempts=15, last_wrong_at=timezone.now(), ended_at=timezone.now())
    answer = person.press_sign()
    assert answer.status_code == 429
    assert "24 часа" in words(answer)


def test_phone_that_has_received_too_much_rests(person):
    person.press_sign()
    sent = Delivery.objects.get(purpose=Purpose.CODE)
    for _ in range(8):
        copy = Delivery.objects.get(pk=sent.pk)
        copy.pk = None
        copy.id = builders.new_document().id_document_mis
        copy.save(force_insert=True)
    later(minutes=5)
    answer = person.post(person.at("code/again"))
    assert answer.status_code == 429
    assert "слишком много сообщений" in words(answer)
    assert 0 < int(answer["Retry-After"]) <= 600


def test_second_press_of_the_button_leads_to_the_signed_document(person):
    person.press_sign()
    code = person.code()
    person.enter(code)
    assert person.enter(code)["Location"] == person.at()
    assert person.read()["Location"] == person.at("signed")
    assert Signature.objects.count() == 1


def test_signed_document_is_shown_with_its_sheet(person):
    person.press_sign()
    person.enter(person.code())
    page = words(person.get(person.at("signed")))
    assert "Документ подписан" in page
    assert "Скачать подписанный документ" in page
    assert "Лист подписания" in page
    assert person.get(person.at("signed/pages/3.webp")).content[8:12] == b"WEBP"


def test_declining_is_as_near_as_signing(person):
    page = person.read().content.decode()
    assert page.index(">Подписать<") < page.index(">Отказаться<")
    page = words(person.get(person.at("decline")))
    assert "Вы вправе не подписывать" in page
    assert person.document.status == Status.CREATED


@pytest.mark.parametrize("reason", ["", "  Хочу   спросить\nврача "])
def test_declined_document_keeps_the_reason_if_there_is_one(person, reason):
    assert person.post(person.at("decline"), {"reason": reason})["Location"] == person.at()
    person.document.refresh_from_db()
    assert person.document.status == Status.DECLINED
    assert person.document.status_reason == " ".join(reason.split())
    assert "Вы отказались подписать документ" in words(person.read())


@pytest.mark.parametrize("part", ["intent", "code/again"])
def test_address_of_a_button_opened_as_a_page_leads_on(person, part):
    answer = person.get(person.at(part))
    assert answer.status_code == 303
    assert not Confirmation.objects.exists()


def test_document_that_came_signed_has_its_sheet_apart(person):
    person.press_sign()
    person.enter(person.code())
    assert person.get(person.at("protocol.pdf")).status_code == 404
    assert "Скачать лист подписания" not in words(person.get(person.at("signed")))
    Document.objects.update(protocol_sha256=Document.objects.get().original_sha256)
    assert "Скачать лист подписания" in words(person.get(person.at("signed")))
    assert person.get(person.at("protocol.pdf")).content.startswith(b"%PDF")
