"""kill -9 of the web in the middle of signing: nothing has happened, and the code is still good."""

import pytest

from sep.ceremony.models import Signature
from sep.ceremony.pages.session import cookie_name
from sep.documents.statuses import Status
from sep.ledger.models import Event
from tests import builders
from tests.ceremony.pages.person import Person
from tests.faults.death import SIGNING

pytestmark = [
    pytest.mark.faults,
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
]


@pytest.mark.parametrize("step", SIGNING)
def test_death_before_the_commit_signs_nothing_and_leaves_the_code_good(run, step):
    person = Person(builders.package()).come_in()
    person.read()
    person.press_sign()
    code = person.code()
    events = Event.objects.count()
    cookie = person.browser.cookies[cookie_name()].value
    assert run("web", step, person.at("code"), code, cookie_name(), cookie) == -9
    person.document.refresh_from_db()
    assert person.document.status == Status.CREATED
    assert person.document.sealed_sha256 == ""
    assert not Signature.objects.exists()
    assert Event.objects.count() == events
    person.enter(code)
    person.document.refresh_from_db()
    assert person.document.status == Status.SIGNED
    assert Signature.objects.count() == 1
