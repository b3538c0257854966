"""No ПЭП before an agreement: concluded at the desk, told by the МИС, or signed as the first document."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sep.ceremony import codes
from sep.ceremony.confirm import Answer
from sep.delivery.models import Delivery, Purpose
from sep.documents.statuses import Status
from sep.parties import agreements
from sep.parties.errors import Refusal
from sep.parties.models import Agreement, Agreements
from tests import builders
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)


def test_stranger_signs_the_agreement_first_and_then_the_document():
    package = builders.package(agreement=None)
    agreement, consent = package.ordered()
    assert (agreement.type_code, agreement.is_ours) == ("pep_agreement", True)
    visit = walk.opened_visit(package)
    with pytest.raises(codes.AgreementNeeded):
        codes.issue(consent.id, visit, now=timezone.now())
    assert walk.sign(agreement, visit) is Answer.SIGNED
    made = Agreement.objects.get()
    assert (made.way, made.document_id) == ("first_document", agreement.id)
    assert walk.sign(consent, visit) is Answer.SIGNED
    consent.refresh_from_db()
    assert consent.status == Status.SIGNED


def test_second_package_asks_for_no_second_agreement():
    clinic, signer = builders.organization(), builders.signing()
    package = builders.package(clinic=clinic, signer=signer, agreement=None)
    walk.sign(package.ordered()[0], walk.opened_visit(package))
    again = builders.package(clinic=clinic, signer=signer, agreement=None)
    assert [document.type_code for document in again.ordered()] == ["consent"]


def test_agreement_signed_once_takes_back_the_others_that_wait():
    clinic, signer = builders.organization(), builders.signing()
    first = builders.package(clinic=clinic, signer=signer, agreement=None)
    second = builders.package(clinic=clinic, signer=signer, agreement=None)
    walk.sign(first.ordered()[0], walk.opened_visit(first))
    spare = second.ordered()[0]
    assert (spare.type_code, spare.status) == ("pep_agreement", Status.REVOKED)


def test_clinic_that_wants_agreements_beforehand_sends_nothing_without_one():
    clinic = builders.organization(agreements=Agreements.BEFOREHAND)
    with pytest.raises(Refusal) as refused:
        builders.package(clinic=clinic, agreement=None)
    assert refused.value.code == "agreement_required"
    assert not Delivery.objects.exists()


def test_document_to_another_phone_than_was_agreed_is_refused():
    clinic = builders.organization()
    builders.package(clinic=clinic)
    with pytest.raises(Refusal) as refused:
        builders.package(clinic=clinic, agreement=None)
    assert refused.value.code == "phone_changed"


def test_new_phone_waits_a_day_for_risky_documents_and_the_former_number_is_told():
    clinic = builders.organization()
    former = builders.signing()
    builders.package(clinic=clinic, signer=former)
    package = builders.package(clinic=clinic)
    notice = Delivery.objects.get(purpose=Purpose.NOTICE)
    assert notice.phone == former.phone
    assert "заменён" in notice.live_text
    document, now = package.documents.get(), timezone.now()
    visit = walk.opened_visit(package, now)
    with pytest.raises(codes.PhoneTooNew):
        codes.issue(document.id, visit, now=now)
    tomorrow = now + agreements.COOL_DOWN + timedelta(minutes=1)
    visit = walk.opened_visit(package, tomorrow)
    assert walk.sign(document, visit, tomorrow) is Answer.SIGNED


def test_ending_an_agreement_first_is_no_way_around_the_rest():
    clinic = builders.organization()
    builders.package(clinic=clinic)
    agreements.end(Agreement.objects.get(), "по заявлению", timezone.now())
    package = builders.package(clinic=clinic)
    with pytest.raises(codes.PhoneTooNew):
        codes.issue(package.documents.get().id, walk.opened_visit(package), now=timezone.now())


def test_same_phone_after_an_end_rests_no_more():
    clinic, signer = builders.organization(), builders.signing()
    builders.package(clinic=clinic, signer=signer)
    agreements.end(Agreement.objects.get(), "по заявлению", timezone.now())
    package = builders.package(clinic=clinic, signer=signer)
    assert walk.sign(package.documents.get(), walk.opened_visit(package)) is Answer.SIGNED


def test_agreement_of_one_clinic_is_none_with_another():
    signer = builders.signing()
    builders.package(signer=signer)
    other = builders.package(signer=signer, agreement=None)
    assert other.ordered()[0].type_code == "pep_agreement"


def test_ended_agreement_signs_nothing_more():
    package = builders.package()
    visit = walk.opened_visit(package)
    agreements.end(Agreement.objects.get(), "по заявлению", timezone.now())
    with pytest.raises(codes.AgreementNeeded):
        codes.issue(package.documents.get().id, visit, now=timezone.now())


def test_agreement_that_ends_while_the_code_is_on_its_way_stops_the_signature():
    package = builders.package()
    document, visit = package.documents.get(), walk.opened_visit(package)
    code = walk.code_for(document, visit)
    agreements.end(Agreement.objects.get(), "по заявлению", timezone.now())
    assert walk.confirm.confirm(document.id, visit, code, now=timezone.now()) is Answer.NOT_SIGNABLE
