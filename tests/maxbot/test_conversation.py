"""The whole ceremony in the chat, as a person with MAX lives it."""

import re

import pytest
from django.db import transaction
from django.utils import timezone

from sep.ceremony import acquaintances
from sep.ceremony.messages import document_number
from sep.ceremony.models import Confirmation, Entrance, Question, Signature, Visit
from sep.delivery.max.models import Dialog, Reach
from sep.delivery.models import Channel, Delivery, DeliveryState, Purpose
from sep.documents import recall
from sep.documents.models import Document
from sep.documents.statuses import Status
from tests import builders
from tests.ceremony import walk
from tests.maxbot.messenger import settle

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "simulator"])


@pytest.fixture
def package(bot):
    return builders.package()


@pytest.fixture
def person(package, messenger_of):
    return messenger_of(package)


def birth_date(package):
    return f"{package.signer.person.birth_date:%d.%m.%Y}"


def meet(person, package, token=None):
    """From the SMS to the first document."""
    person.start(token or walk.token_of(package))
    person.share()
    person.say(birth_date(package))
    return person


def read(person):
    person.press("Прочитать")
    while "Дальше ›" in person.buttons:
        person.press("Дальше")


def code_of(package):
    """The code as the SMS brings it; asked before the worker spends its secret."""
    delivery = Delivery.objects.filter(package=package, purpose=Purpose.CODE).latest("created_at")
    return re.search(r"\d{6}", delivery.live_text).group()


def sign(person, package):
    read(person)
    person.press("Подписать")
    person.press("Да, подписываю")
    person.say(code_of(package))


def status(package):
    return Document.objects.get(package=package).status


def test_sms_brings_the_way_into_the_chat(package):
    text = walk.sms(Delivery.objects.get(package=package))
    token = walk.token_of(package)
    assert f"https://max.ru/id2600000000_bot?start={token}" in text
    assert f"/s/{token}" in text, "an old phone has no MAX"


def test_stranger_sees_nothing_before_the_number(person, package):
    person.start(walk.token_of(package))
    assert person.buttons == ["Подтвердить номер", "Помощь"]
    assert package.organization.short_name not in person.text


def test_document_is_signed_wholly_in_the_chat(person, package):
    meet(person, package)
    document = Document.objects.get(package=package)
    assert document_number(document) in person.text
    sign(person, package)
    document.refresh_from_db()
    assert document.status == Status.SIGNED
    assert "Документ подписан" in person.text
    assert person.file().startswith(b"%PDF-")
    assert person.files[-1]["name"].endswith("(подписан).pdf")
    visit = Signature.objects.get().confirmation.visit
    assert visit.entrance == Entrance.MAX_CHAT
    assert Confirmation.objects.get().channel == Channel.SMS, "the code came by a second channel"


def test_cards_are_changed_in_place_and_do_not_pile_up(person, package):
    meet(person, package)
    sign(person, package)
    cards = [each for each in person.messages if each["from"] == "bot" and each["keyboard"]]
    assert len(cards) == 1


def test_next_document_comes_straight_into_the_chat(person, package):
    meet(person, package)
    sign(person, package)
    second = builders.package(
        clinic=package.organization, signer=package.signer.person, patient=package.signer.patient_person
    )
    settle()
    delivery = Delivery.objects.filter(package=second, purpose=Purpose.INVITATION).exclude(
        state=DeliveryState.RESERVED
    )
    assert [each.channel for each in delivery] == [Channel.MAX]
    assert status(second) == Status.SENT
    assert "просит подписать документ" in person.text
    assert Document.objects.get(package=second).name not in person.text, "a locked screen tells no name"
    person.press("Открыть здесь")
    sign(person, second)
    assert status(second) == Status.SIGNED


@pytest.mark.parametrize("allowed", [False, True])
def test_cards_call_documents_by_name_only_if_the_clinic_allows_it(person, package, allowed):
    package.organization.names_in_max = allowed
    package.organization.save()
    meet(person, package)
    name = Document.objects.get(package=package).name
    assert any(name in each["text"] for each in person.messages) == allowed


def test_reserve_keeps_no_secret_once_max_has_taken_the_message(person, package):
    meet(person, package)
    second = builders.package(clinic=package.organization, signer=package.signer.person)
    settle()
    reserve = Delivery.objects.get(package=second, state=DeliveryState.RESERVED)
    assert reserve.secret is None


def test_who_stopped_the_bot_gets_an_sms_at_once_and_the_clinic_sees_why(person, package, messenger_of):
    meet(person, package)
    person.stop()
    Dialog.objects.update(reach=Reach.OPEN)  # the news of it is late
    second = builders.package(clinic=package.organization, signer=package.signer.person)
    settle()
    in_max, sms = Delivery.objects.filter(package=second).order_by("-channel", "id").reverse()
    assert (in_max.channel, in_max.state) == (Channel.MAX, DeliveryState.FAILED)
    assert (sms.channel, sms.state) == (Channel.SMS, DeliveryState.ACCEPTED)
    assert Dialog.objects.get().reach == Reach.UNREACHABLE
    assert status(second) == Status.SENT


def test_stop_by_word_sends_the_next_one_by_sms(person, package):
    meet(person, package)
    person.say("Стоп")
    assert person.buttons == ["Снова писать мне"]
    second = builders.package(clinic=package.organization, signer=package.signer.person)
    settle()
    assert [each.channel for each in Delivery.objects.filter(package=second)] == [Channel.SMS]
    person.press("Снова писать")
    assert Dialog.objects.get().reach == Reach.OPEN


@pytest.mark.parametrize("how", ["forwarded", "bad_hash", "no_hash", "two_phones"])
def test_contact_that_is_not_one_s_own_binds_nothing(person, package, how):
    person.start(walk.token_of(package))
    person.share(how)
    assert not Dialog.objects.get().is_verified
    assert "подходит только номер вашей собственной учётной записи" in person.text
    person.share()
    assert Dialog.objects.get().is_verified


def test_contact_in_the_names_of_an_older_client_is_believed_when_it_is_signed(person, package):
    person.start(walk.token_of(package))
    person.share("camel_case")
    assert Dialog.objects.get().is_verified


def test_link_of_another_number_shows_nothing(package, bot, messenger_of):
    other = messenger_of(builders.package())
    other.start(walk.token_of(package))
    other.share()
    assert "отправляла на другой номер" in other.text
    assert not Visit.objects.exists()


def test_five_wrong_dates_close_the_documents(person, package):
    person.start(walk.token_of(package))
    person.share()
    for _ in range(5):
        person.say("01.01.1990")
    assert "закрыт" in person.text
    person.say(birth_date(package))
    assert document_number(Document.objects.get(package=package)) not in person.text
    assert not Visit.objects.filter(identified_at__isnull=False).exists()


def test_wrong_code_is_told_and_counted(person, package):
    meet(person, package)
    read(person)
    person.press("Подписать")
    person.press("Да, подписываю")
    wrong = f"{(int(code_of(package)) + 1) % 10**6:06}"
    person.say(wrong)
    assert "Код не подошёл" in person.text
    assert Confirmation.objects.get().wrong_attempts == 1
    person.say(f"Код {code_of(package)}")
    assert status(package) == Status.SIGNED


def test_unread_document_is_not_signed(person, package):
    meet(person, package)
    assert "Подписать" not in person.buttons
    person.press("Прислать PDF")
    assert person.file().startswith(b"%PDF-")
    assert "Подписать" in person.buttons


def test_refusal_with_a_reason_reaches_the_clinic(person, package):
    meet(person, package)
    person.press("Отказаться")
    person.say("Хочу посоветоваться с мужем")
    document = Document.objects.get(package=package)
    assert document.status == Status.DECLINED
    assert document.status_reason == "Хочу посоветоваться с мужем"
    assert "Клиника уже видит ваш отказ" in person.text


def test_question_reaches_the_clinic_encrypted(person, package):
    meet(person, package)
    person.press("Вопрос клинике")
    person.say("Можно ли есть перед приёмом?")
    asked = Question.objects.get()
    assert asked.text == "Можно ли есть перед приёмом?"
    assert "есть".encode() not in bytes(asked.text_sealed)
    assert "Вопрос передан клинике" in person.text


def test_words_are_understood_as_people_write_them_and_others_answered_kindly(person, package):
    meet(person, package)
    for words, answer in (
        ("спасибо", "Я понимаю только кнопки"),
        ("🙂", "Я понимаю только кнопки"),
        ("123456", "Код сейчас не нужен"),
        ("/help", "Что я умею"),
        ("«Документы»", "ждут вашей подписи"),
        ("ПОМОЩЬ.", "Что я умею"),
    ):
        person.say(words)
        assert answer in person.text


def test_revoked_document_says_so_under_an_old_button(person, package):
    meet(person, package)
    recall.revoke(Document.objects.get(package=package).id, "ошибка", now=timezone.now())
    person.press("Прочитать")
    assert "Клиника отозвала этот документ" in person.text


def test_two_people_on_one_phone_are_two_acquaintances(person, package):
    meet(person, package)
    sign(person, package)
    husband = builders.signing(
        builders.Person("Иванов", "Пётр", "Ильич", builders.date(1950, 1, 2)),
        phone=package.signer.person.phone,
    )
    theirs = builders.package(clinic=package.organization, signer=husband)
    settle()
    person.press("Открыть здесь")
    assert "напишите дату рождения" in person.text
    person.say("02.01.1950")
    assert document_number(Document.objects.get(package=theirs)) in person.text


def test_card_tells_of_what_was_signed_elsewhere_and_brings_the_file(person, package):
    meet(person, package)
    sign(person, package)
    second = builders.package(clinic=package.organization, signer=package.signer.person)
    settle()
    sent = len(person.files)
    document = second.documents.get()
    known = acquaintances.acquaintance(Dialog.objects.get(), second)
    with transaction.atomic():
        visit, _ = acquaintances.begin_visit(
            second, known, Entrance.MAX_APP, now=timezone.now(), address="", user_agent=""
        )
    walk.sign(document, visit)
    settle()
    assert "Документ подписан" in person.text
    assert document_number(document) in person.text
    assert len(person.files) == sent + 1


def test_card_tells_of_what_the_clinic_has_recalled(person, package):
    meet(person, package)
    second = builders.package(clinic=package.organization, signer=package.signer.person)
    settle()
    recall.revoke(second.documents.get().id, "ошибка", now=timezone.now())
    settle()
    assert "Клиника отозвала этот документ" in person.text
