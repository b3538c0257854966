"""Who signs how, agreements on ПЭП and the desk: the client against the service itself."""

import re
from datetime import date

import pytest
from django.utils import timezone

from sep.delivery.models import Delivery, Purpose
from sep.documents.models import Document
from sep.jobs.testing import drain
from sep.parties import tokens
from sep.parties.models import Organization
from sep_client import Invalid, NewAgreement, Patient, Retries, SepClient, Signer
from tests import builders
from tests.ceremony import walk
from tests.client.test_against_the_service import adult_consent

WOMAN = {"family": "Иванова", "given": "Мария", "patronymic": "Петровна", "birth_date": date(1954, 3, 14)}
ON_PAPER = NewAgreement(number="П-17", concluded_on=date(2026, 1, 12))


@pytest.fixture
def clinic(transactional_db) -> Organization:
    return builders.organization()


@pytest.fixture
def sep(clinic, live_server):
    token = tokens.issue(clinic, name="МИС", now=timezone.now())
    with SepClient(
        f"{live_server.url}/sep/api", token, str(clinic.id), retries=Retries(attempts=1)
    ) as client:
        yield client


def youth(age: int) -> Patient:
    """A patient of so many years, whatever day it is."""
    return Patient(
        id_patient_mis="2156792",
        family="Юный",
        given="Илья",
        birth_date=date(timezone.now().year - age, 1, 1),
    )


def mother(**changes) -> Signer:
    values = {
        "role": "representative",
        "phone": builders.phone(),
        "family": "Юная",
        "given": "Анна",
        "birth_date": date(1986, 5, 12),
        "relation": "mother",
        "basis": "свидетельство о рождении",
        "identity_document": "паспорт 07 09 123456",
        "in_medical_record": True,
        "agreement": ON_PAPER,
    }
    return Signer(**values | changes)


def test_a_form_for_one_without_an_agreement_begins_with_it(sep: SepClient):
    created = sep.create_document(adult_consent(signer=Signer(role="patient", phone=builders.phone())))
    listed = list(sep.documents())
    assert [each.type for each in listed] == ["pep_agreement", "consent"]
    assert [each.made_by for each in listed] == ["service", "mis"]
    assert created.made_by == "mis"


def test_a_clinic_may_want_agreements_beforehand(sep: SepClient):
    assert sep.organization().agreements == "first_document"
    changed = sep.change_organization(agreements="beforehand", reminders=[4, 30], names_in_max=True)
    assert (changed.agreements, changed.reminders, changed.names_in_max) == ("beforehand", (4, 30), True)
    with pytest.raises(Invalid) as refused:
        sep.create_document(adult_consent(signer=Signer(role="patient", phone=builders.phone())))
    assert refused.value.code == "agreement_required"
    assert sep.change_organization(reminders=[]).reminders == ()
    assert sep.organization().agreements == "beforehand"


def test_an_agreement_is_written_down_found_and_ended(sep: SepClient):
    assert sep.find_agreements(**WOMAN) == []
    made = sep.register_agreement(
        number="П-17",
        concluded_on=date(2026, 1, 12),
        **WOMAN,
        phone="+79161234567",
        registered_by="Мельникова О. И.",
        identity_checked_by="Мельникова О. И.",
    )
    assert (made.number, made.way, made.concluded_on) == ("П-17", "paper", date(2026, 1, 12))
    assert made.phone.endswith("-67")
    assert made.phone_confirmed_at is None
    assert sep.find_agreements(**WOMAN) == [made]
    ended = sep.end_agreement(made.id_agreement, "Пациентка попросила")
    assert ended.ended_at is not None
    assert [each.ended_at for each in sep.find_agreements(**WOMAN)] == [ended.ended_at]
    assert "П-17" not in repr(made)


def test_a_phone_is_confirmed_at_the_desk_by_the_code_read_aloud(sep: SepClient):
    phone = builders.phone()
    check = sep.begin_phone_check(phone)
    sms = Delivery.objects.get(purpose=Purpose.PHONE_CHECK).live_text
    code = re.search(r"\d{6}", sms).group()
    with pytest.raises(Invalid) as wrong:
        sep.confirm_phone_check(check.phone_check, f"{(int(code) + 1) % 10**6:06}")
    assert wrong.value.code == "code_wrong"
    confirmed = sep.confirm_phone_check(check.phone_check, code)
    assert (check.confirmed_at, confirmed.confirmed_at is None) == (None, False)
    made = sep.register_agreement(
        number="1", concluded_on=date(2026, 1, 12), **WOMAN, phone=phone, phone_check=check.phone_check
    )
    assert made.phone_confirmed_at == confirmed.confirmed_at.replace(microsecond=0)


def test_a_phone_that_nobody_confirmed_is_not_told_as_confirmed(sep: SepClient):
    check = sep.begin_phone_check(builders.phone())
    with pytest.raises(Invalid) as refused:
        sep.register_agreement(
            number="1",
            concluded_on=date(2026, 1, 12),
            **WOMAN,
            phone=builders.phone(),
            phone_check=check.phone_check,
        )
    assert refused.value.code == "phone_not_confirmed"


def test_a_weaker_way_is_allowed_only_by_somebodys_name(sep: SepClient):
    sep.give_up_weaker_method("consent", "sms_code")
    before = next(each for each in sep.signing_policies() if each.type == "consent")
    sms = next(each for each in before.methods if each.code == "sms_code")
    assert (sms.is_allowed, sms.accepted_by) == (False, None)
    assert "СМС там не названа" in sms.warning
    with pytest.raises(Invalid) as refused:
        sep.create_document(adult_consent(signing_methods=["sms_code"]))
    assert refused.value.code == "weaker_method_not_accepted"
    after = sep.accept_weaker_method("consent", "sms_code", accepted_by="Рябинина Е. В., директор")
    sms = next(each for each in after.methods if each.code == "sms_code")
    assert (sms.is_allowed, sms.accepted_by) == (True, "Рябинина Е. В., директор")
    assert sms.accepted_at is not None
    assert sep.create_document(adult_consent(signing_methods=["sms_code"])).signing_methods == ("sms_code",)


def test_rules_of_a_kind_are_changed_and_given_back(sep: SepClient):
    changed = sep.change_policy("consent", needs_medic_signature=False, retention_years=30)
    assert (changed.needs_medic_signature, changed.retention_years) == (False, 30)
    with pytest.raises(Invalid) as refused:
        sep.change_policy("consent", retention_years=1)
    assert refused.value.code == "retention_too_short"
    assert sep.change_policy("consent").needs_medic_signature is True
    ways = {each.code: each for each in sep.change_policy("act", methods=["sms_code"]).methods}
    assert ways["sms_code"].is_allowed is True
    assert (ways["esia"].is_connected, ways["esia"].is_allowed) == (False, False)


def test_two_sign_where_the_law_wants_both(sep: SepClient):
    form = adult_consent(patient=youth(16), type="personal_data_consent", signer=mother())
    with pytest.raises(Invalid) as refused:
        sep.create_document(form)
    assert refused.value.code == "both_must_sign"
    himself = Signer(role="patient", phone=builders.phone(), agreement=ON_PAPER)
    created = sep.create_document(form.model_copy(update={"co_signer": himself}))
    assert [each.role for each in created.signers] == ["representative", "patient"]
    document = Document.objects.get(pk=created.id_document)
    for package in document.package.everyone():
        walk.sign(document, walk.opened_visit(package))
    signed = sep.document(created.id_document)
    assert signed.status.code == "signed"
    assert [each.method for each in signed.signers] == ["sms_code", "sms_code"]
    assert all(each.signed_at for each in signed.signers)


def test_the_second_is_invited_after_the_first_when_asked_so(sep: SepClient):
    himself = Signer(role="patient", phone=builders.phone(), agreement=ON_PAPER)
    form = adult_consent(
        patient=youth(16), type="contract", signer=mother(), co_signer=himself, signing_order="in_order"
    )
    created = sep.create_document(form)
    assert [each.delivery is None for each in sep.document(created.id_document).signers] == [False, True]


def test_a_link_for_the_desk_lives_for_minutes(sep: SepClient):
    created = sep.create_document(adult_consent())
    desk = sep.desk(created.id_document, "qr")
    assert re.search(r"/s/\w{22}$", desk.address)
    assert 0 < (desk.expires_at - timezone.now()).total_seconds() <= 15 * 60
    assert desk.address not in repr(desk)
    with pytest.raises(Invalid) as nobody:
        sep.desk(created.id_document, "tablet", "representative")
    assert nobody.value.code == "nothing_to_sign"


def test_a_channel_is_chosen_for_the_next_invitation(sep: SepClient):
    created = sep.create_document(adult_consent())
    assert sep.resend(created.id_document, channel="sms").delivery.channel == "sms"
    with pytest.raises(Invalid) as refused:
        sep.resend(created.id_document, channel="max")
    assert refused.value.code == "max_unreachable"


def test_a_consent_is_withdrawn_when_its_withdrawal_is_signed(sep: SepClient):
    created = sep.create_document(adult_consent())
    with pytest.raises(Invalid) as early:
        sep.withdraw(created.id_document, "передумала")
    assert early.value.code == "not_withdrawable"
    document = Document.objects.get(pk=created.id_document)
    walk.sign(document, walk.opened_visit(document.package))
    drain()
    made = sep.withdraw(created.id_document, "передумала")
    assert (made.type, made.made_by, made.withdraws) == ("withdrawal", "service", created.id_document)
    assert sep.document(created.id_document).status.code == "signed"
    withdrawal = Document.objects.get(pk=made.id_document)
    walk.sign(withdrawal, walk.opened_visit(withdrawal.package))
    ended = sep.document(created.id_document)
    assert (ended.status.code, ended.withdrawn_by) == ("withdrawn", made.id_document)


def test_a_correction_takes_the_unsigned_one_back(sep: SepClient):
    wrong = sep.create_document(adult_consent())
    right = sep.create_document(adult_consent(replaces=wrong.id_document_mis))
    assert right.replaces == wrong.id_document
    former = sep.document(wrong.id_document)
    assert (former.status.code, former.replaced_by) == ("revoked", right.id_document)
