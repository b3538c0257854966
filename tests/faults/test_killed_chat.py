"""kill -9 of the worker in the middle of an answer in the chat: signed once, and the person learns of it."""

import pytest

from sep.ceremony.models import Signature
from sep.documents.statuses import Status
from sep.jobs.testing import drain
from simulator.max import dispatcher
from tests import builders
from tests.faults.death import CHAT
from tests.maxbot.conftest import bot, installation, messenger_of  # noqa: F401  fixtures
from tests.maxbot.test_conversation import code_of, meet, read

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
]


@pytest.mark.parametrize("step", CHAT)
def test_signing_in_the_chat_survives_the_death_of_the_worker(service, run, messenger_of, step, settings):  # noqa: F811
    service |= {"SEP_MAX_API": settings.ENVIRONMENT.max_api, "SEP_ADDRESS": settings.ENVIRONMENT.address}
    package = builders.package()
    person = meet(messenger_of(package), package)
    read(person)
    person.press("Подписать")
    person.press("Да, подписываю")
    person.say(code_of(package), settles=False)
    assert dispatcher.send_due() == 1
    assert run("worker", step) == -9
    drain()
    assert package.documents.get().status == Status.SIGNED
    assert Signature.objects.count() == 1
    assert "Документ подписан" in person.text
    assert 1 <= len([each for each in person.files if "подписан" in each["name"]]) <= 2
    cards = [each for each in person.messages if each["from"] == "bot" and each["keyboard"]]
    assert 1 <= len(cards) <= 2, "the same card twice at the most"
