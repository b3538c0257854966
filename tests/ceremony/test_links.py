"""Secret links: who may open one, how long a visit lives, and the birth date behind it."""

import string
from datetime import date, timedelta

import pytest

from sep.ceremony import links, visits
from sep.ceremony.models import SigningLink, Visit
from sep.ledger import log
from tests import builders
from tests.builders import NOON
from tests.ceremony import walk

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
BIRTH_DATE = builders.ADULT.birth_date
WRONG = date(1954, 3, 15)


@pytest.fixture
def package():
    return builders.package(now=NOON)


@pytest.fixture
def token(package):
    return walk.token_of(package)


def opened(token, now=NOON):
    return links.open_link(token, now=now, address="192.0.2.7:51234", user_agent="Mozilla/5.0")


def visit_of(token, now=NOON):
    return visits.live_visit(opened(token, now), now)


def test_token_has_131_bits_of_letters_and_digits():
    tokens = {links.new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert all(len(token) == 22 for token in tokens)
    assert set("".join(tokens)) <= set(string.ascii_letters + string.digits)


def test_only_the_hash_of_a_token_is_kept(token):
    assert token.encode() not in bytes(SigningLink.objects.get().token_hash)


def test_opening_is_witnessed_without_the_token(package, token):
    opened(token)
    told = log.history(package.id)[-1]
    assert told["kind"] == "link:opened"
    assert token not in str(told)


@pytest.mark.parametrize(
    "change", [str.swapcase, lambda token: token[:-1], lambda token: f"{token}0", str.upper]
)
def test_token_that_is_not_exact_opens_nothing(token, change):
    with pytest.raises(links.LinkUnusable):
        opened(change(token))
    assert not Visit.objects.exists()


def test_link_opens_until_its_last_second(package, token):
    expires_at = package.documents.get().expires_at
    opened(token, expires_at - SECOND)
    with pytest.raises(links.LinkUnusable):
        opened(token, expires_at)


def test_link_opened_on_another_device_ends_the_first_visit(token):
    first = opened(token)
    second = opened(token, NOON + SECOND)
    assert visits.live_visit(first, NOON + SECOND) is None
    assert visits.live_visit(second, NOON + SECOND) is not None


def test_unknown_cookie_is_no_visit(token):
    opened(token)
    assert visits.live_visit("", NOON) is None
    assert visits.live_visit("x" * 32, NOON) is None


def test_idle_visit_ends_after_a_quarter_of_an_hour(token):
    cookie = opened(token)
    assert visits.live_visit(cookie, NOON + visits.IDLE - SECOND) is not None
    cookie = opened(token)
    assert visits.live_visit(cookie, NOON + visits.IDLE) is None


def test_visit_in_use_lives_an_hour_and_no_longer(token):
    cookie = opened(token)
    now = NOON
    while now + 10 * timedelta(minutes=1) < NOON + visits.ABSOLUTE:
        now += 10 * timedelta(minutes=1)
        assert visits.live_visit(cookie, now) is not None
    assert visits.live_visit(cookie, NOON + visits.ABSOLUTE - SECOND) is not None
    assert visits.live_visit(cookie, NOON + visits.ABSOLUTE) is None


def test_visit_that_was_left_is_over(token):
    cookie = opened(token)
    visits.leave(visits.live_visit(cookie, NOON), NOON)
    assert visits.live_visit(cookie, NOON) is None


def test_right_birth_date_changes_the_cookie(token):
    cookie = opened(token)
    after = visits.identify(visits.live_visit(cookie, NOON), BIRTH_DATE, now=NOON)
    assert visits.live_visit(cookie, NOON) is None, "a cookie planted before cannot be used after"
    assert visits.live_visit(after, NOON).identified_at == NOON


def test_wrong_birth_date_identifies_nobody(package, token):
    visit = visit_of(token)
    assert visits.identify(visit, WRONG, now=NOON) is None
    visit.refresh_from_db()
    assert visit.identified_at is None
    told = log.history(package.id)[-1]
    assert told["kind"] == "signer:wrong_birth_date"
    assert "1954" not in str(told["data"])


def test_fifth_wrong_birth_date_locks_the_link_for_everyone(token):
    visit = visit_of(token)
    for _ in range(4):
        assert visits.identify(visit, WRONG, now=NOON) is None
    with pytest.raises(visits.Locked):
        visits.identify(visit, WRONG, now=NOON)
    with pytest.raises(visits.Locked):
        visits.identify(visit, BIRTH_DATE, now=NOON)
    with pytest.raises(links.LinkUnusable):
        opened(token)


def test_four_wrong_birth_dates_still_let_the_right_one_in(token):
    visit = visit_of(token)
    for _ in range(4):
        visits.identify(visit, WRONG, now=NOON)
    assert visits.identify(visit, BIRTH_DATE, now=NOON) is not None


def test_wrong_birth_dates_are_counted_over_all_visits_of_a_link(token):
    for turn in range(4):
        visits.identify(visit_of(token, NOON + turn * SECOND), WRONG, now=NOON)
    with pytest.raises(visits.Locked):
        visits.identify(visit_of(token, NOON + 5 * SECOND), WRONG, now=NOON)


def test_another_link_of_the_package_is_not_locked(package, token):
    visit = visit_of(token)
    for _ in range(4):
        visits.identify(visit, WRONG, now=NOON)
    with pytest.raises(visits.Locked):
        visits.identify(visit, WRONG, now=NOON)
    fresh = links.make_link(package, now=NOON, expires_at=NOON + timedelta(hours=1))
    assert visits.identify(visit_of(fresh), BIRTH_DATE, now=NOON) is not None


def test_what_a_device_says_of_itself_is_cut_to_its_place(token):
    links.open_link(token, now=NOON, address="x" * 500, user_agent="y" * 5000)
    visit = Visit.objects.get()
    assert (len(visit.address), len(visit.user_agent)) == (60, 300)
