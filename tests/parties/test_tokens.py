"""Tokens of a МИС: shown once, kept as a hash, useless when revoked, expired or far from home."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from sep.parties import tokens
from sep.parties.models import ApiKey
from tests import builders
from tests.delivery.dump import traces, whole_database

pytestmark = pytest.mark.django_db

HOME = "192.0.2.7"


def issued(**options):
    return tokens.issue(builders.organization(), name="МИС", now=timezone.now(), **options)


def works(token, address=HOME):
    try:
        tokens.authenticate(token, address)
    except tokens.TokenRefused:
        return False
    return True


def test_token_is_a_random_guid_that_fits_the_field_of_a_mis():
    token = issued()
    assert uuid.UUID(token).version == 4
    assert token == str(uuid.UUID(token))
    assert issued() != token


def test_token_leads_to_its_organization():
    clinic = builders.organization()
    token = tokens.issue(clinic, name="МИС", now=timezone.now())
    issued()
    assert tokens.authenticate(token, HOME).organization == clinic


def test_letters_of_a_token_may_be_of_any_size_with_spaces_around():
    token = issued()
    assert works(f"  {token.upper()} ")


@pytest.mark.parametrize("wrong", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_unknown_token_is_refused(wrong):
    issued()
    assert not works(wrong)


def test_token_is_nowhere_in_the_database():
    token = issued()
    dump = whole_database()
    assert not traces(token, dump)
    assert not traces(token.replace("-", ""), dump)


def test_revoked_token_is_refused_and_keeps_the_moment():
    token = issued()
    key = ApiKey.objects.get()
    moment = timezone.now()
    tokens.revoke(key, moment)
    tokens.revoke(key, moment + timedelta(days=1))
    key.refresh_from_db()
    assert key.revoked_at == moment
    assert not works(token)


def test_token_works_to_the_last_second_of_its_life():
    start = timezone.now()
    token = issued(life=timedelta(days=1))
    with time_machine.travel(start + timedelta(days=1) - timedelta(seconds=5), tick=False):
        assert works(token)
    with time_machine.travel(start + timedelta(days=1, seconds=5), tick=False):
        assert not works(token)


def test_no_token_lives_longer_than_a_year():
    with pytest.raises(ValueError, match="year"):
        issued(life=timedelta(days=366))


@pytest.mark.parametrize(
    ("networks", "address", "may"),
    [
        ([], "203.0.113.9", True),
        (["192.0.2.0/24"], HOME, True),
        (["192.0.2.0/24"], "192.0.3.7", False),
        (["198.51.100.0/24", "192.0.2.7"], HOME, True),
        (["2001:db8::/32"], "2001:db8::1", True),
        (["2001:db8::/32"], HOME, False),
        (["192.0.2.0/24"], "", False),
        (["192.0.2.0/24"], "not an address", False),
    ],
)
def test_token_works_from_its_networks_only(networks, address, may):
    assert works(issued(allowed_networks=networks), address) == may


def test_what_is_no_network_is_refused_at_once():
    with pytest.raises(ValueError, match="host bits"):
        issued(allowed_networks=["10.0.0.1/24"])
    assert not ApiKey.objects.exists()
