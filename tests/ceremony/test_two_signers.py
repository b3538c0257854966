"""A document that two must sign: together or one after the other, one sealed file at the end."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from sep.ceremony import codes, confirm, refusal, turn
from sep.ceremony.confirm import Answer
from sep.ceremony.models import Signature
from sep.delivery.models import Delivery, Purpose
from sep.documents import lifecycle
from sep.documents.intake import NewRecipient
from sep.documents.models import Document, Package
from sep.documents.statuses import Status
from sep.ledger import log
from sep.parties.models import SignerRole
from sep.parties.person import Person
from sep.vault import blobs
from sep.verify.checking import check
from tests import builders
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)

TEENAGER = Person("Тестовый", "Пётр", "Тестович", date(2010, 3, 1))
MOTHER = Person("Тестовая", "Анна", "Сергеевна", date(1986, 5, 12))


def of_two(*documents, **changes):
    """Packages of the sixteen-year-old and of his mother."""
    mother = builders.signing(
        MOTHER, relation="mother", basis="свидетельство о рождении", in_medical_record=True
    )
    first = builders.package(
        *(documents or [builders.new_document(type_code="contract", name="Договор")]),
        patient=TEENAGER,
        signer=builders.signing(TEENAGER),
        second=NewRecipient(SignerRole.REPRESENTATIVE, mother, builders.AGREEMENT),
        **changes,
    )
    return first, Package.objects.get(principal=first)


def test_each_has_an_invitation_and_the_second_signature_seals():
    first, second = of_two()
    document = first.documents.get()
    assert Delivery.objects.filter(purpose=Purpose.INVITATION).count() == 2
    assert walk.sign(document, walk.opened_visit(first)) is Answer.SIGNED
    document.refresh_from_db()
    assert document.status in {Status.CREATED, Status.SENT}
    assert not document.sealed_sha256
    assert walk.sign(document, walk.opened_visit(second)) is Answer.SIGNED
    document.refresh_from_db()
    assert document.status == Status.SIGNED
    assert Signature.objects.filter(document=document).count() == 2


def test_sealed_file_names_both_and_how_each_has_signed():
    first, second = of_two()
    document = first.documents.get()
    for package in (first, second):
        walk.sign(document, walk.opened_visit(package))
    document.refresh_from_db()
    verdict = check(blobs.get(document.organization, document.sealed_sha256))
    signers = [each["signer"]["fullName"] for each in verdict.evidence["signatures"]]
    assert signers == [TEENAGER.full_name, MOTHER.full_name]
    assert [each["signer"]["role"] for each in verdict.evidence["signatures"]] == [
        "patient",
        "representative",
    ]
    assert all(each["agreement"]["number"] == "П-17" for each in verdict.evidence["signatures"])


def test_who_has_signed_can_neither_sign_again_nor_decline():
    first, _ = of_two()
    document = first.documents.get()
    visit = walk.opened_visit(first)
    walk.sign(document, visit)
    assert confirm.confirm(document.id, visit, "000000", now=timezone.now()) is Answer.ALREADY_SIGNED
    with pytest.raises(codes.NotSignable):
        codes.issue(document.id, visit, now=timezone.now())
    with pytest.raises(codes.NotSignable):
        refusal.decline(document.id, visit, "", now=timezone.now())


def test_refusal_of_either_ends_it_for_both():
    first, second = of_two()
    document = first.documents.get()
    walk.sign(document, walk.opened_visit(first))
    refusal.decline(document.id, walk.opened_visit(second), "Не согласна с ценой", now=timezone.now())
    document.refresh_from_db()
    assert document.status == Status.DECLINED
    assert not turn.awaits(document, first, timezone.now())


def test_in_order_the_second_is_invited_when_the_first_has_signed():
    first, second = of_two(in_order=True)
    document = first.documents.get()
    assert not Delivery.objects.filter(package=second).exists()
    assert not turn.awaits(document, second, timezone.now())
    walk.sign(document, walk.opened_visit(first))
    assert Delivery.objects.filter(package=second, purpose=Purpose.INVITATION).count() == 1
    assert walk.sign(document, walk.opened_visit(second)) is Answer.SIGNED


def test_each_receives_only_what_the_law_lets_him_sign():
    """The sixteen-year-old signs his own ИДС alone; the contract waits for both."""
    first, second = of_two(
        builders.new_document(type_code="consent"), builders.new_document(type_code="contract")
    )
    assert [document.type_code for document in first.ordered()] == ["consent", "contract"]
    assert [document.type_code for document in second.ordered()] == ["contract"]
    consent = first.documents.get(type_code="consent")
    walk.sign(consent, walk.opened_visit(first))
    consent.refresh_from_db()
    assert consent.status == Status.SIGNED


def test_code_of_one_is_no_code_of_the_other():
    first, second = of_two()
    document = first.documents.get()
    his, hers = walk.opened_visit(first), walk.opened_visit(second)
    now = timezone.now()
    code = walk.code_for(document, his, now)
    walk.code_for(document, hers, now)
    later = now + timedelta(seconds=5)
    assert confirm.confirm(document.id, hers, code, now=later) in {Answer.WRONG, Answer.SIGNED}
    assert confirm.confirm(document.id, his, code, now=later) is Answer.SIGNED


def test_first_signature_is_witnessed_before_the_file_is_sealed():
    first, _ = of_two()
    document = first.documents.get()
    walk.sign(document, walk.opened_visit(first))
    kinds = [event["kind"] for event in log.history(document.id)]
    assert kinds[-1] == "document:signature"
    assert "document:signed" not in kinds


def test_revoked_between_the_two_signatures_is_signed_by_nobody():
    first, second = of_two()
    document = first.documents.get()
    walk.sign(document, walk.opened_visit(first))
    visit = walk.opened_visit(second)
    with transaction.atomic():
        lifecycle.move(lifecycle.locked(document.id), Status.REVOKED, at=timezone.now())
    with pytest.raises(codes.NotSignable):
        codes.issue(document.id, visit, now=timezone.now())
    assert Document.objects.get().status == Status.REVOKED
