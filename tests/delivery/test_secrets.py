"""A link's token and a code are in nobody's reach once they have done their work."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from sep.ceremony.codes import LIFE
from sep.delivery.models import Delivery, Purpose
from sep.delivery.tasks import forget_spent_secrets
from sep.jobs.testing import drain
from tests import builders
from tests.ceremony import walk
from tests.delivery.dump import traces, whole_database
from tests.delivery.scripted import BUSY, ScriptedGateway

pytestmark = pytest.mark.django_db(transaction=True)


def secrets_kept():
    return Delivery.objects.filter(secret__isnull=False).count()


def test_dump_finds_what_it_is_asked_for(installed):
    """The search itself works: a name of a document is kept in clear."""
    builders.package(builders.new_document(name="Согласие на осмотр 482913"))
    assert traces("Согласие на осмотр 482913", whole_database())


def test_no_table_shows_a_token_or_a_code_at_any_time(installed):
    gateway = installed(ScriptedGateway("first", BUSY))
    package = builders.package()
    token = walk.token_of(package)
    visit = walk.opened_visit(package)
    # Six digits may stand by chance inside hashes and times: the whole line of the message may not.
    walk.code_for(package.documents.get(), visit)
    assert not traces(token, whole_database())
    drain()
    codes = [text for text in gateway.texts if text.startswith("Код")]
    assert len(codes) == 1
    code = re.search(r"Код \d{6}", codes[0]).group()
    dump = whole_database()
    assert not traces(token, dump)
    assert not traces(code, dump)


def test_token_is_forgotten_as_soon_as_the_link_has_left(installed):
    installed(ScriptedGateway("first"))
    builders.package()
    assert secrets_kept() == 1
    drain()
    assert secrets_kept() == 0
    assert "••••••" in Delivery.objects.get().kept_text


def test_code_is_forgotten_as_soon_as_it_has_signed(installed):
    installed(ScriptedGateway("first"))
    package = builders.package()
    visit = walk.opened_visit(package)
    drain()
    walk.sign(package.documents.get(), visit)
    assert secrets_kept() == 0


def test_code_that_nobody_entered_is_forgotten_when_it_expires(installed):
    installed(ScriptedGateway("first"))
    package = builders.package()
    visit = walk.opened_visit(package)
    drain()
    now = timezone.now()
    walk.code_for(package.documents.get(), visit, now)
    drain()
    forget_spent_secrets()
    assert secrets_kept() == 1, "it may be sent again while it lives"
    with time_machine.travel(now + LIFE):
        forget_spent_secrets()
    assert secrets_kept() == 0
    kept = Delivery.objects.get(purpose=Purpose.CODE).kept_text
    assert kept.startswith("Код ••••••: подпись документа (согласие)"), "evidence still shows the text"


def test_link_that_was_never_sent_is_forgotten_with_its_term(installed):
    installed(ScriptedGateway("first", BUSY))
    package = builders.package()
    with time_machine.travel(package.documents.get().expires_at - timedelta(minutes=1)):
        forget_spent_secrets()
        assert secrets_kept() == 1
    with time_machine.travel(package.documents.get().expires_at):
        forget_spent_secrets()
        assert secrets_kept() == 0
