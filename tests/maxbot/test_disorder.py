"""Updates late, three times, in any order, lost on the way and found again: one signature, no harm."""

import json
import random

import pytest
from django.utils import timezone

from sep.ceremony.models import Signature
from sep.delivery.max.models import Dialog, Reach
from sep.documents.models import Document
from sep.documents.statuses import Status
from sep.jobs.testing import drain
from sep.maxbot import inbox
from sep.maxbot.models import IncomingUpdate
from simulator.max.models import MaxBehaviour
from tests import builders
from tests.ceremony import walk
from tests.maxbot.messenger import settle
from tests.maxbot.test_conversation import birth_date, code_of, meet, read, sign, status

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "simulator"])


@pytest.fixture
def package(bot):
    return builders.package()


@pytest.fixture
def person(package, messenger_of):
    return messenger_of(package)


@pytest.fixture
def lived(bot, person, package, monkeypatch):
    """Every update of a whole signing, as MAX brought it."""
    seen = []
    accept = inbox.accept

    def remember(bot, raw, now):
        seen.append(raw)
        return accept(bot, raw, now)

    monkeypatch.setattr(inbox, "accept", remember)
    meet(person, package)
    sign(person, package)
    monkeypatch.undo()
    return seen


def fault(name, left=None):
    MaxBehaviour.objects.update_or_create(pk=1, defaults={"fault": name, "left": left, "limits": False})


def test_everything_three_times_gives_one_signature(person, package):
    fault("duplicates")
    meet(person, package)
    sign(person, package)
    assert status(package) == Status.SIGNED
    assert Signature.objects.count() == 1


def test_odd_fields_and_missing_ones_are_no_matter(person, package):
    fault("odd_fields")
    meet(person, package)
    sign(person, package)
    assert status(package) == Status.SIGNED


def test_files_that_are_slow_to_be_ready_are_waited_for(person, package, monkeypatch):
    monkeypatch.setattr("sep.delivery.max.client._READY_PAUSES", (0.0, 0.0, 0.0))
    meet(person, package)
    fault("slow_files")
    person.press("Прислать PDF")
    assert person.file().startswith(b"%PDF-")


@pytest.mark.parametrize("seed", range(2))
def test_the_same_life_again_in_any_order_changes_nothing(bot, lived, package, seed):
    again = lived * 3
    random.Random(seed).shuffle(again)
    before = IncomingUpdate.objects.count()
    for raw in again:
        assert inbox.accept(bot, raw, timezone.now()) is False
    drain()
    assert IncomingUpdate.objects.count() == before
    assert Signature.objects.count() == 1
    assert Dialog.objects.get().reach == Reach.OPEN


def test_old_life_after_its_keys_are_forgotten_signs_nothing_new(bot, lived, package):
    """Two days later a repetition would be new to the inbox; the documents themselves say no."""
    IncomingUpdate.objects.all().delete()
    second = builders.package(clinic=package.organization, signer=package.signer.person)
    settle()
    order = list(lived)
    random.Random(7).shuffle(order)
    for raw in order:
        inbox.accept(bot, raw, timezone.now())
    drain()
    assert Signature.objects.count() == 1
    assert Document.objects.get(package=second).status == Status.SENT


def test_press_of_another_person_does_nothing(bot, person, package, lived):
    """The very press, but made by somebody who has only seen the card: forwarded, or forged in his client."""
    Signature.objects.all()
    second = builders.package(clinic=package.organization, signer=package.signer.person)
    settle()
    press = next(json.loads(raw) for raw in lived if b'"message_callback"' in raw)
    press["callback"] |= {"callback_id": "another", "payload": f"package:{second.id}"}
    press["callback"]["user"] = {"user_id": 999, "first_name": "Чужой", "is_bot": False}
    inbox.accept(bot, json.dumps(press).encode(), timezone.now())
    drain()
    stranger = Dialog.objects.filter(max_user_id=999).first()
    assert stranger is None or not stranger.is_verified
    assert Document.objects.get(package=second).viewed_at is None


def test_stop_and_start_out_of_order_end_as_they_happened(bot, person, package):
    meet(person, package)
    dialog = Dialog.objects.get()
    now = int(timezone.now().timestamp() * 1000)
    user = {"user_id": dialog.max_user_id, "first_name": "Мария", "is_bot": False}
    for kind, at in (("bot_started", now + 2000), ("bot_stopped", now + 1000)):
        body = {"update_type": kind, "timestamp": at, "chat_id": 1, "user": user}
        inbox.accept(bot, json.dumps(body).encode(), timezone.now())
    drain()
    dialog.refresh_from_db()
    assert dialog.reach == Reach.OPEN


def test_lost_answer_of_an_invitation_is_tried_again_and_never_by_sms_too(person, package):
    meet(person, package)
    fault("answer_lost", 1)
    second = builders.package(clinic=package.organization, signer=package.signer.person)
    drain(delayed=True)
    drain(delayed=True)
    assert Document.objects.get(package=second).status == Status.SENT
    invitations = [each for each in person.messages if "просит подписать" in each["text"]]
    assert 1 <= len(invitations) <= 2


def test_max_that_is_down_gives_way_to_the_sms(person, package):
    meet(person, package)
    fault("unavailable")
    second = builders.package(clinic=package.organization, signer=package.signer.person)
    for _ in range(4):
        drain(delayed=True)
    sent = second.deliveries.get(channel="sms")
    assert sent.state == "accepted"
    assert Document.objects.get(package=second).status == Status.SENT


def test_forwarded_words_are_not_the_person_s_own(bot, person, package):
    meet(person, package)
    read(person)
    person.press("Подписать")
    person.press("Да, подписываю")
    code = code_of(package)
    dialog = Dialog.objects.get()
    body = {
        "update_type": "message_created",
        "timestamp": int(timezone.now().timestamp() * 1000),
        "message": {
            "recipient": {"chat_id": 1, "chat_type": "dialog", "user_id": bot.user_id},
            "timestamp": 1,
            "body": {"mid": "mid.forwarded", "seq": 1, "text": code},
            "sender": {"user_id": dialog.max_user_id, "first_name": "Мария", "is_bot": False},
            "link": {"type": "forward", "chat_id": -695, "message": {"mid": "mid.x", "seq": 1, "text": code}},
        },
    }
    inbox.accept(bot, json.dumps(body).encode(), timezone.now())
    drain()
    assert status(package) == Status.SENT


def test_code_typed_before_anything_was_asked_is_nothing(person, package):
    person.start(walk.token_of(package))
    person.say("123456")
    person.share()
    person.say(birth_date(package))
    person.say("000000")
    assert status(package) == Status.SENT
    assert not Signature.objects.exists()
