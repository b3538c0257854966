"""Other people's client of MAX, and the service's own, against the pretended MAX over the network."""

import asyncio
import threading

import httpx2
import pytest
from maxapi import Bot
from maxapi.enums.update import UpdateType
from maxapi.enums.upload_type import UploadType
from maxapi.types import ButtonsPayload, CallbackButton, InputMediaBuffer
from maxapi.types.command import BotCommand

from sep.delivery.max.client import BotApi
from sep.delivery.max.errors import MaxError, Trouble
from sep.delivery.max.outgoing import CallbackButton as Button
from sep.delivery.max.outgoing import NewMessage
from tests.simulator.max.sides import BOT, PersonSide, switch

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
    pytest.mark.urls("tests.simulator.urls"),
]


@pytest.fixture
def person(client):
    switch(client, limits=False)
    person = PersonSide(client)
    person.act("start", payload="inv_1")
    return person


@pytest.fixture
def address(live_server):
    return f"{live_server.url}/phone/max/bot"


def keyboard():
    return ButtonsPayload(buttons=[[CallbackButton(text="Да", payload="yes")]]).pack()


def test_maxapi_works_with_it_without_complaint(person, address, client):
    """maxapi sends its token to the storage too, which the real storage bears."""
    switch(client, strictStorage=False)
    user_id = person.id
    heard = {}

    async def talk():
        bot = Bot(BOT["token"], auto_requests=False)
        bot.set_api_url(address)
        try:
            heard["me"] = await bot.get_me()
            await bot.set_commands(BotCommand(name="start", description="Начать"))
            sent = await bot.send_message(user_id=user_id, text="Подпишите", attachments=[keyboard()])
            mid = sent.message.body.mid
            await bot.edit_message(mid, text="Подпишите скорее", attachments=[keyboard()])
            press = await asyncio.to_thread(person.act, "press", mid=mid, row=0, column=0)
            heard["answer"] = await bot.send_callback(press.json()["callbackId"], notification="Принято")
            media = InputMediaBuffer(b"%PDF-1.7 text", filename="договор", type=UploadType.FILE)
            heard["file"] = await bot.send_message(user_id=user_id, attachments=[media])
            heard["updates"] = await bot.get_updates(marker=0, timeout=0, limit=100)
            await bot.subscribe_webhook("https://clinic.example/max", secret="secret-1")
            heard["webhooks"] = await bot.get_subscriptions()
            await bot.unsubscribe_webhook("https://clinic.example/max")
        finally:
            await bot.close_session()

    asyncio.run(talk())

    assert heard["me"].username == BOT["username"]
    assert heard["answer"].success is True
    assert heard["file"].message.body.attachments[0].filename.startswith("договор")
    kinds = [each["update_type"] for each in heard["updates"]["updates"]]
    assert kinds == [UpdateType.BOT_STARTED, UpdateType.MESSAGE_CALLBACK]
    assert [each.url for each in heard["webhooks"].subscriptions] == ["https://clinic.example/max"]
    first, second = person.messages
    assert (first["text"], first["edited"], len(first["keyboard"])) == ("Подпишите скорее", True, 1)
    assert second["files"][0]["size"] == len(b"%PDF-1.7 text")
    assert person.sees()["toast"]["text"] == "Принято"


@pytest.fixture
def own(address):
    # A lost answer leaves the connection open until the client has had enough.
    with httpx2.Client(timeout=3, trust_env=False) as web:
        yield BotApi(BOT["token"], base_url=address, client=web, pause=lambda _seconds: None)
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(10)  # the server's threads end when they see that the client has gone


def test_the_services_own_client_lives_with_it(person, own, client):
    assert own.me().username == BOT["username"]
    sent = own.send(person.id, NewMessage("Подпишите", keyboard=((Button("Да", "yes"),),)))
    callback = person.act("press", mid=sent.mid, row=0, column=0).json()["callbackId"]
    own.answer(callback, notification="Принято")
    switch(client, fault="slow_files", notReadySends=2)
    token = own.upload("file", b"%PDF-1.7", "Договор.pdf")
    own.send(person.id, NewMessage("Ваш договор", files=(token,)))
    updates, marker = own.updates(0, 0, ["bot_started"])

    assert len(updates) == 1
    assert marker is not None
    assert [each["name"] for each in person.messages[-1]["files"]] == ["Договор.pdf"]


def test_a_lost_answer_leaves_the_message_at_the_person_and_the_bot_in_doubt(person, own, client):
    switch(client, fault="answer_lost", left=1)

    with pytest.raises(MaxError) as raised:
        own.send(person.id, NewMessage("Подпишите"))

    assert raised.value.trouble is Trouble.UNKNOWN
    assert [each["text"] for each in person.messages] == ["Подпишите"]
