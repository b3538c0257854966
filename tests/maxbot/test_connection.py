"""Connecting a bot, and keeping exactly one webhook whatever MAX does with it."""

import pytest
from django.utils import timezone

from sep.api.max_bot import max_bot_out
from sep.config import doctor
from sep.delivery.max import dialogs
from sep.delivery.max.bots import api_of
from sep.delivery.max.connection import ConnectionRefused, connect, disconnect
from sep.delivery.max.models import Bot
from sep.delivery.max.subscription import webhook_address
from sep.delivery.max.tasks import keep_subscriptions
from sep.jobs.testing import drain
from simulator.max.models import MaxBehaviour, MaxSubscription
from tests import builders
from tests.api.mis import Mis
from tests.maxbot.conftest import TOKEN, USERNAME

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "simulator"])


def urls():
    return list(MaxSubscription.objects.values_list("url", flat=True))


def test_bot_is_connected_with_its_webhook_and_commands(bot):
    assert (bot.username, bot.name, bot.organization) == (USERNAME, "Документы на подпись", None)
    assert urls() == [webhook_address(bot)]
    assert MaxSubscription.objects.get().secret == bot.secret
    assert TOKEN.encode() not in bytes(bot.token_sealed)


def test_token_that_max_refuses_is_told_so(installation):
    with pytest.raises(ConnectionRefused) as refused:
        connect("another-token-altogether", None, timezone.now())
    assert refused.value.code == "token_refused"
    assert not Bot.objects.exists()


@pytest.mark.parametrize("token", ["", "  ", "токен", "a\nb"])
def test_what_is_no_token_is_told_so(installation, token):
    with pytest.raises(ConnectionRefused) as refused:
        connect(token, None, timezone.now())
    assert refused.value.code == "token_malformed"


def test_connecting_again_renews_the_secret_and_keeps_the_people(bot):
    before = (bot.id, bot.webhook_key, bot.secret)
    again = connect(TOKEN, None, timezone.now())
    assert (again.id, again.webhook_key) == before[:2]
    assert again.secret != before[2]
    assert MaxSubscription.objects.get().secret == again.secret


def test_bot_of_one_clinic_is_not_taken_by_another(bot):
    with pytest.raises(ConnectionRefused) as refused:
        connect(TOKEN, builders.organization(), timezone.now())
    assert refused.value.code == "bot_taken"


def test_webhook_that_max_dropped_comes_back(bot):
    MaxSubscription.objects.all().delete()
    keep_subscriptions()
    bot.refresh_from_db()
    assert urls() == [webhook_address(bot)]
    assert bot.resubscribed_at is not None


def test_second_webhook_is_taken_away(bot):
    api_of(bot).subscribe("https://old.example/hook", "secret-of-old", ["message_created"])
    assert len(urls()) == 2
    keep_subscriptions()
    assert urls() == [webhook_address(bot)]


def test_trouble_is_written_down_and_goes_with_the_next_look(bot):
    MaxBehaviour.objects.update(fault="error_500", left=1)
    keep_subscriptions()
    bot.refresh_from_db()
    assert bot.trouble
    keep_subscriptions()
    bot.refresh_from_db()
    assert bot.trouble == ""


def test_disconnected_bot_has_no_webhook_and_serves_nobody(bot):
    disconnect(bot, timezone.now())
    assert urls() == []
    assert dialogs.bot_of(builders.organization()) is None


def test_doctor_tells_of_the_bot(bot):
    fine, line = doctor._max()
    assert fine
    assert USERNAME in line
    MaxSubscription.objects.all().delete()
    fine, line = doctor._max()
    assert not fine
    assert "подписка" in line


def test_clinic_connects_its_own_bot_through_the_api(installation):
    mis = Mis()
    assert mis.get("/max-bot").json()["state"] == "none"
    asked = mis.request("PUT", "/max-bot", {"token": TOKEN})
    assert (asked.status_code, asked.json()["state"]) == (202, "connecting")
    drain()
    shown = mis.get("/max-bot").json()
    assert (shown["state"], shown["isOwn"], shown["username"]) == ("connected", True, USERNAME)
    assert shown["appAddress"].endswith(f"/max/app/{USERNAME}")
    assert TOKEN not in str(shown)
    assert mis.request("DELETE", "/max-bot").json()["state"] == "none"
    drain()
    assert urls() == []


def test_refused_token_is_explained_through_the_api(installation):
    mis = Mis()
    mis.request("PUT", "/max-bot", {"token": "a-token-of-nobody"})
    drain()
    shown = mis.get("/max-bot").json()
    assert shown["state"] == "refused"
    assert "business.max.ru" in shown["message"]
    assert max_bot_out(mis.organization).username is None


def test_updates_can_be_asked_for_where_max_cannot_come(bot, messenger_of):
    api = api_of(bot)
    assert api.updates(None, 0, ["bot_started"]) == ([], None), "with a webhook MAX gives nothing here"
    api.unsubscribe(webhook_address(bot))
    messenger_of(builders.package()).start("desk")
    found, marker = api.updates(None, 0, ["bot_started"])
    assert len(found) == 1
    assert b'"desk"' in found[0]
    assert api.updates(marker, 0, ["bot_started"]) == ([], marker)
