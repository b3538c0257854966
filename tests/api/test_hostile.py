"""Bodies and headers that no honest МИС sends: each is a problem with its own code, none is our failure."""

import base64
import json

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test.client import encode_multipart

from sep.api.models import KeptAnswer
from sep.documents.models import Document
from tests import builders
from tests.api.mis import Mis, problem

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def mis():
    return Mis()


def raw(mis, body, path="/documents", content_type="application/json", **headers):
    headers = {"authorization": f"N3 {mis.token}", **headers}
    return mis._client.generic("POST", f"/sep/api/v1{path}", body, content_type, headers=headers)


def multipart(mis, body, pdf, boundary="one", **headers):
    content = SimpleUploadedFile("a.pdf", pdf, "application/pdf")
    encoded = encode_multipart(boundary, {"document": json.dumps(body), "content": content})
    return raw(mis, encoded, content_type=f"multipart/form-data; boundary={boundary}", **headers)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"idLpu": NaN}',
        b'{"limit": ' + b"9" * 10_000 + b"}",
        b'{"\\ud800": 1}',
        b'{"name": "\\ud800"}',
        '{"имя": 1}'.encode("windows-1251"),
        '{"имя": 1}'.encode("utf-16"),
        b"\x00",
        b"",
    ],
    ids=[
        "deep list",
        "deep object",
        "NaN",
        "long number",
        "half a pair",
        "half a pair inside",
        "windows-1251",
        "utf-16",
        "zero",
        "nothing",
    ],
)
def test_unreadable_json_is_a_problem(mis, body):
    answer = raw(mis, body)
    problem(answer, answer.status_code)
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    "query", ["idPatientMis=%00", "idPatientMis=%FF", "cursor=%00", "status=%00", "limit=%00"]
)
def test_zeroes_in_a_query_find_nothing_or_are_refused(mis, query):
    answer = mis.get(f"/documents?{query}")
    assert answer.status_code in {200, 422}


@pytest.mark.parametrize("name", ["idLpu", "idDocumentMis", "name"])
def test_zero_inside_a_string_is_refused(mis, name):
    assert mis.post("/documents", mis.document(**{name: "a\u0000b"})).status_code in {403, 422}


def test_zero_among_the_asked_ids_is_refused(mis):
    problem(mis.post("/documents/statuses", {"ids": ["a\u0000b"]}), 422)


def test_body_beyond_the_limit_is_too_large(mis, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert problem(mis.post("/documents", mis.document()), 413)["errorCode"] == "too_large"


def test_file_beyond_the_limit_is_too_large_and_never_touches_the_disk(mis, settings, monkeypatch):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    monkeypatch.setattr("tempfile.NamedTemporaryFile", None)
    body = mis.document(content=None)
    assert problem(multipart(mis, body, builders.pdf()), 413)["errorCode"] == "too_large"


def test_multipart_may_be_repeated_under_its_idempotency_key(mis):
    body = mis.document(content=None)
    key = {"idempotency-key": "k-1"}
    first = multipart(mis, body, builders.pdf(), "one", **key)
    second = multipart(mis, body, builders.pdf(), "two", **key)
    assert first.status_code == 201, first.content
    assert second.content == first.content
    assert second["Idempotent-Replayed"] == "true"
    other = multipart(mis, body, builders.pdf("Другой"), "three", **key)
    assert problem(other, 422)["errorCode"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"--x\r\n", 400),
        (b"--x\r\nContent-Disposition: form-data; name=document\r\n\r\n[]\r\n--x--\r\n", 400),
        (b"--x\r\nContent-Disposition: form-data; name=document\r\n\r\n{\r\n--x--\r\n", 400),
        (b"--x\r\nContent-Disposition: form-data; name=other\r\n\r\n{}\r\n--x--\r\n", 400),
    ],
)
def test_broken_multipart_is_malformed(mis, body, status):
    problem(raw(mis, body, content_type="multipart/form-data; boundary=x"), status)
    problem(raw(mis, body, content_type="multipart/form-data"), status)


def test_too_many_parts_are_refused(mis):
    parts = b"".join(
        b"--x\r\nContent-Disposition: form-data; name=a%d\r\n\r\n1\r\n" % number for number in range(2000)
    )
    answer = raw(mis, parts + b"--x--\r\n", content_type="multipart/form-data; boundary=x")
    problem(answer, answer.status_code)
    assert answer.status_code in {400, 413}


def test_idempotency_key_longer_than_the_limit_is_refused(mis):
    refused = mis.post("/documents", mis.document(), idempotency_key="k" * 256)
    assert problem(refused, 400)["errorCode"] == "bad_idempotency_key"
    assert mis.post("/documents", mis.document(), idempotency_key="k" * 255).status_code == 201


def test_request_that_is_still_under_way_is_told_to_wait(mis):
    created = mis.create()
    path = f"/documents/{created['idDocument']}/resend"
    mis.post(path, idempotency_key="k-1")
    KeptAnswer.objects.update(status=0)
    refused = mis.post(path, idempotency_key="k-1")
    assert problem(refused, 409)["errorCode"] == "in_progress"
    assert refused["Retry-After"] == "1"


def test_first_request_that_fails_just_now_lets_the_second_wait_and_not_break(mis, monkeypatch):
    """Between the refused insert and the look at its row the first request may take its row back."""

    def taken(**_values):
        raise IntegrityError

    path = f"/documents/{mis.create()['idDocument']}/resend"
    monkeypatch.setattr(KeptAnswer.objects, "create", taken)
    refused = mis.post(path, idempotency_key="k-1")
    assert problem(refused, 409)["errorCode"] == "in_progress"


@pytest.mark.parametrize(
    "header", ["N3", "N3 ", "Basic dXNlcjpwYXNz", "N3 a b", "Bearer " + "x" * 10_000, "N3 \u00ff\u00fe"]
)
def test_authorization_that_is_none_is_refused(mis, header):
    answer = mis._client.get("/sep/api/v1/ping", headers={"authorization": header})
    problem(answer, 401)


def test_content_that_is_base64_of_nothing_like_a_pdf_is_refused(mis):
    for data in (b"", b"%PDF", b"%PDF-1.7\n" + b"\x00" * 5000, b"\x89PNG\r\n"):
        content = {"data": base64.b64encode(data).decode()}
        problem(mis.post("/documents", mis.document(content=content)), 422)
    assert not Document.objects.exists()
