"""A consent withdrawn: a signed document of its own, linked; the consent's file untouched."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from sep.ceremony import withdrawal
from sep.ceremony.confirm import Answer
from sep.documents.models import Document
from sep.documents.statuses import Status
from sep.parties.errors import Refusal
from sep.vault import blobs
from tests import builders
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)


def signed_consent():
    package = builders.package()
    document = package.documents.get()
    visit = walk.opened_visit(package)
    walk.sign(document, visit)
    document.refresh_from_db()
    return package, document, visit


def go_over(visit, made):
    cookie = walk.visits.move(visit, made.package, timezone.now())
    return walk.visits.live_visit(cookie, timezone.now())


def test_signed_withdrawal_takes_effect_and_leaves_the_file_as_it_was():
    package, consent, visit = signed_consent()
    before = blobs.get(consent.organization, consent.sealed_sha256)
    made = withdrawal.begin(consent, package, "Передумала", now=timezone.now())
    consent.refresh_from_db()
    assert consent.status == Status.SIGNED, "until the withdrawal is signed the consent is in force"
    assert walk.sign(made, go_over(visit, made)) is Answer.SIGNED
    consent.refresh_from_db()
    made.refresh_from_db()
    assert (consent.status, made.status) == (Status.WITHDRAWN, Status.SIGNED)
    assert made.withdraws == consent
    assert blobs.get(consent.organization, consent.sealed_sha256) == before
    assert consent.signed_at is not None


def test_withdrawal_is_asked_for_once():
    package, consent, _ = signed_consent()
    first = withdrawal.begin(consent, package, "", now=timezone.now())
    assert withdrawal.begin(consent, package, "", now=timezone.now()) == first


def test_only_a_signed_consent_is_withdrawn():
    package = builders.package(builders.new_document(type_code="contract"))
    contract = package.documents.get()
    with pytest.raises(Refusal):
        withdrawal.begin(contract, package, "", now=timezone.now())
    walk.sign(contract, walk.opened_visit(package))
    contract.refresh_from_db()
    with pytest.raises(Refusal):
        withdrawal.begin(contract, package, "", now=timezone.now())


def test_withdrawal_that_nobody_signs_changes_nothing():
    package, consent, _ = signed_consent()
    made = withdrawal.begin(consent, package, "", now=timezone.now())
    later = timezone.now() + timedelta(days=4)
    assert made.status_on(later) == Status.EXPIRED
    consent.refresh_from_db()
    assert consent.status == Status.SIGNED


def test_two_taps_at_once_make_one_withdrawal():
    package, consent, _ = signed_consent()

    def tap():
        try:
            withdrawal.begin(Document.objects.get(pk=consent.pk), package, "", now=timezone.now())
        finally:
            connection.close()

    taps = [threading.Thread(target=tap) for _ in range(4)]
    for each in taps:
        each.start()
    for each in taps:
        each.join()
    assert Document.objects.filter(withdraws=consent).count() == 1
