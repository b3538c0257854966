"""A whole signing in the chat, and then a look at everything the service keeps: nothing in clear."""

import pytest

from sep.ceremony.models import Signature
from sep.maxbot.models import IncomingUpdate
from tests import builders
from tests.delivery.dump import traces, whole_database
from tests.maxbot.conftest import TOKEN
from tests.maxbot.test_conversation import birth_date, code_of, meet, read

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "simulator"])


def test_database_tells_no_token_no_phone_no_code_and_no_word_of_the_person(bot, messenger_of):
    package = builders.package()
    person = meet(messenger_of(package), package)
    person.press("Вопрос")
    person.say("Беременна ли я?")
    read(person)
    person.press("Подписать")
    person.press("Да, подписываю")
    code = code_of(package)
    person.say(code)
    assert Signature.objects.exists()
    assert not IncomingUpdate.objects.filter(body__isnull=False).exists(), "what was worked on is erased"
    phone = package.signer.person.phone
    secrets = [TOKEN, bot.secret, phone, phone.removeprefix("+"), "Беременна", birth_date(package)]
    dump = whole_database()
    assert [each for each in secrets if traces(each, dump)] == []
