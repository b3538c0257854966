import base64
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from sep.documents.models import Document
from sep.documents.pdf.errors import refusal
from sep.parties import tokens
from sep.parties.models import ApiKey
from tests import builders
from tests.api.mis import Mis, problem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def mis():
    return Mis()


def test_no_token_and_wrong_token_are_refused_alike(mis):
    none = mis._client.get("/sep/api/v1/ping")
    wrong = mis.get("/ping", token="00000000-0000-4000-8000-000000000000")
    assert problem(none, 401)["errorCode"] == problem(wrong, 401)["errorCode"] == "unauthorized"
    assert none["WWW-Authenticate"].startswith("N3")


@pytest.mark.parametrize("scheme", ["N3", "n3", "Bearer", "bearer"])
def test_both_schemes_are_understood_in_any_case(mis, scheme):
    assert mis.get("/ping", scheme=scheme).status_code == 200


def test_revoked_and_expired_tokens_stop_at_once(mis):
    key = ApiKey.objects.get()
    tokens.revoke(key, timezone.now())
    problem(mis.get("/ping"), 401)
    ApiKey.objects.update(revoked_at=None, expires_at=timezone.now())
    problem(mis.get("/ping"), 401)


def test_token_works_only_from_its_networks():
    problem(Mis(allowed_networks=["10.0.0.0/8"]).get("/ping"), 401)
    assert Mis(allowed_networks=["127.0.0.0/8"]).get("/ping").status_code == 200


def test_token_is_kept_only_as_a_hash(mis):
    key = ApiKey.objects.get()
    assert mis.token.encode() not in bytes(key.key_hash)


def test_foreign_organization_is_forbidden(mis):
    other = Mis()
    body = mis.document(idLpu=str(other.organization.id))
    assert problem(mis.post("/documents", body), 403)["errorCode"] == "forbidden"
    problem(mis.get(f"/ping?idLpu={other.organization.id}"), 403)


def test_foreign_document_looks_like_an_unknown_one(mis):
    foreign = Mis().create()["idDocument"]
    for path in ("", "/original", "/signed"):
        unknown = mis.get(f"/documents/01ARZ3NDEKTSV4RRFFQ69G5FAV{path}")
        theirs = mis.get(f"/documents/{foreign}{path}")
        assert {**problem(unknown, 404), "requestId": ""} == {**problem(theirs, 404), "requestId": ""}
    for action in ("resend", "revoke"):
        problem(mis.post(f"/documents/{foreign}/{action}"), 404)
    assert mis.post("/documents/statuses", {"ids": [foreign]}).json()["documents"] == []


def test_eleventh_bad_token_in_a_minute_is_told_to_wait(mis):
    for _ in range(10):
        problem(mis.get("/ping", token="x"), 401)
    refused = mis.get("/ping", token="x")
    problem(refused, 429)
    assert int(refused["Retry-After"]) > 0


def test_answers_carry_the_allowance_of_the_token(mis, settings):
    answer = mis.get("/ping")
    assert int(answer["RateLimit-Limit"]) == settings.ENVIRONMENT.api_requests_a_minute
    assert int(answer["RateLimit-Remaining"]) < int(answer["RateLimit-Limit"])


def test_allowance_used_up_is_a_429_with_a_time(mis, settings, monkeypatch):
    monkeypatch.setattr(settings.ENVIRONMENT, "api_requests_a_minute", 2)
    answers = [mis.get("/ping") for _ in range(3)]
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    problem(answers[2], 429)
    assert 0 < int(answers[2]["Retry-After"]) <= 60


def test_every_missing_field_is_named(mis):
    body = problem(mis.post("/documents", {}), 422)
    assert {error["path"] for error in body["errors"]} == {
        "idLpu",
        "idDocumentMis",
        "name",
        "type",
        "patient",
        "content",
    }
    assert {error["message"] for error in body["errors"]} == {"Обязательное поле."}


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"type": "recipe"}, "type", "invalid"),
        ({"nam": "опечатка"}, "nam", "unknown_field"),
        ({"name": ""}, "name", "too_short"),
        ({"name": "я" * 301}, "name", "too_long"),
        ({"name": "a\u202eb"}, "name", "invalid"),
        ({"name": 5}, "name", "not_a_string"),
        ({"patient": "Иванов"}, "patient", "not_an_object"),
        ({"expiresAt": "завтра"}, "expiresAt", "not_a_time"),
        ({"expiresAt": "2026-11-22T10:00:00"}, "expiresAt", "not_a_time"),
        ({"expiresAt": "2001-01-01T00:00:00Z"}, "expiresAt", "bad_expiry"),
        ({"signer": {"role": "patient", "phone": "12"}}, "signer.phone", "invalid"),
        ({"signer": {"role": "patient", "phone": "+442071838750"}}, "signer.phone", "phone_not_served"),
        ({"signer": {"role": "nurse", "phone": "+79161234567"}}, "signer.role", "not_in_list"),
        ({"signer": None}, "signer.phone", "required"),
        ({"channels": ["max"]}, "channels", "invalid"),
        ({"content": {"data": "!!!"}}, "content.data", "invalid"),
        ({"content": {"data": ""}}, "content.data", "pdf_empty"),
        ({"content": {"data": base64.b64encode(b"PK\3\4").decode()}}, "content.data", "not_a_pdf"),
    ],
)
def test_bad_field_is_named_in_russian_with_a_stable_code(mis, changes, path, code):
    body = problem(mis.post("/documents", mis.document(**changes)), 422)
    found = {(error["path"], error["code"]) for error in body["errors"]}
    assert (path, code) in found
    assert all(any("а" <= letter.lower() <= "я" for letter in error["message"]) for error in body["errors"])
    assert not Document.objects.exists()


def test_wrong_hash_of_the_content_is_told(mis):
    content = {"data": base64.b64encode(builders.pdf()).decode(), "sha256": "0" * 64}
    body = problem(mis.post("/documents", mis.document(content=content)), 422)
    assert body["errorCode"] == "sha256_mismatch"


def test_child_without_a_representative_is_refused_with_the_article(mis):
    born = (timezone.localdate() - timedelta(days=365 * 12)).isoformat()
    patient = {"idPatientMis": "2156792", "family": "Тестовый", "given": "Тест", "birthDate": born}
    body = problem(mis.post("/documents", mis.document(patient=patient)), 422)
    assert body["errorCode"] == "representative_required"
    assert "323-ФЗ" in body["title"]


def test_mother_may_sign_for_the_child_and_a_grandmother_may_not(mis):
    born = (timezone.localdate() - timedelta(days=365 * 12)).isoformat()
    patient = {"idPatientMis": "2156792", "family": "Тестовый", "given": "Тест", "birthDate": born}
    signer = {
        "role": "representative",
        "family": "Тестовая",
        "given": "Анна",
        "birthDate": "1985-01-02",
        "phone": builders.phone(),
        "relation": "mother",
        "basis": "свидетельство о рождении",
        "inMedicalRecord": True,
    }
    assert mis.post("/documents", mis.document(patient=patient, signer=signer)).status_code == 201
    grandmother = mis.document(patient=patient, signer={**signer, "relation": "grandmother"})
    assert problem(mis.post("/documents", grandmother), 422)["errorCode"] == "not_a_legal_representative"


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"text"', b"null"])
def test_body_that_is_not_an_object_is_malformed(mis, body):
    answer = mis._client.generic(
        "POST",
        "/sep/api/v1/documents",
        body,
        "application/json",
        headers={"authorization": f"N3 {mis.token}"},
    )
    problem(answer, 400)


def test_other_media_type_is_told(mis):
    answer = mis._client.generic(
        "POST", "/sep/api/v1/documents", b"<xml/>", "text/xml", headers={"authorization": f"N3 {mis.token}"}
    )
    problem(answer, 415)


def test_wrong_method_and_unknown_path_are_problems_too(mis):
    problem(mis.request("DELETE", "/documents"), 405)
    problem(mis.get("/nothing"), 404)


def test_signed_file_of_an_unsigned_document_is_a_conflict(mis):
    created = mis.create()
    assert problem(mis.get(f"/documents/{created['idDocument']}/signed"), 409)["errorCode"] == "not_signed"


def test_failure_of_ours_has_a_request_id_and_no_details(mis, monkeypatch):
    monkeypatch.setattr("sep.api.v1.conversion.documents_out", lambda *_: 1 / 0)
    body = problem(mis.get("/documents"), 500)
    assert body["requestId"]
    assert "division" not in str(body)


def test_interrupted_inspection_may_be_repeated(mis, monkeypatch):
    def interrupted(_pdf):
        raise refusal("pdf_interrupted")

    monkeypatch.setattr("sep.documents.intake.inspect", interrupted)
    answer = mis.post("/documents", mis.document())
    assert problem(answer, 503)["errorCode"] == "pdf_interrupted"
    assert answer["Retry-After"] == "1"


@pytest.mark.parametrize("name", ["x", "01J", "0" * 27, "../../etc", "%00", "ИДС"])
def test_what_is_no_id_names_no_document(name):
    problem(Mis().get(f"/documents/{name}/signed"), 404)


def test_answers_are_readable_utf_8():
    mis = Mis()
    created = mis.create()
    answer = mis.get(f"/documents/{created['idDocument']}")
    assert "Создан" in answer.content.decode()
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
