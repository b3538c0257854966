import os
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.utils import timezone

from sep.ceremony import confirm, invitation, withdrawal
from sep.ceremony.codes import NotSignable
from sep.ceremony.models import Signature
from sep.ceremony.refusal import decline
from sep.delivery.models import Delivery
from sep.documents import lifecycle, recall
from sep.documents.models import Document
from sep.documents.statuses import Status
from sep.ledger.models import Event
from sep.parties.errors import Refusal
from tests import builders
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Run the calls in threads that start together; return their answers, exceptions included."""
    gate = threading.Barrier(min(len(calls), 32))

    def run(number_and_call):
        number, call = number_and_call
        try:
            if number < gate.parties:
                gate.wait(timeout=30)
            return call()
        except Exception as error:  # noqa: BLE001  the test judges it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=gate.parties) as pool:
        return list(pool.map(run, enumerate(calls)))


def test_hundred_right_codes_at_once_make_one_signature():
    package = builders.package()
    visit = walk.opened_visit(package)
    document = package.documents.get()
    now = timezone.now()
    code = walk.code_for(document, visit, now)
    answers = at_once(*[lambda: confirm.confirm(document.id, visit, code, now=now)] * 100)
    assert Counter(answers) == {confirm.Answer.SIGNED: 1, confirm.Answer.ALREADY_SIGNED: 99}
    assert Signature.objects.count() == 1
    assert Event.objects.filter(kind="document:signed").count() == 1


def test_hundred_wrong_codes_at_once_are_five_tries_and_no_more():
    package = builders.package()
    visit = walk.opened_visit(package)
    document = package.documents.get()
    now = timezone.now()
    right = walk.code_for(document, visit, now)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    answers = Counter(at_once(*[lambda: confirm.confirm(document.id, visit, wrong, now=now)] * 100))
    assert answers == {confirm.Answer.WRONG: 4, confirm.Answer.CODE_DEAD: 96}
    assert document.confirmations.get().wrong_attempts == 5


def test_same_document_fifty_times_at_once_is_one_document_and_one_message():
    clinic = builders.organization()
    new = builders.new_package()
    builders.pdf()

    def submit():
        return invitation.submit(clinic, new, now=timezone.now(), auto_send=True)

    answers = at_once(*[submit] * 50)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sum(answer.created for answer in answers) == 1
    assert len({answer.package.id for answer in answers}) == 1
    assert Document.objects.count() == 1
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("round_number", range(10))
def test_signing_refusing_and_recalling_at_once_leave_one_legal_outcome(round_number):
    package = builders.package()
    visit = walk.opened_visit(package)
    document = package.documents.get()
    now = timezone.now()
    code = walk.code_for(document, visit, now)
    answers = at_once(
        lambda: confirm.confirm(document.id, visit, code, now=now),
        lambda: decline(document.id, visit, "Передумал", now=now),
        lambda: recall.revoke(document.id, "Ошибка", now=now),
    )
    unexpected = [one for one in answers if isinstance(one, Exception)]
    assert all(isinstance(one, NotSignable | Refusal) for one in unexpected), unexpected
    document.refresh_from_db()
    outcomes = Event.objects.filter(
        subject=document.id, kind__in=["document:signed", "document:declined", "document:revoked"]
    )
    assert [event.kind for event in outcomes] == [f"document:{document.status}"]
    assert Signature.objects.count() == (document.status == Status.SIGNED)


def test_code_requested_twice_at_once_is_one_code():
    package = builders.package()
    visit = walk.opened_visit(package)
    document = package.documents.get()
    now = timezone.now()
    at_once(*[lambda: walk.codes.issue(document.id, visit, now=now)] * 16)
    assert document.confirmations.count() == 1
    assert Delivery.objects.filter(purpose="code").count() == 1


ROUNDS = int(os.environ.get("SEP_RACES", "500"))
"""`SEP_RACES=10000` for a night."""


def test_sign_revoke_decline_and_expire_at_once_leave_one_legal_outcome():
    seen = Counter()
    chance = random.Random(20261123)
    for _ in range(0, ROUNDS, 20):
        now = timezone.now()
        signer = builders.signing(given=f"Мария-{chance.random()}")
        package = builders.package(
            *(builders.new_document(type_code="act", pdf=builders.pdf(pages=1)) for _ in range(20)),
            signer=signer,
            now=now,
        )
        visit = walk.opened_visit(package, now)
        for document in package.ordered():
            code = walk.code_for(document, visit, now)
            Delivery.objects.filter(purpose="code").update(created_at=now - timedelta(days=2))
            seen[race(document, visit, code, now, chance)] += 1
    assert sum(seen.values()) == ROUNDS
    assert len(seen) >= 3, f"the race is no race: {seen}"


def race(document, visit, code, now, chance):
    """One document: everybody wants something else at the same moment. Returns what became of it."""
    acts = [
        lambda: confirm.confirm(document.id, visit, code, now=now),
        lambda: recall.revoke(document.id, "раздумали", now=now),
        lambda: decline(document.id, visit, "", now=now),
        lambda: expire(document.id, document.expires_at),
    ]
    chance.shuffle(acts)
    at_once(*acts[:3], acts[3])
    document.refresh_from_db()
    events = Event.objects.filter(subject=document.id, kind__startswith="document:").values_list(
        "kind", flat=True
    )
    ends = [
        kind
        for kind in events
        if kind.removeprefix("document:") in {"signed", "revoked", "declined", "expired"}
    ]
    assert ends == [f"document:{document.status}"], "one end, and it is the one that the row tells"
    signed = Signature.objects.filter(document=document).count()
    assert signed == (1 if document.status == Status.SIGNED else 0)
    assert bool(document.sealed_sha256) == (document.status == Status.SIGNED)
    return Status(document.status)


def expire(document_id, moment):
    with transaction.atomic():
        return lifecycle.expire_if_due(lifecycle.locked(document_id), moment)


def test_two_withdrawals_and_their_signatures_at_once_withdraw_once():
    for _ in range(max(ROUNDS // 50, 1)):
        now = timezone.now()
        package = builders.package(signer=builders.signing(given=f"Вера-{now.timestamp()}"), now=now)
        consent, visit = package.documents.get(), walk.opened_visit(package, now)
        walk.sign(consent, visit, now)
        consent.refresh_from_db()
        made = withdrawal.begin(consent, package, "", now=now)
        cookie = walk.visits.move(visit, made.package, now)
        there = walk.visits.live_visit(cookie, now)
        code = walk.code_for(made, there, now)
        sign = partial(confirm.confirm, made.id, there, code, now=now)
        begin = partial(withdrawal.begin, consent, package, "", now=now)
        answers = at_once(sign, sign, begin, partial(recall.revoke, made.id, "", now=now))
        consent.refresh_from_db()
        made.refresh_from_db()
        assert (consent.status == Status.WITHDRAWN) == (made.status == Status.SIGNED), answers
        assert Event.objects.filter(subject=consent.id, kind="document:withdrawn").count() <= 1
