"""The rules through the API: policies, agreements, phones at the desk, who signs, what two sign."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from sep.ceremony.models import Entrance, SigningLink
from sep.delivery.models import Delivery, Purpose
from sep.documents.models import Document
from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.models import Agreement, Organization, WeakerMethod
from tests import builders
from tests.api.mis import AGREEMENT, Mis, problem
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)

TEENAGER = {"idPatientMis": "16", "family": "Орлов", "given": "Пётр", "birthDate": "2010-03-01"}
CHILD = {"idPatientMis": "12", "family": "Орлов", "given": "Лев", "birthDate": "2014-03-01"}


@pytest.fixture
def mis():
    return Mis()


def mother(**changes):
    return {
        "role": "representative",
        "family": "Орлова",
        "given": "Анна",
        "birthDate": "1986-05-12",
        "phone": builders.phone(),
        "relation": "mother",
        "basis": "свидетельство о рождении",
        "inMedicalRecord": True,
        "agreement": AGREEMENT,
        **changes,
    }


def himself(**changes):
    return {"role": "patient", "phone": builders.phone(), "agreement": AGREEMENT, **changes}


def test_every_kind_tells_its_ways_its_article_and_what_must_be_accepted(mis):
    policies = {each["type"]: each for each in mis.get("/signing-policies").json()}
    assert set(policies) == set(DOCUMENT_TYPES)
    consent = {method["code"]: method for method in policies["consent"]["methods"]}
    assert not consent["esia"]["isConnected"], "the law names it, this version cannot do it yet"
    assert consent["sms_code"]["isAllowed"]
    assert "ст. 20 ч. 7" in consent["sms_code"]["warning"]
    assert consent["sms_code"]["acceptedBy"] == "Рябинина О. Н., директор"
    assert not consent["max_code"]["isAllowed"]
    assert policies["consent"]["needsMedicSignature"]
    assert policies["contract"]["ownSignatureFrom"] == 18


def test_consent_by_sms_needs_the_warning_accepted_and_says_so(mis):
    WeakerMethod.objects.all().delete()
    refused = problem(mis.post("/documents", mis.document()), 422)
    assert refused["errorCode"] == "weaker_method_not_accepted"
    accepted = {"method": "sms_code", "acceptedBy": "Рябинина О. Н.", "accepted": True}
    assert mis.post("/signing-policies/consent/weaker-methods", accepted).status_code == 200
    document = mis.create()
    assert "sms_code" in document["signingMethods"]
    kept = WeakerMethod.objects.get()
    assert (kept.accepted_by, kept.warning) == (
        "Рябинина О. Н.",
        DOCUMENT_TYPES["consent"].weaker["sms_code"],
    )


def test_warning_is_not_accepted_by_nobody_or_for_a_way_that_needs_none(mis):
    path = "/signing-policies/consent/weaker-methods"
    assert mis.post(path, {"method": "sms_code", "acceptedBy": "", "accepted": True}).status_code == 422
    assert mis.post(path, {"method": "sms_code", "acceptedBy": "А", "accepted": False}).status_code == 422
    refused = problem(mis.post(path, {"method": "esia", "acceptedBy": "А", "accepted": True}), 422)
    assert refused["errorCode"] == "not_weaker"


def test_warning_once_accepted_is_given_up_for_new_documents_and_stays_on_record(mis):
    mis.request("DELETE", "/signing-policies/consent/weaker-methods/sms_code")
    assert problem(mis.post("/documents", mis.document()), 422)["errorCode"] == "weaker_method_not_accepted"
    assert WeakerMethod.objects.filter(type_code="consent", ended_at__isnull=False).count() == 1


def test_clinic_may_narrow_the_ways_and_lengthen_the_keeping(mis):
    changed = mis.request(
        "PUT", "/signing-policies/contract", {"methods": ["qualified"], "retentionYears": 10}
    )
    assert changed.json()["retentionYears"] == 10
    refused = mis.post("/documents", mis.document(type="contract", signingMethods=["sms_code"]))
    assert problem(refused, 422)["errorCode"] == "method_not_allowed"
    short = mis.request("PUT", "/signing-policies/consent", {"retentionYears": 3})
    assert problem(short, 422)["errorCode"] == "retention_too_short"


def test_document_tells_its_signers_and_ways(mis):
    document = mis.create()
    assert [each["role"] for each in document["signers"]] == ["patient"]
    assert document["signers"][0]["phone"].endswith(document["delivery"]["phone"][-2:])
    assert document["madeBy"] == "mis"


def test_child_is_signed_for_by_the_mother_and_never_by_the_grandmother(mis):
    assert mis.create(patient=CHILD, signer=mother())["signers"][0]["relation"] == "mother"
    refused = mis.post("/documents", mis.document(patient=CHILD, signer=mother(relation="grandmother")))
    body = problem(refused, 422)
    assert (body["errorCode"], body["errors"][0]["path"]) == ("not_a_legal_representative", "signer.relation")
    assert "Бабушка" in body["title"]


def test_sixteen_year_old_signs_his_own_consent_and_nobody_for_him(mis):
    assert mis.create(patient=TEENAGER, signer=himself())
    refused = mis.post("/documents", mis.document(patient=TEENAGER, signer=mother()))
    assert problem(refused, 422)["errorCode"] == "patient_signs_himself"


def test_contract_of_a_sixteen_year_old_wants_the_mother_too_or_the_mother_alone(mis):
    alone = mis.post("/documents", mis.document(type="contract", patient=TEENAGER, signer=himself()))
    body = problem(alone, 422)
    assert (body["errorCode"], body["errors"][0]["path"]) == ("representative_required", "coSigner")
    both = mis.create(type="contract", patient=TEENAGER, signer=himself(), coSigner=mother())
    assert [each["role"] for each in both["signers"]] == ["patient", "representative"]
    assert len(mis.create(type="contract", patient=TEENAGER, signer=mother())["signers"]) == 1


def test_transplantation_at_seventeen_is_the_parents_to_decide(mis):
    patient = TEENAGER | {"birthDate": "2009-01-01"}
    refused = mis.post(
        "/documents", mis.document(patient=patient, signer=himself(), matter="transplantation")
    )
    assert problem(refused, 422)["errorCode"] == "representative_required"
    assert mis.create(patient=patient, signer=mother(), matter="transplantation")


def test_emancipated_minor_shows_the_paper(mis):
    patient = TEENAGER | {"capacity": "emancipated"}
    refused = mis.post("/documents", mis.document(type="contract", patient=patient, signer=himself()))
    assert problem(refused, 422)["errorCode"] == "capacity_basis_required"
    patient["capacityBasis"] = "решение органа опеки от 01.02.2026"
    assert mis.create(type="contract", patient=patient, signer=himself())


def test_agreement_made_at_the_desk_is_found_ended_and_asked_for_again(mis):
    phone = builders.phone()
    check = mis.post("/phone-checks", {"phone": phone}).json()
    text = Delivery.objects.get(purpose=Purpose.PHONE_CHECK).live_text
    code = re.search(r"\d{6}", text).group()
    confirmed = mis.post(f"/phone-checks/{check['phoneCheck']}/confirm", {"code": code}).json()
    assert confirmed["confirmedAt"]
    person = {"family": "Иванова", "given": "Мария", "patronymic": "Петровна", "birthDate": "1954-03-14"}
    made = mis.post(
        "/agreements",
        {
            "idLpu": str(mis.organization.id),
            **person,
            "phone": phone,
            "number": "7",
            "concludedOn": "2026-01-12",
            "registeredBy": "Смирнова Е. А.",
            "identityCheckedBy": "Смирнова Е. А.",
            "phoneCheck": check["phoneCheck"],
        },
    )
    assert made.status_code == 201, made.content.decode()
    assert made.json()["phoneConfirmedAt"]
    document = mis.create(signer={"role": "patient", "phone": phone})
    assert len(mis.get("/documents").json()["documents"]) == 1, "no agreement is asked for"
    found = mis.post("/agreements/search", person).json()
    assert [each["number"] for each in found] == ["7"]
    assert phone[-7:] not in made.content.decode()
    ended = mis.post(f"/agreements/{found[0]['idAgreement']}/end", {"reason": "по заявлению"})
    assert ended.json()["endedAt"]
    assert document["idDocument"]
    mis.create(signer={"role": "patient", "phone": phone})
    kinds = [each["type"] for each in mis.get("/documents").json()["documents"]]
    assert "pep_agreement" in kinds


def test_agreement_of_another_clinic_is_out_of_reach(mis):
    other = Mis()
    other.create()
    agreement = Agreement.objects.get(organization=other.organization)
    assert mis.post(f"/agreements/{agreement.id}/end", {"reason": "чужое"}).status_code == 404
    person = {"family": "Иванова", "given": "Мария", "patronymic": "Петровна", "birthDate": "1954-03-14"}
    assert mis.post("/agreements/search", person).json() == []
    foreign = {"idLpu": str(other.organization.id), **person, "phone": builders.phone(), **AGREEMENT}
    assert mis.post("/agreements", foreign).status_code == 403


def test_desk_gives_a_link_of_fifteen_minutes_that_says_where_it_was_opened(mis):
    document = mis.create()
    answer = mis.post(f"/documents/{document['idDocument']}/desk", {"mode": "tablet"})
    assert answer.status_code == 201
    assert re.search(r"/s/\w{22}$", answer.json()["address"])
    link = SigningLink.objects.get(entrance=Entrance.TABLET)
    assert link.expires_at - link.created_at == timedelta(minutes=15)


def test_refused_at_the_desk_when_nothing_waits(mis):
    document = mis.create()
    mis.post(f"/documents/{document['idDocument']}/revoke", {})
    refused = mis.post(f"/documents/{document['idDocument']}/desk", {"mode": "qr"})
    assert problem(refused, 422)["errorCode"] == "nothing_to_sign"


def test_correction_takes_the_old_one_back_and_both_know_of_each_other(mis):
    old = mis.create()
    new = mis.create(
        replaces=old["idDocumentMis"], signer=mis.document()["signer"] | {"phone": "+79160000777"}
    )
    assert new["replaces"] == old["idDocument"]
    former = mis.get(f"/documents/{old['idDocument']}").json()
    assert former["status"]["code"] == "revoked"
    assert former["status"]["reason"] == "Документ заменён новым"
    assert former["replacedBy"] == new["idDocument"]


def test_document_of_another_clinic_is_neither_replaced_nor_withdrawn(mis):
    foreign = Mis().create()
    refused = mis.post("/documents", mis.document(replaces=foreign["idDocument"]))
    assert problem(refused, 422)["errorCode"] == "no_such_document"


def test_staff_prepares_a_withdrawal_and_the_patient_signs_it(mis):
    signer = mis.document()["signer"]
    made = mis.create(signer=signer)
    document = Document.objects.get(pk=made["idDocument"])
    walk.sign(document, walk.opened_visit(document.package))
    asked = mis.post(f"/documents/{made['idDocument']}/withdraw", {"reason": "Передумала"})
    assert asked.status_code == 201, asked.content.decode()
    body = asked.json()
    assert (body["type"], body["withdraws"], body["madeBy"]) == ("withdrawal", made["idDocument"], "service")
    withdrawal = Document.objects.get(pk=body["idDocument"])
    walk.sign(withdrawal, walk.opened_visit(withdrawal.package))
    consent = mis.get(f"/documents/{made['idDocument']}").json()
    assert consent["status"]["code"] == "withdrawn"
    assert consent["withdrawnBy"] == body["idDocument"]
    assert mis.get(f"/documents/{made['idDocument']}/signed").status_code == 200


def test_settings_of_the_clinic_change_by_name(mis):
    changed = mis.request("PATCH", "/organization", {"reminders": [6, 30], "agreements": "beforehand"})
    assert (changed.json()["reminders"], changed.json()["agreements"]) == ([6, 30], "beforehand")
    assert mis.request("PATCH", "/organization", {"reminders": [30, 6]}).status_code == 422
    assert Organization.objects.get(pk=mis.organization.pk).reminders == [6, 30]
    refused = mis.post("/documents", mis.document(signer=himself(agreement=None)))
    assert problem(refused, 422)["errorCode"] == "agreement_required"


def test_phone_that_signs_for_many_patients_is_pointed_at(mis):
    phone = builders.phone()
    documents = []
    for number in range(5):
        child = CHILD | {"idPatientMis": f"child-{number}", "given": f"Лев{number}"}
        documents.append(mis.create(patient=child, signer=mother(phone=phone)))
        Delivery.objects.all().update(created_at=timezone.now() - timedelta(days=2))
    assert documents[3]["warnings"] == []
    assert [each["code"] for each in documents[4]["warnings"]] == ["phone_of_many"]
