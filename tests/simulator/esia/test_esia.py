"""The pretended ЕСИА by itself: its page, and whom it lets nowhere."""

import base64
import shutil
import subprocess
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from simulator.esia import signatures
from simulator.models import EsiaBehaviour, EsiaGrant
from tests.esia.contour import BACK, CERTIFICATE_HASH, CLIENT, STATE, identity, registered

pytestmark = [
    pytest.mark.django_db(databases=["default", "simulator"]),
    pytest.mark.urls("tests.esia.urls"),
]
AUTHORIZE = "/gosuslugi/aas/oauth2/v2/ac"
TOKEN = "/gosuslugi/aas/oauth2/v3/te"


@pytest.fixture(autouse=True)
def contour(settings):
    settings.SIMULATOR_ESIA_SYSTEMS = [registered()]
    settings.SIMULATOR_ESIA_KEY = identity("esia")[0].decode()
    return settings


def secret(data, name="system"):
    """Sign without the service's code: a bare RSA signature."""
    key = load_pem_private_key(identity(name)[0], None)
    return base64.urlsafe_b64encode(key.sign(data.encode(), padding.PKCS1v15(), SHA256())).decode()


def asked(**changes):
    """Parameters of a request for a code, signed after the changes; a change to None takes one away."""
    told = {
        "client_id": CLIENT,
        "scope": "openid fullname",
        "timestamp": datetime.now(UTC).strftime("%Y.%m.%d %H:%M:%S +0000"),
        "state": STATE,
        "redirect_uri": BACK,
        "client_certificate_hash": CERTIFICATE_HASH,
        "response_type": "code",
        **changes,
    }
    told = {name: value for name, value in told.items() if value is not None}
    order = ("client_id", "scope", "timestamp", "state", "redirect_uri", "code")
    return {"client_secret": secret("".join(told.get(name, "") for name in order)), **told}


def page(parameters):
    return f"{AUTHORIZE}?{urlencode(parameters)}"


def came_back(response):
    assert response.status_code == 302
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def test_the_page_says_that_it_is_not_the_real_one(client):
    text = client.get(page(asked())).content.decode()

    assert "Учебные Госуслуги" in text
    assert "не настоящие" in text.replace("\u00a0", " ")
    assert "Клиника «Рябина»" in text
    assert "фамилия, имя и отчество" in text
    assert "Тестовая Мария Ивановна" in text


@pytest.mark.parametrize("change", [{"client_id": "STRANGER"}, {"redirect_uri": "https://evil.example/"}])
def test_nobody_is_sent_to_an_address_that_is_not_registered(client, change):
    for answer in (client.get(page(asked(**change))), client.post(page(asked(**change)), {"answer": "deny"})):
        assert answer.status_code == 400
        assert "Location" not in answer


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"state": None}, "007014"),
        ({"scope": None}, "007013"),
        ({"scope": "fullname"}, "007013"),
        ({"client_certificate_hash": None}, "007014"),
        ({"client_certificate_hash": "00" * 32}, "007002"),
        ({"client_secret": "AAAA"}, "007053"),
        ({"client_secret": "не base64"}, "007053"),
        ({"timestamp": "2020.01.01 00:00:00 +0000"}, "007015"),
        ({"timestamp": "сейчас"}, "007015"),
        ({"response_type": "token"}, "007014"),
    ],
)
def test_a_wrong_request_goes_back_with_a_number(client, change, number):
    back = came_back(client.get(page(asked(**change))))

    assert back["error_description"].startswith(f"ESIA-{number}")
    assert not EsiaGrant.objects.exists()


def test_a_signature_of_other_parameters_is_refused(client):
    parameters = {**asked(), "scope": "openid fullname snils"}

    assert came_back(client.get(page(parameters)))["error_description"].startswith("ESIA-007053")


def test_a_typed_person_without_a_name_is_asked_again(client):
    typed = {"answer": "allow", "who": "typed", "given": "Олег", "birth_date": "31.02.1990"}
    response = client.post(page(asked()), typed)

    assert response.status_code == 400
    assert response.content.decode().count('class="error"') == 2
    assert not EsiaGrant.objects.exists()


def test_a_token_opens_the_data_of_its_own_person_alone(client):
    code = came_back(client.post(page(asked()), {"answer": "allow", "who": "0"}))["code"]
    grant = EsiaGrant.objects.get()
    bearer = {"Authorization": f"Bearer {grant.access_token}"}
    own = f"/gosuslugi/rs/prns/{grant.oid}"
    assert client.get(own, headers=bearer).status_code == 401  # the code has not been exchanged

    told = client.post(TOKEN, asked(code=code, grant_type="authorization_code")).json()

    assert told["access_token"] == grant.access_token
    shown = client.get(own, headers=bearer).json()
    assert (shown["lastName"], shown["trusted"]) == ("Тестовая", True)
    assert "birthDate" not in shown  # the scope was not asked for
    assert client.get("/gosuslugi/rs/prns/1", headers=bearer).status_code == 401
    assert client.get(own).status_code == 401


def test_another_grant_type_is_refused(client):
    told = client.post(TOKEN, asked(code="x", grant_type="client_credentials"))

    assert (told.status_code, told.json()["error"]) == (400, "unsupported_grant_type")
    assert told.json()["state"] == STATE


def test_a_fault_stays_where_it_was_put(client):
    assert client.get("/gosuslugi/api/faults").json() == {"fault": "none"}
    put = {"fault": "expired"}

    assert client.put("/gosuslugi/api/faults", put, content_type="application/json").json() == put
    assert EsiaBehaviour.objects.count() == 1
    for wrong in ("", "[]", '{"fault": "fire"}', "{}"):
        refused = client.put("/gosuslugi/api/faults", wrong, content_type="application/json")
        assert refused.status_code == 400
    assert client.get("/gosuslugi/api/faults").json() == put


@pytest.mark.skipif(shutil.which("openssl") is None, reason="нет openssl")
@pytest.mark.parametrize("attributes", [(), ("-noattr",)])
def test_a_signature_of_openssl_is_taken(tmp_path, attributes):
    key, certificate = identity("system")
    (tmp_path / "key").write_bytes(key)
    (tmp_path / "pem").write_bytes(certificate)
    command = ["openssl", "cms", "-sign", "-binary", "-outform", "DER", *attributes]
    command += ["-signer", str(tmp_path / "pem"), "-inkey", str(tmp_path / "key")]
    der = subprocess.run(command, input=b"data", capture_output=True, check=True).stdout
    written = base64.urlsafe_b64encode(der).decode()

    assert signatures.is_of(certificate.decode(), b"data", written)
    assert not signatures.is_of(certificate.decode(), b"other", written)
    assert not signatures.is_of(identity("esia")[1].decode(), b"data", written)
    assert not signatures.is_of(certificate.decode(), b"data", written[:-8])
