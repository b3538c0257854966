import ssl
from collections.abc import Iterator
from datetime import date

import pytest

from sep_client import Content, NewDocument, Patient, Retries, SepClient, Signer
from tests.client.certificate import self_signed
from tests.client.service import ID_LPU, PDF, TOKEN, Service

QUICK = Retries(attempts=3, first_delay=0.01, longest_delay=1.0)


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.stop()


@pytest.fixture
def sep(service: Service) -> Iterator[SepClient]:
    with SepClient(service.address, TOKEN, ID_LPU, timeout=5, retries=QUICK) as client:
        yield client


@pytest.fixture
def untrusted(tmp_path) -> Iterator[Service]:
    """The same service behind TLS with a certificate that nobody trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    running = Service(context)
    yield running
    running.stop()


@pytest.fixture
def consent() -> NewDocument:
    return NewDocument(
        id_document_mis="MIS-7781",
        name="ИДС на проведение телемедицинской консультации",
        type="consent",
        patient=Patient(
            id_patient_mis="2156792", family="Иванова", given="Мария", birth_date=date(1954, 3, 14)
        ),
        signer=Signer(role="patient", phone="+79161234565"),
        content=Content(data=PDF),
    )


@pytest.fixture
def no_pauses(monkeypatch) -> None:
    monkeypatch.setattr("time.sleep", int)
