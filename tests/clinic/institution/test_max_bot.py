"""«Бот MAX»: connected by the worker through the service, with a token that stays nowhere here."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from clinic.institution import max_bot, max_bot_exchange
from clinic.institution.models import Institution, MaxBot, Wish
from sep.delivery.max.models import Bot
from sep.jobs.testing import drain
from sep.parties import tokens
from tests import builders
from tests.client.service import Answer, Service, problem
from tests.maxbot import bots
from tests.maxbot.conftest import TOKEN, USERNAME, installation

__all__ = ["installation"]
PAGE = "/clinic/settings/max-bot/"
HTMX = {"HX-Request": "true"}
CONNECTED = {
    "state": "connected",
    "isOwn": True,
    "username": "id2600000000_bot",
    "name": "Клиника «Рябина»",
    "startLink": "https://max.ru/id2600000000_bot?start=desk",
    "appAddress": "https://sep.example.org/max/app/id2600000000_bot",
    "people": 21,
    "lastUpdateAt": "2026-06-25T10:31:07+03:00",
}


def text(answer):
    return answer.content.decode().replace("&nbsp;", " ").replace("\u00a0", " ")


def live(page):
    """Where the page asks for its part anew."""
    return re.search(r'hx-get="([^"]+state[^"]+)"', text(page)).group(1).replace("&amp;", "&")


@pytest.fixture
def service():
    running = Service()
    yield running
    running.stop()


def connected(clinic, address, organization=None, token="6f1b1d0c-0f0e-4a57-9f59-3b0a4f0d9a11"):
    clinic.service_address, clinic.id_lpu = f"{address}", str(organization.id if organization else "d19f9083")
    clinic.set_token(token)
    clinic.save()
    return clinic


@pytest.fixture
def known(clinic):
    """`known(**changes)`: the service has told this of the bot a moment ago."""
    connected(clinic, "http://127.0.0.1:9/sep/api")

    def tell(**changes):
        values = {
            "state": "connected",
            "is_own": True,
            "username": "id2600000000_bot",
            "name": "Клиника «Рябина»",
            "start_link": "https://max.ru/id2600000000_bot?start=desk",
            "app_address": "https://sep.example.org/max/app/id2600000000_bot",
            "asked_at": timezone.now(),
            "told_at": timezone.now(),
        }
        return MaxBot.objects.update_or_create(institution=clinic, defaults=values | changes)[0]

    return tell


@pytest.mark.django_db
class TestPage:
    def test_without_a_connection_the_page_sends_to_it_and_asks_nobody(self, at_desk):
        page = text(at_desk("admin").get(PAGE))
        assert "настройте соединение с ним" in page
        assert "hx-get" not in page
        assert "Токен бота" not in page
        assert not MaxBot.objects.exists()

    def test_the_way_to_a_bot_and_its_limits_are_told(self, at_desk, known):
        known(state="none", is_own=False, username="", start_link="")
        page = text(at_desk("admin").get(PAGE))
        for told in ("business.max.ru", "до 48 часов", "до пяти ботов", "Чат-боты → бот → Настройки",
                     "Написать первым бот не может"):  # fmt: skip
            assert told in page

    def test_a_connected_bot_shows_its_people_its_address_and_its_code(self, at_desk, known):
        known(people=21, last_update_at="2026-06-25T07:31:07Z")
        page = text(at_desk("admin").get(PAGE))
        for told in ("подключён", "21 пациент", "25.06.2026 в 10:31", "/max/app/id2600000000_bot", "<svg",
                     "Отключить", "Подключить другого бота"):  # fmt: skip
            assert told in page

    def test_a_common_bot_is_told_apart_and_cannot_be_let_go(self, at_desk, known):
        known(is_own=False, people=900)
        desk = at_desk("admin")
        page = text(desk.get(PAGE))
        assert "общий бот" in page
        assert "900" not in page  # people of other clinics too
        assert f'href="{PAGE}disconnect/"' not in page
        assert "Подключить бота клиники" in page
        desk.post(f"{PAGE}disconnect/")
        assert MaxBot.objects.get().wish == Wish.NOTHING

    def test_a_refusal_is_told_with_what_to_do_and_leaves_the_former_bot(self, at_desk, known):
        known(state="refused", message="MAX не принял токен.")
        page = text(at_desk("admin").get(PAGE))
        assert "Новый бот не подключён, работает прежний. MAX не принял токен." in page

    def test_trouble_of_the_bot_is_told(self, at_desk, known):
        known(trouble="MAX отвечает 403.")
        page = text(at_desk("admin").get(PAGE))
        assert "не работает" in page
        assert "MAX отвечает 403. Пока бот не работает, пациентам приходят СМС." in page

    @pytest.mark.parametrize(
        ("token", "why"),
        [
            ("", "Обязательное поле."),
            ("кириллица-тут", "лишние знаки"),
            ("f9LHodD0c", "Скопируйте его целиком"),
        ],
    )
    def test_what_is_no_token_is_told_at_once(self, at_desk, known, token, why):
        known(state="none", is_own=False)
        page = text(at_desk("admin").post(PAGE, {"token": token}))
        assert why in page
        assert token not in page or not token
        assert MaxBot.objects.get().wish == Wish.NOTHING

    def test_letting_go_is_asked_about_first(self, at_desk, known):
        known(people=2)
        desk = at_desk("admin")
        question = text(desk.get(f"{PAGE}disconnect/", headers=HTMX))
        assert "подключились 2 человека" in question
        assert "<html" not in question
        assert "<html" in text(desk.get(f"{PAGE}disconnect/"))
        assert MaxBot.objects.get().wish == Wish.NOTHING
        assert "отключается" in text(desk.post(f"{PAGE}disconnect/", follow=True))
        assert MaxBot.objects.get().wish == Wish.DISCONNECT

    def test_the_sheet_for_the_desk_holds_the_code_and_what_to_do(self, at_desk, known):
        known()
        sheet = text(at_desk("admin").get(f"{PAGE}desk/"))
        assert "Отсканируйте, чтобы подписывать документы в MAX" in sheet
        assert "<svg" in sheet
        assert "@id2600000000_bot" in sheet

    def test_there_is_no_sheet_without_a_bot(self, at_desk, known):
        known(start_link="")
        assert at_desk("admin").get(f"{PAGE}desk/").headers["Location"] == PAGE

    def test_a_look_with_nothing_new_swaps_nothing(self, at_desk, known):
        bot = known()
        desk = at_desk("admin")
        look = live(desk.get(PAGE))
        assert desk.get(look, headers=HTMX).status_code == 204
        MaxBot.objects.filter(pk=bot.pk).update(people=5)
        part = desk.get(look, headers=HTMX)
        assert "5 пациентов" in text(part)
        assert "<html" not in text(part)
        MaxBot.objects.filter(pk=bot.pk).update(is_own=False, username="", state="none")
        assert desk.get(look, headers=HTMX).headers["HX-Refresh"] == "true"

    def test_the_service_is_asked_no_more_often_than_somebody_needs(self, at_desk, known):
        bot = known()
        desk = at_desk("admin")
        desk.get(PAGE)
        assert MaxBot.objects.get().wish == Wish.NOTHING
        with time_machine.travel(timezone.now() + timedelta(seconds=20)):
            desk.get(PAGE)
            asked = MaxBot.objects.get()
            assert (asked.wish, asked.asked_at > bot.asked_at) == (Wish.ASK, True)
            desk.get(PAGE)
            assert MaxBot.objects.get().asked_at == asked.asked_at

    def test_what_nobody_does_is_told_and_may_be_pressed_again(self, at_desk, known):
        known(state="none", is_own=False)
        desk = at_desk("admin")
        assert "подключается" in text(desk.post(PAGE, {"token": TOKEN}, follow=True))
        with time_machine.travel(timezone.now() + timedelta(seconds=45)):
            page = text(desk.get(PAGE))
        assert "sep worker" in page
        assert 'folding" open' in page

    def test_the_token_waits_sealed_and_never_comes_back(self, at_desk, known):
        known(state="none", is_own=False)
        assert TOKEN not in text(at_desk("admin").post(PAGE, {"token": TOKEN}, follow=True))
        bot = MaxBot.objects.get()
        assert bot.token == TOKEN
        assert TOKEN.encode() not in bytes(bot.token_sealed)

    def test_another_service_is_not_shown_the_bot_of_the_former(self, at_desk, known):
        known()
        data = {"service_address": "https://other.example/sep/api", "id_lpu": "d19f9083"}
        at_desk("admin").post("/clinic/settings/netrika/", data)
        assert not MaxBot.objects.exists()

    def test_nothing_of_another_clinic_is_shown(self, at_desk, known):
        known(state="none", is_own=False, username="")
        other = Institution.objects.create(name="Другая", full_name="Другая клиника")
        MaxBot.objects.create(institution=other, username="id_other_bot", is_own=True, state="connected")
        assert "id_other_bot" not in text(at_desk("admin").get(PAGE))


@pytest.mark.django_db(transaction=True)
class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "told"),
        [
            (Answer(404, problem("not_found", "Нет")), "ничего не знает о MAX"),
            (Answer(401, problem("unauthorized", "Нет")), "токен не принят"),
            (Answer(500, b""), "ошибка на стороне сервиса"),
            (Answer(422, problem("invalid", "Токен не подошёл.")), "Токен не подошёл."),
        ],
    )
    def test_a_failure_is_a_sentence_and_the_token_is_gone(self, answer, told, clinic, service, at_desk):
        connected(clinic, service.address)
        service.will(answer)
        max_bot.connect(clinic, TOKEN)
        assert not service.asked
        drain()
        bot = MaxBot.objects.get()
        assert (bot.wish, bot.token_sealed) == (Wish.NOTHING, None)
        assert service.asked[0].json == {"token": TOKEN}
        assert told in text(at_desk("admin").get(PAGE))

    def test_a_wish_of_the_moment_is_not_lost_to_an_earlier_answer(self, clinic, service, monkeypatch):
        connected(clinic, service.address)
        service.will(Answer(200, CONNECTED))
        answered = max_bot_exchange._said

        def press_meanwhile(sep, bot):
            told = answered(sep, bot)
            max_bot.connect(clinic, TOKEN)
            return told

        monkeypatch.setattr(max_bot_exchange, "_said", press_meanwhile)
        max_bot.look(clinic)
        max_bot_exchange.fulfil(str(clinic.pk))
        bot = MaxBot.objects.get()
        assert (bot.wish, bot.token, bot.state) == (Wish.CONNECT, TOKEN, "")

    def test_a_link_that_is_no_web_address_is_not_kept(self, clinic, service):
        connected(clinic, service.address)
        service.will(Answer(200, CONNECTED | {"startLink": "javascript:alert(1)"}))
        max_bot.look(clinic)
        drain()
        assert MaxBot.objects.get().start_link == ""
        assert MaxBot.objects.get().people == 21


@pytest.mark.django_db(transaction=True, databases=["default", "simulator"])
class TestAgainstTheService:
    @pytest.fixture
    def organization(self, clinic, installation):
        made = builders.organization()
        issued = tokens.issue(made, name="МИС", now=timezone.now())
        connected(clinic, f"{installation.url}/sep/api", made, issued)
        return made

    def test_a_bot_is_connected_and_let_go(self, at_desk, organization):
        desk = at_desk("admin")
        page = desk.post(PAGE, {"token": TOKEN}, follow=True)
        assert 'hx-trigger="every 1s"' in text(page)
        drain()
        assert MaxBot.objects.get().token_sealed is None
        bot = Bot.objects.get(organization=organization)
        bots.dialog(bot, "+79161234567")
        with time_machine.travel(timezone.now() + timedelta(seconds=20), tick=True):
            desk.get(live(page), headers=HTMX)
            drain()
        part = text(desk.get(PAGE))
        for told in ("подключён", f"@{USERNAME}", "1 пациент", f"/max/app/{USERNAME}"):
            assert told in part
        desk.post(f"{PAGE}disconnect/")
        drain()
        bot.refresh_from_db()
        assert bot.disconnected_at is not None
        assert "Документы уходят пациентам по СМС" in text(desk.get(PAGE))

    @pytest.mark.usefixtures("organization")
    def test_a_token_that_max_refuses_is_told(self, at_desk):
        desk = at_desk("admin")
        desk.post(PAGE, {"token": "another-token-altogether"})
        drain()
        with time_machine.travel(timezone.now() + timedelta(seconds=20), tick=True):
            desk.get(PAGE)
            drain()
        assert "MAX не принял токен." in text(desk.get(PAGE))
