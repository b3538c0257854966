"""A whole story with marked people: what the service writes down must not show them in clear."""

import io
import logging
import re

import pytest
from django.conf import settings
from django.test import Client

from sep.ceremony.models import Signature
from sep.config.logging import logging_configuration
from sep.delivery.models import Delivery
from sep.documents.models import Document
from sep.documents.statuses import Status
from sep.jobs.testing import drain
from tests.api.mis import AGREEMENT, Mis
from tests.ceremony import walk
from tests.ceremony.pages.person import Person
from tests.delivery.dump import traces, whole_database
from tests.delivery.scripted import BUSY, ScriptedGateway

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = "+79031117733"
PATIENT = {
    "idPatientMis": "МИС-2156792",
    "family": "Канарейкина",
    "given": "Пеструшка",
    "patronymic": "Щегловна",
    "birthDate": "2016-07-19",
    "snils": "112-233-445 95",
}
SIGNER = {
    "role": "representative",
    "family": "Снегирёва",
    "given": "Овсянка",
    "patronymic": "Дроздовна",
    "birthDate": "1987-11-23",
    "phone": PHONE,
    "relation": "mother",
    "basis": "свидетельство I-КК № 778899",
    "inMedicalRecord": True,
}
CANARIES = [
    *(PATIENT[name] for name in ("family", "given", "patronymic", "birthDate", "snils")),
    *(SIGNER[name] for name in ("family", "given", "patronymic", "birthDate", "basis")),
    PHONE,
    PHONE.removeprefix("+"),
    "19.07.2016",
    "23.11.1987",
    "11223344595",
]


@pytest.fixture(params=["json", "console"])
def lines(request):
    """Everything that the service writes to its log, and more: all levels of its own loggers."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logging_configuration(request.param)
    stream = io.StringIO()
    for handler in root.handlers:
        if handler not in before:
            handler.setStream(stream)
    logging.getLogger("sep").setLevel("DEBUG")
    logging.getLogger("django_structlog").setLevel("DEBUG")
    yield stream
    logging_configuration("console")
    root.handlers[:] = before
    root.setLevel(level)


def test_no_log_no_table_and_no_file_shows_a_person(lines, installed):
    gateway = installed(ScriptedGateway("first"))
    mis = Mis()
    body = mis.document(patient=PATIENT, signer={**SIGNER, "agreement": AGREEMENT})
    created = mis.create(**{name: body[name] for name in ("patient", "signer", "idDocumentMis")})
    document = Document.objects.get(pk=created["idDocument"])
    person = Person(document.package)
    drain()
    person.open()
    person.post("/sign/identity", {"day": 1, "month": 1, "year": 1990})
    person.tell_birth_date()
    person.read()
    person.press_sign()
    drain()
    code = re.search(r"Код (\d{6})", gateway.texts[-1]).group(1)
    person.enter(f"{(int(code) + 1) % 10**6:06}")
    person.enter(code)
    for path in ("", "/signed", "/protocol", "/original"):
        assert mis.get(f"/documents/{document.id}{path}").status_code == 200
    mis.get("/events")
    document.refresh_from_db()
    assert document.status == Status.SIGNED
    assert Signature.objects.count() == 1

    # Trouble tells most: mistakes of a МИС, failures of ours, an address that nobody knows.
    mis.post("/documents", {**body, "signer": {**SIGNER, "phone": "12"}})
    mis.post("/documents", {**body, "patient": {**PATIENT, "family": "Канарейкина\u0000"}})
    mis.post("/documents", {**body, "idDocumentMis": "другой", "signer": {**SIGNER, "relation": "aunt"}})
    Client().get(f"/s/{person.token}/nothing")
    Client(raise_request_exception=False).post(f"/s/{person.token}x")

    told = [*CANARIES, person.token, f"Код {code}", mis.token]
    dump = whole_database()
    kept = b"".join(
        path.read_bytes() for path in (settings.ENVIRONMENT.data / "blobs").rglob("*") if path.is_file()
    )
    log = lines.getvalue()
    assert "request_finished" in log, "the log was really listened to"
    assert traces(document.name, dump), "the dump was really searched"
    for secret in told:
        assert not traces(secret, dump), f"the database shows {secret}"
        assert not traces(secret, kept), f"a file shows {secret}"
        assert secret not in log, f"the log shows {secret}"


def test_failures_of_ours_show_no_person(lines, installed, monkeypatch):
    installed(ScriptedGateway("first", BUSY, finds=False))
    mis = Mis()

    def quote(*_arguments, **_options):
        raise RuntimeError(f"{PATIENT['family']} {PHONE}")

    with monkeypatch.context() as patch:
        patch.setattr("sep.api.v1.invitation.submit", quote)
        assert mis.post("/documents", mis.document(patient=PATIENT, signer=SIGNER)).status_code == 500
    created = mis.create(patient=PATIENT, signer=SIGNER)
    person = Person(Document.objects.get(pk=created["idDocument"]).package)
    monkeypatch.setattr("sep.ceremony.links.open_link", quote)
    failed = Client(raise_request_exception=False).post(f"/s/{person.token}")
    assert failed.status_code == 500
    assert PATIENT["family"] not in failed.content.decode()
    monkeypatch.setattr("sep.delivery.outcomes.record", quote)
    with pytest.raises(RuntimeError):
        drain()
    log = lines.getvalue()
    assert log.count("RuntimeError") >= 3
    assert PATIENT["family"] not in log
    assert PHONE not in log
    assert person.token not in log
    assert not traces(PHONE, whole_database())
    assert Delivery.objects.exists()
    assert walk.token_of(person.package) == person.token
