"""A signer's walk through the use cases, without pages."""

import re
from datetime import timedelta

from django.utils import timezone

from sep.ceremony import codes, confirm, links, visits
from sep.delivery.models import Delivery, Purpose
from sep.jobs.testing import drain


def sms(delivery):
    """The text as the phone would get it, read before the worker has spent its secret."""
    return delivery.live_text


def token_of(package):
    """The token of the invitation that waits to be sent."""
    delivery = Delivery.objects.filter(package=package, purpose=Purpose.INVITATION).latest("created_at")
    return re.search(r"/s/(\w{22})", sms(delivery)).group(1)


def opened_visit(package, now=None):
    """A visit of the package's signer, identified by the birth date."""
    now = now or timezone.now()
    cookie = links.open_link(token_of(package), now=now, address="127.0.0.1:5", user_agent="Mozilla/5.0")
    visit = visits.live_visit(cookie, now)
    cookie = visits.identify(visit, package.signer.person.birth_date, now=now)
    return visits.live_visit(cookie, now)


def code_for(document, visit, now=None):
    """The code that the signer's phone receives."""
    issued = codes.issue(document.id, visit, now=now or timezone.now())
    return re.search(r"\d{6}", sms(issued.confirmation.delivery)).group()


def sign(document, visit, now=None):
    now = now or timezone.now()
    return confirm.confirm(document.id, visit, code_for(document, visit, now), now=now + timedelta(seconds=9))


__all__ = ["code_for", "codes", "confirm", "drain", "opened_visit", "sign", "sms", "token_of", "visits"]
