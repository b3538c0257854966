"""«Соглашение о ПЭП» in the card: written down at the desk with the real service behind it."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clinic.patients import agreements
from clinic.patients.models import Agreement as Copy
from clinic.patients.models import AgreementWish, Capacity
from sep.delivery.models import Delivery, Purpose
from sep.jobs.testing import drain
from sep.parties.models import Agreement as AtService
from tests.clinic.signing.conftest import at_service, road
from tests.clinic.signing.road import Fault

__all__ = ["at_service", "road"]
HTMX = {"HX-Request": "true"}
PATIENT = 0


def words(answer):
    return answer.content.decode().replace("&nbsp;", " ").replace("\u00a0", " ")


def page(name, patient, *who):
    return reverse(f"patients:{name}", args=[patient.pk, *who])


def typed(**changes):
    return {
        "phone": "8 916 123-45-67",
        "number": "2156801/1",
        "concluded_on": timezone.localdate().strftime("%d.%m.%Y"),
        "way": "paper",
    } | changes


@pytest.fixture
def desk(at_desk, at_service, capsys):
    """A registrar, and the worker who does at once what she asks for."""
    AtService.objects.all().delete()  # those of a clinic that has sent documents for long
    client = at_desk("registrar")
    AtService.objects.all().delete()  # nobody has come to the desk yet

    class Desk:
        came = ""

        def code(self):
            """The last code that came to the phone: the gateway of the tests prints its messages."""
            self.came += capsys.readouterr().err
            return re.findall(r"Код (\d{6})", self.came)[-1]

        def get(self, address):
            return words(client.get(address, headers=HTMX))

        def post(self, address, data):
            answer = client.post(address, data, headers=HTMX)
            drain()
            return words(answer)

        def card(self, patient):
            client.get(page("card", patient))
            drain()
            return words(client.get(page("card", patient)))

        def write(self, patient, who=PATIENT, **data):
            return self.post(page("agreement", patient, who), data)

    return Desk()


@pytest.mark.django_db(transaction=True)
class TestAtTheDesk:
    def test_a_person_without_an_agreement_gets_one_with_a_confirmed_phone(self, desk, woman):
        card = desk.card(woman)
        assert "Записать соглашение" in card
        dialog = desk.get(page("agreement", woman, PATIENT))
        assert 'value="2156801/1"' in dialog
        assert "Паспорт гражданина РФ 07 04 112233" in dialog
        assert "Мельникова Ольга Ивановна" in dialog

        assert "отправляем код" in desk.write(woman, **typed(then="send_code"))
        assert "Попросите прочитать его вслух" in desk.get(page("agreement_code", woman, PATIENT))
        desk.write(woman, **typed(then="check_code", code=desk.code()))
        assert "телефон подтверждён кодом" in desk.get(page("agreement_code", woman, PATIENT))

        assert "записываем" in desk.write(woman, **typed(then="register", identity_checked="on"))
        made = AtService.objects.get()
        assert (made.number, made.phone, made.way) == ("2156801/1", "+79161234567", "paper")
        assert made.identity_checked_by == made.registered_by == "Мельникова Ольга Ивановна"
        assert made.phone_confirmed_at is not None
        card = desk.card(woman)
        for told in ("№ 2156801/1", "на бумаге", "+7 9** ***-**-67", "телефон подтверждён кодом",
                     "паспорт: Мельникова Ольга Ивановна", "Сменить телефон"):  # fmt: skip
            assert told in card

    def test_a_representative_has_an_agreement_of_her_own_and_a_child_has_none(self, desk, boy):
        mother = boy.representatives.get()
        assert desk.card(boy).count("Записать соглашение") == 1
        desk.write(boy, mother.pk, **typed(then="register", identity_checked="on", without_code="on"))
        made = AtService.objects.get()
        assert (made.phone, made.phone_confirmed_at) == ("+79161234567", None)
        card = desk.card(boy)
        assert "телефон не подтверждён" in card
        mother.refresh_from_db()
        assert mother.phone == "+79161234567"  # the documents go where the agreement says

    def test_a_wrong_code_is_told_and_may_be_read_again(self, desk, woman):
        desk.write(woman, **typed(then="send_code"))
        code = desk.code()
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        desk.write(woman, **typed(then="check_code", code=wrong))
        part = desk.get(page("agreement_code", woman, PATIENT))
        assert "Код не подошёл" in part
        desk.write(woman, **typed(then="check_code", code=f"{code[:3]} {code[3:]}"))
        assert "телефон подтверждён кодом" in desk.get(page("agreement_code", woman, PATIENT))

    def test_one_press_sends_one_code_though_the_service_is_being_asked_too(self, at_desk, desk, woman, road):
        at_desk("registrar").get(page("card", woman))  # wants to know what there is; the worker is slow
        desk.write(woman, **typed(then="send_code"))
        assert road.times("POST", "/phone-checks") == 1
        desk.write(woman, **typed(then="check_code", code=desk.code()))
        assert "телефон подтверждён кодом" in desk.get(page("agreement_code", woman, PATIENT))

    def test_a_code_of_five_digits_is_not_sent_anywhere(self, desk, woman, road):
        desk.write(woman, **typed(then="send_code"))
        asked = len(road.asked)
        assert "В коде 6 цифр" in desk.write(woman, **typed(then="check_code", code="12345"))
        assert len(road.asked) == asked

    def test_the_code_stays_nowhere_here(self, desk, woman):
        desk.write(woman, **typed(then="send_code"))
        desk.write(woman, **typed(then="check_code", code=desk.code()))
        assert Copy.objects.get().code_sealed is None

    def test_another_phone_needs_another_code(self, desk, woman):
        desk.write(woman, **typed(then="send_code"))
        desk.write(woman, **typed(then="check_code", code=desk.code()))
        other = typed(then="register", identity_checked="on", phone="+79161234568")
        assert "Телефон не подтверждён" in desk.write(woman, **other)
        assert not AtService.objects.exists()

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"identity_checked": ""}, "Посмотрите паспорт"),
            ({"without_code": ""}, "Телефон не подтверждён"),
            ({"concluded_on": "01.01.2150"}, "ещё не наступила"),
            ({"phone": "8 865 245-00-00"}, "городской номер"),
            ({"number": ""}, "Обязательное поле"),
        ],
    )
    def test_what_is_missing_is_told_and_nothing_is_registered(self, desk, woman, road, change, told):
        data = typed(then="register", identity_checked="on", without_code="on") | change
        assert told in desk.write(woman, **{name: value for name, value in data.items() if value})
        assert not road.asked

    def test_a_new_phone_is_a_new_agreement_with_its_price_told(self, desk, woman):
        desk.write(woman, **typed(then="register", identity_checked="on", without_code="on"))
        dialog = desk.get(page("agreement", woman, PATIENT))
        for told in ("Сейчас действует соглашение № 2156801/1", "24 часа", "на прежний номер",
                     'value="2156801/2"'):  # fmt: skip
            assert told in dialog
        new = typed(then="register", identity_checked="on", without_code="on", number="2156801/2",
                    phone="+79161234568")  # fmt: skip
        desk.write(woman, **new)
        assert AtService.objects.get(ended_at=None).number == "2156801/2"
        assert Delivery.objects.get(purpose=Purpose.NOTICE).phone == "+79161234567"
        assert "документы с повышенным риском" in desk.card(woman)
        woman.refresh_from_db()
        assert woman.phone == "+79161234568"

    def test_a_phone_changed_in_the_card_alone_is_told(self, desk, woman):
        desk.write(woman, **typed(then="register", identity_checked="on", without_code="on"))
        woman.refresh_from_db()
        woman.phone = "+79161234599"
        woman.save()
        assert "В карточке другой телефон" in desk.card(woman)

    def test_an_agreement_is_ended_with_a_reason(self, desk, woman):
        desk.write(woman, **typed(then="register", identity_checked="on", without_code="on"))
        ending = page("agreement_end", woman, PATIENT)
        assert "Обязательное поле" in desk.post(ending, {"reason": ""})
        assert "прекращаем" in desk.post(ending, {"reason": "Заявление пациента"})
        ended = AtService.objects.get()
        assert ended.ended_at is not None
        assert ended.end_reason == "Заявление пациента"
        card = desk.card(woman)
        assert "прекращено" in card
        assert "Записать соглашение" in card

    def test_a_corrected_name_asks_about_the_right_person(self, desk, woman):
        desk.write(woman, **typed(then="register", identity_checked="on", without_code="on"))
        woman.refresh_from_db()
        woman.family = "Петрова"
        woman.save()
        assert "2156801/1 от" not in desk.card(woman)


@pytest.mark.django_db(transaction=True)
class TestWhenTheServiceIsAway:
    def test_nothing_typed_is_lost_and_it_can_be_written_again(self, desk, woman, road):
        road.closed = True
        desk.write(woman, **typed(then="register", identity_checked="on", without_code="on", number="Ю-9"))
        card = desk.card(woman)
        assert "Соглашение не записано. Сервис подписания: адрес не отвечает" in card
        road.closed = False
        with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
            card = desk.card(woman)  # asked again meanwhile: the failure is still told
        assert "Соглашение не записано" in card
        assert 'value="Ю-9"' in desk.get(page("agreement", woman, PATIENT))
        desk.write(woman, **typed(then="register", identity_checked="on", without_code="on", number="Ю-9"))
        assert AtService.objects.get().number == "Ю-9"
        assert "Соглашение не записано" not in desk.card(woman)

    def test_a_code_that_did_not_leave_says_so(self, desk, woman, road):
        road.closed = True
        desk.write(woman, **typed(then="send_code"))
        part = desk.get(page("agreement_code", woman, PATIENT))
        assert "Сервис подписания: адрес не отвечает" in part
        assert "Отправить код" in part

    def test_a_lost_answer_registers_once(self, desk, woman, road):
        road.faults.append(Fault.LOST)
        desk.write(woman, **typed(then="register", identity_checked="on", without_code="on"))
        assert AtService.objects.count() == 1

    @pytest.mark.usefixtures("at_service")
    def test_a_worker_that_stands_still_is_told(self, at_desk, woman):
        client = at_desk("registrar")
        client.get(page("card", woman))  # asks, and nobody does it
        with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=True):
            row = Copy.objects.get()
            assert agreements.is_stuck(row, timezone.now())
            assert "sep worker" in words(client.get(page("agreement", woman, PATIENT), headers=HTMX))


@pytest.mark.django_db
class TestCard:
    def test_without_a_connection_nobody_is_asked(self, at_desk, woman):
        assert "сервис подписания не подключён" in words(at_desk("registrar").get(page("card", woman)))
        assert not Copy.objects.exists()

    def test_a_doctor_sees_the_agreement_and_writes_none(self, at_desk, woman):
        desk = at_desk("doctor")
        assert "Записать соглашение" not in words(desk.get(page("card", woman)))
        assert desk.get(page("agreement", woman, PATIENT)).status_code == 403

    def test_another_clinics_card_has_no_agreements_here(self, at_desk, stranger):
        desk = at_desk("registrar")
        assert desk.get(page("agreements", stranger)).status_code == 404
        assert desk.get(page("agreement", stranger, PATIENT)).status_code == 404

    def test_the_section_is_asked_for_only_while_something_is_awaited(self, at_desk, woman):
        woman.institution.service_address = "http://127.0.0.1:9/sep/api"
        woman.institution.id_lpu = "d19f9083"
        woman.institution.set_token("6f1b1d0c-0f0e-4a57-9f59-3b0a4f0d9a11")
        woman.institution.save()
        desk = at_desk("registrar")
        card = words(desk.get(page("card", woman)))
        address = re.search(r'hx-get="([^"]+/agreements/\?[^"]+)"', card).group(1).replace("&amp;", "&")
        assert desk.get(address, headers=HTMX).status_code == 204
        row = Copy.objects.get()
        row.wish, row.told_at = AgreementWish.NOTHING, timezone.now()
        row.save()
        answer = desk.get(address, headers=HTMX)
        assert "нет" in words(answer)
        assert "hx-trigger" not in words(answer)
        woman.save()
        assert desk.get(address, headers=HTMX).headers["HX-Refresh"] == "true"

    @pytest.mark.parametrize(
        ("born", "capacity", "own", "by_representative"),
        [
            (date(2013, 8, 31), Capacity.ORDINARY, False, True),
            (date(2010, 8, 31), Capacity.ORDINARY, True, True),
            (date(2010, 8, 31), Capacity.EMANCIPATED, True, False),
            (date(1980, 8, 31), Capacity.ORDINARY, True, False),
            (date(1980, 8, 31), Capacity.INCAPABLE, False, True),
            (date(1980, 8, 31), Capacity.INCAPABLE_CONSENTING, True, True),
            (date(1980, 8, 31), Capacity.LIMITED, True, True),
        ],
    )
    def test_whose_agreements_the_card_speaks_of(self, boy, born, capacity, own, by_representative):
        boy.birth_date, boy.capacity = born, capacity
        people = agreements.people(boy, date(2026, 6, 25))
        assert (None in people, any(people)) == (own, by_representative)
