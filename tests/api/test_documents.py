import base64
import hashlib
import json
from datetime import timedelta

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from sep.delivery.models import Delivery
from sep.documents.models import Document
from sep.jobs.testing import drain
from tests import builders
from tests.api.mis import Mis, problem
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mis():
    return Mis()


def test_ping_names_the_organization(mis):
    answer = mis.get(f"/ping?idLpu={mis.organization.id}")
    assert answer.status_code == 200
    assert answer.json()["organization"] == mis.organization.name


def test_created_document_has_the_exact_display_and_a_zone_in_its_times(mis):
    answer = mis.post("/documents", mis.document())
    assert answer.status_code == 201
    body = answer.json()
    assert body["status"]["code"] == "created"
    assert body["status"]["display"] == "Создан"
    assert body["addedAt"].endswith("+03:00")
    assert body["sha256"] == hashlib.sha256(builders.pdf()).hexdigest()
    assert body["delivery"]["phone"].startswith("+7\u00a09**")


def test_statuses_follow_the_story_with_the_words_of_the_field(mis):
    created = mis.create()
    document = Document.objects.get(pk=created["idDocument"])
    visit = walk.opened_visit(document.package)
    drain()
    assert mis.get(f"/documents/{document.id}").json()["status"]["display"] == (
        "Документ направлен конкретному получателю"
    )
    walk.sign(document, visit)
    signed = mis.get(f"/documents/{document.id}").json()
    assert signed["status"]["display"] == "Получатель подписал документ"
    pdf = mis.get(f"/documents/{document.id}/signed")
    assert pdf["Content-Type"] == "application/pdf"
    assert hashlib.sha256(pdf.content).hexdigest() == signed["signedSha256"]
    assert pdf.content.startswith(mis.get(f"/documents/{document.id}/original").content)


def test_same_request_again_answers_200_with_the_same_document(mis):
    body = mis.document()
    first, second = mis.post("/documents", body), mis.post("/documents", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["idDocument"] == second.json()["idDocument"]
    assert Delivery.objects.count() == 1


def test_other_document_under_the_same_number_is_a_conflict(mis):
    body = mis.document()
    mis.post("/documents", body)
    assert problem(mis.post("/documents", {**body, "name": "Другой"}), 409)["errorCode"] == "document_exists"


def test_multipart_is_the_same_as_json(mis):
    body = mis.document()
    pdf = base64.b64decode(body.pop("content")["data"])
    answer = mis._client.post(
        "/sep/api/v1/documents",
        {"document": json.dumps(body), "content": SimpleUploadedFile("a.pdf", pdf, "application/pdf")},
        headers={"authorization": f"N3 {mis.token}"},
    )
    assert answer.status_code == 201, answer.content
    assert answer.json()["sha256"] == hashlib.sha256(pdf).hexdigest()


def test_package_has_one_signer_one_link_and_its_documents_in_order(mis):
    whole = mis.document()
    parts = [
        {
            "idDocumentMis": f"A-{number}",
            "name": f"Документ {number}",
            "type": "contract",
            "content": {"data": base64.b64encode(builders.pdf(f"Договор {number}")).decode()},
        }
        for number in range(3)
    ]
    shared = {key: whole[key] for key in ("idLpu", "patient", "signer")}
    answer = mis.post("/packages", {**shared, "idPackageMis": "PKG-1", "documents": parts})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert [document["idDocumentMis"] for document in body["documents"]] == ["A-0", "A-1", "A-2"]
    assert {document["idPackage"] for document in body["documents"]} == {body["idPackage"]}
    assert Delivery.objects.count() == 1


def test_package_with_one_bad_document_leaves_nothing(mis):
    whole = mis.document()
    parts = [
        {"idDocumentMis": "A-0", "name": "Хороший", "type": "contract", "content": whole["content"]},
        {
            "idDocumentMis": "A-1",
            "name": "Плохой",
            "type": "contract",
            "content": {"data": base64.b64encode(b"<html>").decode()},
        },
    ]
    shared = {key: whole[key] for key in ("idLpu", "patient", "signer")}
    body = problem(mis.post("/packages", {**shared, "documents": parts}), 422)
    assert body["errorCode"] == "not_a_pdf"
    assert body["errors"][0]["path"] == "documents.1.content.data"
    assert not Document.objects.exists()


def test_list_pages_by_cursor_without_gaps_or_repeats(mis):
    made = [mis.create()["idDocument"] for _ in range(5)]
    seen, cursor = [], ""
    while True:
        page = mis.get(f"/documents?limit=2{cursor}").json()
        seen += [document["idDocument"] for document in page["documents"]]
        if not page["hasMore"]:
            break
        cursor = f"&cursor={page['cursor']}"
    assert seen == made


def test_list_is_filtered_by_patient_status_and_time(mis):
    made = mis.create()
    assert len(mis.get("/documents?idPatientMis=2156792&status=created").json()["documents"]) == 1
    assert mis.get("/documents?idPatientMis=другой").json()["documents"] == []
    assert mis.get("/documents?status=signed").json()["documents"] == []
    later = (timezone.now() + timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert mis.get(f"/documents?changedSince={later}").json()["documents"] == []
    assert mis.get(f"/documents/{made['idDocument']}").status_code == 200


def test_get_all_takes_our_ids_and_those_of_the_mis(mis):
    one, two = mis.create(), mis.create()
    answer = mis.post("/documents/statuses", {"ids": [one["idDocument"], two["idDocumentMis"], "нет такого"]})
    body = answer.json()
    assert {document["idDocument"] for document in body["documents"]} == {
        one["idDocument"],
        two["idDocument"],
    }
    assert body["unknown"] == ["нет такого"]


def test_number_of_queries_does_not_grow_with_the_list(mis, django_assert_max_num_queries):
    for _ in range(3):
        mis.create()
    with django_assert_max_num_queries(14):
        mis.get("/documents")


def test_events_tell_each_change_once_and_in_order(mis):
    created = mis.create()
    document = Document.objects.get(pk=created["idDocument"])
    visit = walk.opened_visit(document.package)
    drain()
    walk.sign(document, visit)
    first = mis.get("/events?limit=2").json()
    rest = mis.get(f"/events?after={first['cursor']}").json()
    types = [event["type"] for event in first["events"] + rest["events"]]
    assert types == ["document.created", "document.sent", "document.signed"]
    assert mis.get(f"/events?after={rest['cursor']}").json()["events"] == []


def test_events_and_lists_hold_no_personal_data(mis):
    created = mis.create()
    document = Document.objects.get(pk=created["idDocument"])
    phone = document.package.signer.person.phone
    drain()
    for path in ("/events", "/documents", f"/documents/{created['idDocument']}"):
        text = mis.get(path).content.decode()
        assert phone not in text
        assert "Иванова" not in text


def test_revoked_document_cannot_be_signed_and_says_why(mis):
    created = mis.create()
    document = Document.objects.get(pk=created["idDocument"])
    visit = walk.opened_visit(document.package)
    revoked = mis.post(f"/documents/{document.id}/revoke", {"reason": "Ошибка в фамилии"}).json()
    assert revoked["status"]["display"] == "Документ отозван"
    assert revoked["status"]["reason"] == "Ошибка в фамилии"
    with pytest.raises(walk.codes.NotSignable):
        walk.code_for(document, visit)
    assert problem(mis.post(f"/documents/{document.id}/resend"), 422)["errorCode"] == "nothing_to_sign"


def test_resend_sends_one_more_link(mis):
    created = mis.create()
    assert mis.post(f"/documents/{created['idDocument']}/resend").status_code == 200
    assert Delivery.objects.count() == 2


def test_fourth_message_in_ten_minutes_waits(mis):
    created = mis.create()
    for _ in range(2):
        mis.post(f"/documents/{created['idDocument']}/resend")
    refused = mis.post(f"/documents/{created['idDocument']}/resend")
    assert problem(refused, 429)["errorCode"] == "too_many_messages"
    assert 0 < int(refused["Retry-After"]) <= 600


def test_idempotency_key_answers_the_same_and_does_the_work_once(mis):
    created = mis.create()
    path = f"/documents/{created['idDocument']}/resend"
    first = mis.post(path, idempotency_key="k-1")
    second = mis.post(path, idempotency_key="k-1")
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    assert Delivery.objects.count() == 2


def test_idempotency_key_with_another_request_is_refused(mis):
    created = mis.create()
    mis.post(f"/documents/{created['idDocument']}/revoke", {"reason": "раз"}, idempotency_key="k-1")
    other = mis.post(f"/documents/{created['idDocument']}/revoke", {"reason": "два"}, idempotency_key="k-1")
    assert problem(other, 422)["errorCode"] == "idempotency_key_reused"


def test_failed_request_does_not_use_up_its_idempotency_key(mis):
    bad = mis.document(patient={"idPatientMis": "1"})
    problem(mis.post("/documents", bad, idempotency_key="k-1"), 422)
    assert mis.post("/documents", mis.document(), idempotency_key="k-1").status_code == 201


def test_expired_document_is_expired_at_once_without_any_worker(mis):
    created = mis.create()
    Document.objects.filter(pk=created["idDocument"]).update(expires_at=timezone.now())
    body = mis.get(f"/documents/{created['idDocument']}").json()
    assert body["status"]["display"] == "Срок подписания истёк"
    assert len(mis.get("/documents?status=expired").json()["documents"]) == 1


def test_dictionaries_are_served(mis):
    types = {kind["code"] for kind in mis.get("/document-types").json()}
    assert {"consent", "contract", "act", "personal_data_consent"} <= types
    displays = {status["code"]: status["display"] for status in mis.get("/statuses").json()}
    assert displays["signed"] == "Получатель подписал документ"


def test_protocol_is_a_pdf_of_its_own(mis):
    created = mis.create()
    document = Document.objects.get(pk=created["idDocument"])
    path = f"/documents/{document.id}/protocol"
    assert problem(mis.get(path), 409)["errorCode"] == "not_signed"
    walk.sign(document, walk.opened_visit(document.package))
    protocol = mis.get(path)
    assert protocol["Content-Type"] == "application/pdf"
    text = pypdfium2.PdfDocument(protocol.content)[0].get_textpage().get_text_range()
    assert "Лист подписания" in text
    assert "Иванова Мария Петровна" in text


def test_organization_stops_at_its_daily_ceiling(mis, settings, monkeypatch):
    monkeypatch.setattr(settings.ENVIRONMENT, "sms_a_day", 2)
    signer = mis.document()["signer"]
    mis.create(signer=signer)
    mis.create(signer=signer)
    refused = mis.post("/documents", mis.document(signer=signer))
    assert problem(refused, 429)["errorCode"] == "too_many_messages_a_day"
    assert Document.objects.count() == 2
    assert Mis().create()
