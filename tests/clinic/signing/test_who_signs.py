"""Who is asked to sign: the law's answer before the service is asked, and its remedy when it refuses."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.institution.models import SigningRules
from clinic.patients.models import Representative
from clinic.signing import package, signers, tasks
from clinic.signing.models import Exchange, PackageDocument, ServiceDocument, SignerState
from clinic.signing.signers import HIMSELF, Who
from sep.ceremony import strangers
from sep.documents.models import Document
from sep.parties import policy
from sep.parties.methods import Method
from tests.ceremony import walk
from tests.clinic.signing.agreeing import agree
from tests.clinic.signing.rows import accepted, row, signed

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "simulator"])


def fresh(one):
    return PackageDocument.objects.get(pk=one.pk)


def text(answer):
    return answer.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")


@pytest.fixture
def youth(boy):
    """The boy at sixteen, with a phone of his own."""
    boy.birth_date = timezone.localdate().replace(year=timezone.localdate().year - 16, month=1, day=1)
    boy.phone = "+79262345678"
    boy.save()
    return boy


@pytest.mark.parametrize(
    ("pdf_type", "age", "capacity", "expected"),
    [
        ("consent", 14, "ordinary", (Who.REPRESENTATIVE,)),
        ("consent", 15, "ordinary", (Who.PATIENT,)),
        ("personal_data_consent", 14, "ordinary", (Who.REPRESENTATIVE,)),
        ("personal_data_consent", 15, "ordinary", (Who.BOTH,)),
        ("personal_data_consent", 18, "ordinary", (Who.PATIENT,)),
        ("contract", 13, "ordinary", (Who.REPRESENTATIVE,)),
        ("contract", 14, "ordinary", (Who.REPRESENTATIVE, Who.BOTH)),
        ("contract", 18, "ordinary", (Who.PATIENT,)),
        ("contract", 16, "emancipated", (Who.PATIENT,)),
        ("contract", 40, "limited", (Who.BOTH,)),
        ("consent", 40, "limited", (Who.PATIENT,)),
        ("consent", 40, "incapable", (Who.REPRESENTATIVE,)),
        ("consent", 40, "incapable_consenting", (Who.PATIENT,)),
        ("contract", 40, "incapable_consenting", (Who.REPRESENTATIVE,)),
    ],
)
def test_the_law_says_who_signs(pdf_type, age, capacity, expected):
    own = 15 if pdf_type == "consent" else 18
    assert signers.lawful(pdf_type, age=age, capacity=capacity, own_signature_from=own) == expected


def test_the_age_that_the_service_tells_is_taken(boy, clinic):
    boy.birth_date = timezone.localdate().replace(year=timezone.localdate().year - 13, month=1, day=1)
    boy.save()
    today = package.today(clinic)
    assert signers.proposed(boy, "consent", today).representative is not None
    told = {
        "type": "consent", "name": "ИДС", "article": "", "methods": [], "needs_medic_signature": True,
        "retention_years": 25, "own_signature_from": 13,
    }  # fmt: skip
    SigningRules.objects.create(institution=clinic, policies=[told])
    assert signers.proposed(boy, "consent", today) == HIMSELF


def test_sixteen_signs_a_consent_himself_and_his_mother_the_contract(desk, youth, mother, at_service):
    agree(at_service, youth)
    consent = desk.printed(youth)
    contract = desk.printed(youth, "Договор", pdf_type="contract")
    assert (consent.representative, contract.representative) == (None, mother)
    package.send([consent, contract], desk.registrar)
    desk.worker()
    phones = {key: one.package.signer.person.phone for key, one in desk.known().items()}
    assert phones == {consent.pk: youth.phone, contract.pk: mother.phone}


def test_two_sign_one_document_and_the_row_tells_who_is_awaited(desk, youth, mother, at_service, at_desk):
    agree(at_service, youth)
    added = desk.printed(youth, "Согласие на обработку данных", pdf_type="personal_data_consent")
    assert (added.representative, added.with_patient) == (mother, True)
    package.send([added], desk.registrar)
    tasks.deliver(fresh(added).batch)
    document = desk.known()[added.pk]
    first, second = sorted(document.package.everyone(), key=lambda each: each.signer.role == "patient")
    visits = [walk.opened_visit(each) for each in (first, second)]
    desk.worker()
    walk.sign(document, visits[0])
    tasks.look_after_open()
    page = text(at_desk("registrar").get(f"/clinic/patients/{youth.pk}/sep/"))
    assert "подписала мать, ждём пациента" in page
    walk.sign(document, visits[1])
    tasks.follow()
    desk.worker()
    assert fresh(added).status_code == "signed"
    assert fresh(added).signed_sha256


@pytest.mark.parametrize("mistaken", ["patient alone", "mother alone"])
def test_a_refusal_for_the_signers_comes_with_a_button_that_mends_it(
    mistaken, desk, youth, at_service, at_desk
):
    mother = Representative.objects.get(patient=youth)
    agree(at_service, youth)
    kind = "personal_data_consent" if mistaken == "mother alone" else "contract"
    added = desk.printed(youth, "Документ", pdf_type=kind)
    wrong = HIMSELF if mistaken == "patient alone" else signers.Signers(mother)
    package.change_signers(youth, [added.pk], wrong)
    package.send([added], desk.registrar)
    desk.worker()
    assert fresh(added).exchange == Exchange.REFUSED
    browser = at_desk("registrar")
    page = text(browser.get(f"/clinic/patients/{youth.pk}/sep/"))
    assert re.search(r'name="fix" value="\w+"[^>]*>Отправить', page)
    browser.post(f"/clinic/patients/{youth.pk}/sep/fix/", {"fix": added.pk})
    desk.worker()
    assert fresh(added).exchange == Exchange.ACCEPTED
    assert fresh(added).representative == mother


def test_without_a_representative_in_the_card_the_way_to_it_is_shown(desk, boy, at_desk):
    Representative.objects.filter(patient=boy).delete()
    boy.phone = "+79262345678"
    boy.save()
    added = desk.printed(boy)
    package.send([added], desk.registrar)
    desk.worker()
    page = text(at_desk("registrar").get(f"/clinic/patients/{boy.pk}/sep/"))
    assert f'<a href="/clinic/patients/{boy.pk}/">Добавить представителя</a>' in page


def test_a_document_that_no_code_can_sign_says_so(desk, woman, at_service):
    policy.give_up_weaker(at_service, "consent", Method.SMS_CODE, timezone.now())
    added = desk.printed(woman)
    package.send([added], desk.registrar)
    desk.worker()
    assert "слабее названного законом" in fresh(added).problem


def test_an_agreement_made_by_the_service_is_listed_apart_with_its_file(desk, woman, at_service, at_desk):
    woman.family = "Новикова"  # with whom there is no agreement yet
    woman.save()
    added = desk.printed(woman)
    package.send([added], desk.registrar)
    tasks.deliver(fresh(added).batch)
    agreement = Document.objects.get(type_code="pep_agreement")
    visit = walk.opened_visit(agreement.package)
    desk.worker()
    tasks.follow()
    assert PackageDocument.objects.count() == 1
    walk.sign(agreement, visit)
    tasks.follow()
    desk.worker()
    made = ServiceDocument.objects.get()
    assert (made.patient, made.status_code, bool(made.signed_sha256)) == (woman, "signed", True)
    browser = at_desk("doctor")
    assert "Соглашение об использовании" in text(browser.get(f"/clinic/patients/{woman.pk}/sep/"))
    file = browser.get(f"/clinic/sep/made/{made.pk}.pdf")
    assert b"".join(file).startswith(b"%PDF") if file.streaming else file.content.startswith(b"%PDF")


def test_a_consent_is_withdrawn_from_the_tab(desk, woman, at_desk):
    added = desk.printed(woman)
    package.send([added], desk.registrar)
    tasks.deliver(fresh(added).batch)
    document = desk.known()[added.pk]
    walk.sign(document, walk.opened_visit(document.package))
    tasks.follow()
    desk.worker()
    browser = at_desk("registrar")
    asked = browser.post(f"/clinic/patients/{woman.pk}/sep/withdraw/", {"row": added.pk})
    assert "Подготовить отзыв" in text(asked)
    browser.post(f"/clinic/patients/{woman.pk}/sep/withdraw/", {"row": added.pk, "reason": "передумала"})
    tasks.withdraw(added.pk)
    withdrawal = Document.objects.get(type_code="withdrawal")
    walk.sign(withdrawal, walk.opened_visit(withdrawal.package))
    tasks.follow()
    desk.worker()
    assert fresh(added).status_code == "withdrawn"
    assert fresh(added).withdrawn_by == withdrawal.pk
    assert ServiceDocument.objects.get().withdraws == fresh(added).id_document


def test_a_form_printed_anew_goes_in_place_of_the_wrong_one(desk, woman):
    wrong = desk.printed(woman)
    package.send([wrong], desk.registrar)
    desk.worker()
    assert desk.printed(woman, text="Ещё одно").replaces is None
    PackageDocument.objects.exclude(pk=wrong.pk).delete()
    package.ask_correction(woman, wrong.pk)
    right = desk.printed(woman, text="Верное")
    assert right.replaces == wrong
    package.send([right], desk.registrar)
    desk.worker()
    tasks.follow()
    assert fresh(wrong).status_code == "revoked"
    assert fresh(wrong).replaced_by == fresh(right).id_document


def test_the_desk_shows_a_qr_until_the_link_ends(desk, woman, at_desk):
    added = desk.printed(woman)
    package.send([added], desk.registrar)
    desk.worker()
    browser = at_desk("registrar")
    asked = browser.post(
        f"/clinic/patients/{woman.pk}/sep/desk/",
        {"row": added.pk, "mode": "qr"},
        headers={"HX-Request": "true"},
    )
    state = re.search(r'hx-get="(/clinic/sep/desk/\w+/)"', text(asked)).group(1)
    desk.worker()
    shown = text(browser.get(state, headers={"HX-Request": "true"}))
    assert "<svg" in shown
    assert "Ссылка действует до" in shown
    assert "/s/" not in shown
    tablet = browser.post(
        f"/clinic/patients/{woman.pk}/sep/desk/",
        {"row": added.pk, "mode": "tablet"},
        headers={"HX-Request": "true"},
    )
    desk.worker()
    state = re.search(r'hx-get="(/clinic/sep/desk/\w+/)"', text(tablet)).group(1)
    shown = text(browser.get(state, headers={"HX-Request": "true"}))
    assert re.search(r'href="http[^"]+/s/\w{22}" target="_blank" rel="noopener noreferrer"', shown)
    assert "собственный телефон подписанта" in shown


def test_a_channel_that_is_not_there_is_told(desk, woman):
    added = desk.printed(woman)
    package.send([added], desk.registrar)
    desk.worker()
    package.resend(woman, [added.pk], by=package.Pending.RESEND_MAX)
    desk.worker()
    assert "отправьте по СМС" in fresh(added).problem
    package.resend(woman, [added.pk], by=package.Pending.RESEND_SMS)
    desk.worker()
    assert fresh(added).problem == ""
    assert fresh(added).invited_again_at is not None


def test_a_phone_of_many_is_told_on_the_row(at_desk, woman):
    accepted(woman, "sent", cautions=["Этот телефон указан подписантом для многих пациентов (7)."])
    assert "для многих пациентов (7)" in text(at_desk("registrar").get(f"/clinic/patients/{woman.pk}/sep/"))


def test_a_doctor_sees_progress_and_changes_nothing(at_desk, woman):
    told = [
        SignerState("patient", "", "+7 9** ***-**-67", "sms", "delivered", has_signed=True),
        SignerState("representative", "guardian", "+7 9** ***-**-11", "sms", "delivered", has_signed=False),
    ]
    accepted(woman, "sent", signers=told)
    page = text(at_desk("doctor").get(f"/clinic/patients/{woman.pk}/sep/"))
    assert "подписал пациент, ждём опекуна" in page
    assert "QR на экран" not in page
    for action in ("fix", "withdraw", "correct", "desk"):
        assert at_desk("doctor").post(f"/clinic/patients/{woman.pk}/sep/{action}/").status_code == 403


def test_only_signed_consents_are_withdrawn(woman, registrar):
    waiting, contract = accepted(woman, "sent"), signed(woman, "Договор", pdf_type="contract")
    draft = row(woman)
    for one in (waiting, contract, draft):
        assert not package.withdraw(woman, one.pk, "")


def test_a_new_alarm_about_a_document_dealt_with_is_an_alarm_again(desk, woman, at_desk):
    added = desk.printed(woman)
    package.send([added], desk.registrar)
    tasks.deliver(fresh(added).batch)
    document = desk.known()[added.pk]
    visit = walk.opened_visit(document.package)
    PackageDocument.objects.filter(pk=added.pk).update(handled_at=timezone.now(), handled_by=desk.registrar)
    strangers.not_me(visit, timezone.now() + timedelta(seconds=2))
    tasks.follow()
    assert fresh(added).handled_at is None
    assert "Отказы" in text(at_desk("registrar").get("/clinic/"))
