"""A МИС at the door: its token, its organization and how it speaks."""

import base64
import json

from django.test import Client
from django.utils import timezone

from sep.parties import tokens
from tests import builders

AGREEMENT = {"number": "П-17", "concludedOn": "2026-01-12", "identityCheckedBy": "Смирнова Е. А."}


class Mis:
    def __init__(self, **token_options):
        self.organization = builders.organization()
        self.token = tokens.issue(self.organization, name="МИС", now=timezone.now(), **token_options)
        self._client = Client()

    def request(self, method, path, body=None, *, token=None, scheme="N3", **headers):
        headers = {
            "authorization": f"{scheme} {token or self.token}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return self._client.generic(method, f"/sep/api/v1{path}", **({"headers": headers} | _generic(data)))

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, {} if body is None else body, **options)

    def document(self, **changes):
        """The body of `POST /documents`; `None` as a value takes a field out."""
        body = {
            "idLpu": str(self.organization.id),
            "idDocumentMis": builders.new_document().id_document_mis,
            "name": "ИДС на проведение телемедицинской консультации",
            "type": "consent",
            "patient": {
                "idPatientMis": "2156792",
                "family": "Иванова",
                "given": "Мария",
                "patronymic": "Петровна",
                "birthDate": "1954-03-14",
            },
            "signer": {"role": "patient", "phone": builders.phone(), "agreement": AGREEMENT},
            "content": {"contentType": "application/pdf", "data": base64.b64encode(builders.pdf()).decode()},
        }
        body |= changes
        return {name: value for name, value in body.items() if value is not None}

    def create(self, **changes):
        response = self.post("/documents", self.document(**changes))
        assert response.status_code == 201, response.content
        return response.json()


def _generic(data):
    return {"data": data.get("data", ""), "content_type": data.get("content_type", "application/json")}


def problem(response, status):
    """Check the shape that every error has and return its body."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["errorCode"]
    assert body["type"] == f"urn:sep:error:{body['errorCode']}"
    assert any("а" <= letter <= "я" for letter in body["title"])
    assert all(set(error) == {"path", "code", "message"} for error in body["errors"])
    return body
