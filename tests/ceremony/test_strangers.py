"""«Это не я»: one tap closes every way in, and the clinic sees it at once."""

import re

import pytest
from django.utils import timezone

from sep.ceremony import codes, invitation, links, strangers
from sep.ceremony.confirm import Answer
from sep.delivery.models import Delivery
from sep.documents.statuses import Status
from tests import builders
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_tap_ends_the_visit_the_link_and_the_code():
    package = builders.package()
    token = walk.token_of(package)
    visit = walk.opened_visit(package)
    document = package.documents.get()
    code = walk.code_for(document, visit)
    strangers.not_me(visit, timezone.now())
    document.refresh_from_db()
    assert document.status == Status.UNDELIVERED
    assert "Это не я" in document.status_reason
    visit.package.refresh_from_db()
    assert walk.confirm.confirm(document.id, visit, code, now=timezone.now()) is Answer.NOT_SIGNABLE
    with pytest.raises(links.LinkUnusable):
        links.open_link(token, now=timezone.now(), address="", user_agent="")
    with pytest.raises(codes.NotSignable):
        codes.issue(document.id, visit, now=timezone.now())


def test_clinic_that_invites_anew_opens_it_again_and_the_old_link_stays_dead():
    package = builders.package()
    old = walk.token_of(package)
    strangers.not_me(walk.opened_visit(package), timezone.now())
    document = package.documents.get()
    invitation.resend(document.id, timezone.now())
    latest = Delivery.objects.filter(package=package).latest("created_at")
    new = re.search(r"/s/(\w{22})", latest.live_text).group(1)
    with pytest.raises(links.LinkUnusable):
        links.open_link(old, now=timezone.now(), address="", user_agent="")
    assert links.open_link(new, now=timezone.now(), address="", user_agent="")
    package.refresh_from_db()
    visit = walk.opened_visit(package)
    assert walk.sign(document, visit) is Answer.SIGNED
