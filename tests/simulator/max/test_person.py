"""What a person does in the pretended MAX, and what the bot hears of it."""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import pytest

from sep.delivery.max import proofs
from simulator.models import Person
from tests.simulator.max.sides import BOT, OTHER, PHONE, BotSide, PersonSide, button, keyboard, switch

pytestmark = [
    pytest.mark.django_db(databases=["default", "simulator"]),
    pytest.mark.urls("tests.simulator.urls"),
]
TOKEN = BOT["token"]


@pytest.fixture
def bot(client):
    switch(client, limits=False)
    return BotSide(client)


@pytest.fixture
def person(client):
    return PersonSide(client)


def kinds(bot):
    return [each["update_type"] for each in bot.updates()]


def test_a_phone_without_dialogs_knows_its_account_and_the_bots(person):
    seen = person.sees()

    assert (seen["user"]["phone"], seen["user"]["name"], seen["dialogs"]) == (PHONE, "Пациент", [])
    assert [each["username"] for each in seen["bots"]] == [BOT["username"], OTHER["username"]]
    assert person.sees()["user"] == seen["user"]
    assert person.sees(after=seen["version"]) == {"version": seen["version"]}


def test_the_version_grows_with_every_change_of_this_persons_chats_alone(bot, person, client):
    other = PersonSide(client, "+79990000002")
    person.act("start")
    version, others = person.sees()["version"], other.sees()["version"]

    bot.send(person.id, {"text": "x"})

    assert person.sees(after=version)["version"] > version
    assert other.sees(after=others) == {"version": others}


def test_start_brings_the_payload_and_drops_one_that_is_too_long(bot, person):
    person.act("start", payload="п" * 129)
    person.act("stop")
    person.act("start", payload="inv_1")

    first, stopped, second = bot.updates()
    assert "payload" not in first
    assert first["user_id"] == first["user"]["user_id"] == person.id
    assert stopped["update_type"] == "bot_stopped"
    assert second["payload"] == "inv_1"
    assert person.sees()["dialogs"][0]["state"] == "active"


def test_a_link_with_a_payload_in_a_running_dialog_may_or_may_not_be_told(bot, person, client):
    person.act("start")
    person.act("start")
    person.act("start", payload="second")
    switch(client, startAgain=False)
    person.act("start", payload="third")

    assert [each.get("payload") for each in bot.updates()] == [None, "second"]


def test_leaving_muting_and_clearing_are_told(bot, person):
    person.act("start")
    bot.send(person.id, {"text": "x"})
    assert person.act("mute").json() == {"muted": True}
    assert person.sees()["dialogs"][0]["muted"] is True
    assert person.act("mute", muted=False).json() == {"muted": False}
    person.act("clear")
    assert person.messages == []
    person.act("remove")

    assert kinds(bot) == [
        "bot_started",
        "dialog_muted",
        "dialog_unmuted",
        "dialog_cleared",
        "bot_stopped",
        "dialog_removed",
    ]
    assert bot.updates()[1]["muted_until"] > bot.updates()[1]["timestamp"]
    assert person.sees()["dialogs"][0]["state"] == "removed"


def test_unread_messages_are_counted_until_the_chat_is_read(bot, person):
    person.act("start")
    bot.send(person.id, {"text": "1"})
    bot.send(person.id, {"text": "2"})
    assert person.sees()["dialogs"][0]["unread"] == 2

    person.act("read")
    assert person.sees()["dialogs"][0]["unread"] == 0


def test_a_said_word_comes_to_the_bot_with_its_sender(bot, person):
    person.act("start")
    mid = person.act("say", text="12.05.1990").json()["mid"]

    message = bot.updates()[-1]["message"]
    assert (message["body"]["mid"], message["body"]["text"]) == (mid, "12.05.1990")
    assert message["sender"]["user_id"] == person.id
    assert message["recipient"]["user_id"] == BOT["user_id"]
    assert [(each["from"], each["text"]) for each in person.messages] == [("person", "12.05.1990")]


@pytest.mark.parametrize("what", ["say", "stop", "mute", "press", "share-contact", "remove"])
def test_nothing_can_be_done_before_the_start(bot, person, what):
    answer = person.act(what, text="x", mid="mid.1", row=0, column=0)

    assert answer.status_code == 409
    assert answer.json()["error"]
    assert bot.updates() == []


@pytest.mark.parametrize(
    ("parts", "status"),
    [({"bot": "nobody"}, 404), ({"to": "1"}, 400), ({"to": None}, 400), ({"payload": 1}, 400)],
)
def test_an_act_that_makes_no_sense_is_refused(person, parts, status):
    assert person.act("start", **parts).status_code == status


def test_each_button_does_its_own(bot, person):
    person.act("start")
    rows = (
        [button("Подробнее", "doc:42")],
        [{"type": "link", "text": "Сайт", "url": "https://clinic.example/s/1"}],
        [{"type": "open_app", "text": "Открыть", "web_app": BOT["username"], "payload": "s_1"}],
        [{"type": "clipboard", "text": "Код", "payload": "123456"}],
        [{"type": "message", "text": "Помощь"}],
        [{"type": "request_contact", "text": "Номер"}],
    )
    bot.send(person.id, {"text": "x", "attachments": [keyboard(*rows)]})
    mid = person.messages[0]["mid"]

    def press(row, column=0):
        return person.act("press", mid=mid, row=row, column=column)

    callback = press(0).json()
    update = bot.updates()[-1]
    assert update["callback"]["callback_id"] == callback["callbackId"]
    assert (update["callback"]["payload"], update["callback"]["user"]["user_id"]) == ("doc:42", person.id)
    assert update["message"]["body"]["mid"] == mid
    assert press(0).json()["callbackId"] != callback["callbackId"]
    assert press(1).json() == {"type": "link", "url": "https://clinic.example/s/1"}
    assert press(2).json()["url"].startswith(f"{BOT['app_url']}#WebAppData=")
    assert press(3).json() == {"type": "clipboard", "text": "123456"}
    told = len(bot.updates())
    assert press(5).json() == {"type": "request_contact"}
    assert len(bot.updates()) == told
    press(4)
    assert bot.updates()[-1]["message"]["body"]["text"] == "Помощь"
    assert press(6).status_code == press(0, 1).status_code == press(-1).status_code == 409


def contact(bot):
    message = bot.updates()[-1]["message"]
    [attachment] = message["body"]["attachments"]
    return message["sender"]["user_id"], attachment["payload"]


def proved(bot):
    """What the service's own check says of the contact that has come."""
    sender, content = contact(bot)
    card = content.get("vcf_info") or content.get("vcfInfo")
    owner = (content.get("max_info") or content.get("maxInfo"))["user_id"]
    return proofs.contact_is_own(TOKEN, card, content.get("hash") or "", owner, sender)


@pytest.mark.parametrize(
    ("how", "phone"),
    [
        ("own", PHONE),
        ("camel_case", PHONE),
        ("forwarded", None),
        ("bad_hash", None),
        ("no_hash", None),
        ("two_phones", None),
    ],
)
def test_only_ones_own_contact_proves_the_phone(bot, person, how, phone):
    person.act("start")
    assert person.act("share-contact", how=how).status_code == 200

    assert proved(bot) == phone
    assert person.messages[0]["contact"]["phone"].startswith("+7999")


def test_the_hash_of_a_contact_is_the_documented_one(bot, person):
    person.act("start")
    Person.objects.update(first_name="Мария", last_name="Иванова")
    person.act("share-contact")

    vector = "cc4dc9c13fd0d4e47baba74d896e599eeaf28141473aa039a748d78baa535519"
    assert contact(bot)[1]["hash"] == vector


def test_the_mini_app_opens_with_a_launch_that_the_bots_owner_believes(bot, person):
    person.act("start")
    url = person.act("open-app", startParam="doc_7f3a").json()["url"]

    fragment = parse_qs(urlsplit(url).fragment)
    assert fragment["WebAppPlatform"] == ["android"]
    data = fragment["WebAppData"][0]
    launch = proofs.validate_launch(TOKEN, data, datetime.now(UTC))
    assert (launch.user_id, launch.start_param) == (person.id, "doc_7f3a")
    assert '"type":"DIALOG"' in dict(parse_qsl(data))["chat"]
    with pytest.raises(proofs.LaunchRefused):
        proofs.validate_launch(OTHER["token"], data, datetime.now(UTC))


def test_the_launch_is_encoded_once_more_in_the_address(person):
    url = person.act("open-app").json()["url"]

    value = urlsplit(url).fragment.removeprefix("WebAppData=").partition("&")[0]
    assert "&" in unquote(value)
    assert "%7B" in unquote(value)


@pytest.mark.parametrize("param", ["a b", "я", "x" * 513, ""])
def test_a_start_parameter_that_does_not_fit_is_dropped(person, param):
    url = person.act("open-app", startParam=param).json()["url"]

    assert "start_param" not in unquote(url)


def test_a_bot_without_a_page_has_no_mini_app(client):
    assert PersonSide(client, bot=OTHER["username"]).act("open-app").status_code == 409


def test_the_phone_given_to_the_mini_app_is_signed_with_the_token(person):
    given = person.act("request-contact").json()

    assert given["phone"] == PHONE
    signed = f"authDate={given['authDate']}\nphone={PHONE[1:]}\nuserId={person.id}"
    assert given["hash"] == hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha256).hexdigest()


def test_the_phone_sees_its_own_chats_only(bot, person, client):
    person.act("start")
    bot.send(person.id, {"text": "тайна"})

    assert PersonSide(client, "+79990000003").sees()["dialogs"] == []
    assert client.get("/phone/api/max", {"to": "x"}).status_code == 400
