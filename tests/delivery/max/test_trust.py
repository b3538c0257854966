"""The API host is known by the root of Минцифры or by a file of the installation's, and by nothing less."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sep.delivery.max import trust
from sep.delivery.max.client import BotApi
from sep.delivery.max.errors import MaxError
from tests.delivery.max.conftest import TOKEN
from tests.delivery.max.platform import Platform

ROOT = "d26d2d0231b7c39f92cc738512ba54103519e4405d68b5bd703e9788ca8ecf31"
SUB = "bbbde2103e790b999ec62bd03cf625a5a2e7c316e10afe6a490eedead8b3fd9b"


def test_packaged_chain_is_the_published_one():
    found = x509.load_pem_x509_certificates(trust.PACKAGED.read_bytes())
    assert {each.fingerprint(hashes.SHA256()).hex() for each in found} == {ROOT, SUB}


def test_ordinary_roots_stay_and_the_root_of_the_ministry_is_in_this_context_alone():
    ours = {ssl.DER_cert_to_PEM_cert(each) for each in trust.context().get_ca_certs(binary_form=True)}
    ordinary = {
        ssl.DER_cert_to_PEM_cert(each) for each in ssl.create_default_context().get_ca_certs(binary_form=True)
    }
    packaged = x509.load_pem_x509_certificates(trust.PACKAGED.read_bytes())
    added = {each.public_bytes(serialization.Encoding.PEM).decode() for each in packaged}
    assert ours == ordinary | added
    assert not ordinary & added
    assert trust.context().check_hostname
    assert trust.context().verify_mode is ssl.CERT_REQUIRED


@pytest.fixture
def certified(tmp_path):
    """A platform on TLS with a certificate of its own, and the file that holds it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "MAX of the test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, private = tmp_path / "ca.pem", tmp_path / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(chain, private)
    with Platform(tls=tls, answers=[(200, {"user_id": 1, "username": "b"})]) as platform:
        yield platform, chain


def test_file_of_the_installation_is_trusted(certified):
    platform, chain = certified
    api = BotApi(TOKEN, base_url=platform.url, ca_file=chain)
    assert api.me().user_id == 1
    api.close()


def test_certificate_of_nobody_we_trust_gets_no_token(certified):
    platform, _ = certified
    api = BotApi(TOKEN, base_url=platform.url)
    with pytest.raises(MaxError) as caught:
        api.me()
    api.close()
    assert caught.value.code == "connect"
    assert platform.requests == []


def test_upload_host_is_not_trusted_by_the_file_for_the_api(certified, platform):
    storage, chain = certified
    platform.answers = [(200, {"url": storage.url})]
    api = BotApi(TOKEN, base_url=platform.url, ca_file=chain)
    with pytest.raises(MaxError) as caught:
        api.upload("file", b"x", "1.pdf")
    api.close()
    assert caught.value.code == "connect"
    assert storage.requests == []
