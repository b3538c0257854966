import base64
import hashlib
import json
from datetime import date, datetime

import pytest
from pydantic import ValidationError

from sep_client import Content, Document, MaxBot, NewDocument, Patient, SepClient, Signer, Status
from tests.client.service import ID_LPU, PDF, TOKEN, document


def test_the_wire_speaks_camel_case(consent: NewDocument):
    body = consent.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert body["idDocumentMis"] == "MIS-7781"
    assert body["patient"]["birthDate"] == "1954-03-14"
    assert body["content"] == {
        "contentType": "application/pdf",
        "data": base64.b64encode(PDF).decode(),
        "sha256": hashlib.sha256(PDF).hexdigest(),
    }


def test_a_newer_service_is_understood():
    told = document("on_hold", extra={"new": 1})
    told["status"]["color"] = "green"
    told["delivery"]["gateway"] = "x"
    read = Document.model_validate(told)
    assert read.status.code == "on_hold"
    assert not read.status.closed


def test_an_older_service_that_knows_no_max_is_understood():
    read = Document.model_validate(document())
    assert read.questions == ()
    assert read.delivery
    assert (read.delivery.instead_of, read.delivery.max) == (None, None)
    assert MaxBot.model_validate({"state": "none"}).people == 0


def test_what_max_did_and_what_was_asked_is_told():
    told = document(questions=[{"text": "Это больно?", "askedAt": "2026-06-25T10:40:00+03:00"}])
    told["delivery"] |= {
        "channel": "sms",
        "insteadOf": {"channel": "max", "reason": "Пациент остановил бота."},
        "max": "stopped",
    }
    read = Document.model_validate(told)
    assert read.delivery
    assert read.delivery.instead_of
    assert (read.delivery.max, read.delivery.instead_of.reason) == ("stopped", "Пациент остановил бота.")
    assert [each.text for each in read.questions] == ["Это больно?"]
    assert "больно" not in repr(read.questions)
    assert Document.model_validate(json.loads(read.model_dump_json(by_alias=True))) == read


@pytest.mark.parametrize("code", ["signed", "declined", "expired", "revoked", "withdrawn"])
def test_a_final_status_is_closed(code: str):
    assert Status(code=code, display="", date_time=datetime.fromisoformat("2026-06-25T10:31:07Z")).closed


def test_a_misspelt_field_is_an_error_at_once():
    with pytest.raises(ValidationError):
        Signer.model_validate({"role": "patient", "phone": "+79161234565", "relatoin": "mother"})


def test_nothing_personal_is_printed(consent: NewDocument):
    client = SepClient("https://sep.example.org/sep/api", TOKEN, ID_LPU)
    answer = Document.model_validate(document())
    for text in (repr(consent), str(consent), repr(consent.patient), repr(answer), str(answer), repr(client)):
        for secret in ("Иванова", "Мария", "1954", "9161234565", "телемедицин", "9** ", TOKEN, "%PDF"):
            assert secret not in text
    assert "MIS-7781" in repr(consent)
    assert "01JZ7Y" in repr(answer)


def test_a_refused_value_is_not_in_the_error():
    with pytest.raises(ValidationError) as caught:
        Patient(id_patient_mis="1", family="Иванова", given="Мария", birth_date="четырнадцатое марта")
    assert "марта" not in str(caught.value)


def test_an_expiry_without_a_zone_is_refused(consent: NewDocument):
    with pytest.raises(ValidationError):
        NewDocument(**dict(consent) | {"expires_at": "2026-06-25T10:00"})


def test_an_empty_file_is_refused():
    with pytest.raises(ValidationError):
        Content(data=b"")


def test_a_model_goes_to_json_and_back():
    read = Document.model_validate(document("signed"))
    assert Document.model_validate(json.loads(read.model_dump_json(by_alias=True))) == read
    assert read.added_at
    assert read.added_at.date() == date(2026, 6, 25)
