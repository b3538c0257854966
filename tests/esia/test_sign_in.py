"""The client against the pretended ЕСИА, over HTTP."""

import logging
import socket
import sys
from datetime import UTC, date, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from sep.esia import (
    AccountNotConfirmed,
    BadAnswer,
    CannotSign,
    RefusedByPerson,
    Unavailable,
    returned_code,
)
from simulator.models import EsiaFault, EsiaGrant
from tests.esia.contour import BACK, CLIENT, STATE, answer, identity, registered

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "simulator"]),
    pytest.mark.urls("tests.esia.urls"),
]


def code_for(esia, now, **form):
    return returned_code(answer(esia.authorization_address(STATE, BACK, now), **form), STATE)


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("form", ["pkcs7", "raw"])
def test_a_person_comes_back_with_his_name(connect, now, edition, form):
    esia = connect(edition=edition, signature_form=form)

    person = esia.exchange(code_for(esia, now), STATE, BACK, now)

    assert (person.family, person.given, person.patronymic) == ("Тестовая", "Мария", "Ивановна")
    assert person.birth_date == date(1987, 4, 12)
    assert person.snils == "000-000-601 99"
    assert person.oid.isdecimal()
    assert person.trusted
    assert person.method == "PWD"
    assert abs(person.authenticated_at - now) < timedelta(minutes=1)
    assert person.authenticated_at.tzinfo is UTC
    assert person.id_token.count(".") == 2


def test_a_typed_person_is_the_same_one_at_every_sign_in(esia, now):
    typed = {"who": "typed", "family": "Ким", "given": "Олег", "birth_date": "01.02.1990"}

    first, second = (esia.exchange(code_for(esia, now, **typed), STATE, BACK, now) for _ in range(2))

    assert (first.family, first.patronymic, first.snils) == ("Ким", "", "")
    assert first.oid == second.oid
    assert first.id_token != second.id_token


def test_data_that_were_not_asked_for_do_not_come(connect, now):
    esia = connect(scopes=("openid", "fullname", "birthdate"))

    assert esia.exchange(code_for(esia, now), STATE, BACK, now).snils == ""


def test_a_refusal_of_the_person_is_told_apart(esia, now):
    back = answer(esia.authorization_address(STATE, BACK, now), answer="deny")

    with pytest.raises(RefusedByPerson) as refused:
        returned_code(back, STATE)
    assert refused.value.code == "refused"


def test_a_return_of_another_visit_is_not_taken(esia, now):
    back = answer(esia.authorization_address(STATE, BACK, now))

    for state in ("6b1b2e0c-0000-4f0b-9a57-0d7bb1c5a001", ""):
        with pytest.raises(BadAnswer) as refused:
            returned_code(back, state)
        assert refused.value.code == "state"


def test_a_return_without_anything_is_not_taken():
    with pytest.raises(BadAnswer) as refused:
        returned_code({"state": STATE}, STATE)
    assert refused.value.code == "no-code"


def test_a_code_works_once(esia, now):
    code = code_for(esia, now)
    esia.exchange(code, STATE, BACK, now)

    with pytest.raises(BadAnswer) as refused:
        esia.exchange(code, STATE, BACK, now)
    assert refused.value.code == "esia-007011"


def test_an_old_code_does_not_work(esia, now):
    code = code_for(esia, now)
    EsiaGrant.objects.update(at=now - timedelta(minutes=4))

    with pytest.raises(BadAnswer) as refused:
        esia.exchange(code, STATE, BACK, now)
    assert refused.value.code == "esia-007011"


def test_a_code_of_another_system_does_not_work(connect, esia, now, settings):
    settings.SIMULATOR_ESIA_SYSTEMS = [registered(), registered(client_id="OTHER")]
    code = code_for(esia, now)

    with pytest.raises(BadAnswer) as refused:
        connect(client_id="OTHER").exchange(code, STATE, BACK, now)
    assert refused.value.code == "esia-007011"


@pytest.mark.parametrize("shift", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_stale_timestamp_is_refused(esia, now, shift):
    with httpx2.Client(trust_env=False) as browser:
        gone = browser.get(esia.authorization_address(STATE, BACK, now + shift))
    back = {name: values[0] for name, values in parse_qs(urlsplit(gone.headers["Location"]).query).items()}

    with pytest.raises(BadAnswer) as refused:
        returned_code(back, STATE)
    assert refused.value.code == "esia-007015"

    with pytest.raises(BadAnswer) as refused:
        esia.exchange(code_for(esia, now), STATE, BACK, now + shift)
    assert refused.value.code == "esia-007015"


@pytest.mark.parametrize("form", ["pkcs7", "raw"])
def test_a_request_signed_by_a_stranger_is_refused(connect, esia, now, tmp_path, form):
    code = code_for(esia, now)
    key, certificate = identity("stranger")
    (tmp_path / "stranger.key").write_bytes(key)
    (tmp_path / "stranger.pem").write_bytes(certificate)
    stranger = connect(
        key=tmp_path / "stranger.key", certificate=tmp_path / "stranger.pem", signature_form=form
    )

    with pytest.raises(BadAnswer) as refused:
        stranger.exchange(code, STATE, BACK, now)
    assert refused.value.code == "esia-007053"


def test_a_certificate_that_is_not_registered_is_refused(connect, esia, now):
    with pytest.raises(BadAnswer) as refused:
        connect(certificate_hash="AB" * 32).exchange(code_for(esia, now), STATE, BACK, now)
    assert refused.value.code == "esia-007002"


@pytest.mark.parametrize(
    "expected",
    [
        (EsiaFault.ERROR_500, Unavailable, "http-500"),
        (EsiaFault.OVERLOADED, Unavailable, "esia-007008"),
        (EsiaFault.PERSON_500, Unavailable, "http-500"),
        (EsiaFault.WRONG_SIGNATURE, BadAnswer, "token-signature"),
        (EsiaFault.WRONG_ALGORITHM, BadAnswer, "token-algorithm"),
        (EsiaFault.WRONG_AUDIENCE, BadAnswer, "token-audience"),
        (EsiaFault.WRONG_ISSUER, BadAnswer, "token-issuer"),
        (EsiaFault.EXPIRED, BadAnswer, "token-expired"),
        (EsiaFault.EARLY, BadAnswer, "token-early"),
        (EsiaFault.OTHER_STATE, BadAnswer, "state"),
        (EsiaFault.UNCONFIRMED, AccountNotConfirmed, "not-confirmed"),
        (EsiaFault.UNTRUSTED, AccountNotConfirmed, "not-confirmed"),
        (EsiaFault.ORGANIZATION, AccountNotConfirmed, "not-a-person"),
    ],
)
def test_what_goes_wrong_is_named_and_tells_nothing_of_the_person(esia, now, fault, caplog, expected):
    which, error, code = expected
    caplog.set_level(logging.DEBUG, "sep")
    got = code_for(esia, now)
    fault(which)

    with pytest.raises(error) as refused:
        esia.exchange(got, STATE, BACK, now)

    assert refused.value.code == code
    told = f"{refused.value!r} {refused.value} {refused.value.message} {caplog.text}"
    for secret in (got, STATE, "Тестовая", "Мария", "000-000-601", "1987"):
        assert secret not in told
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("silence", [0, 2])
def test_silence_ends_soon(connect, now, fault, settings, silence):
    settings.SIMULATOR_SILENCE_SECONDS = silence
    esia = connect(read_seconds=0.5)
    code = code_for(esia, now)
    fault(EsiaFault.SLOW)

    with pytest.raises(Unavailable) as refused:
        esia.exchange(code, STATE, BACK, now)
    assert refused.value.code in {"timeout", "broken"}


def test_nobody_there_is_unavailable(connect, now, unused_address):
    with pytest.raises(Unavailable) as refused:
        connect(base_url=unused_address).exchange("code", STATE, BACK, now)
    assert refused.value.code == "connect"


@pytest.fixture
def unused_address():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_person_does_not_show_in_repr(esia, now):
    person = esia.exchange(code_for(esia, now), STATE, BACK, now)

    for secret in (person.family, person.given, person.snils, "1987", person.oid, person.id_token):
        assert secret not in repr(person)


def program(folder, name, text):
    """An operator's program, as a wrapper of КриптоПро would be."""
    (folder / name).write_text(text)
    return (sys.executable, str(folder / name))


SIGN = """
import sys
from pathlib import Path
from sep.esia.signers import RsaSigner
here = Path(__file__).parent
pair = (here / "system.key").read_bytes(), (here / "system.pem").read_bytes()
sys.stdout.buffer.write(RsaSigner(*pair).sign(sys.stdin.buffer.read()))
"""
VERIFY = """
import sys
from pathlib import Path
from sep.esia.tokens import RsaVerifier
true = RsaVerifier((Path(__file__).parent / "esia.pem").read_bytes())
sys.exit(not true.verify(sys.stdin.buffer.read(), Path(sys.argv[1]).read_bytes()))
"""


def test_programs_sign_and_verify_instead_of_us(connect, now, tmp_path, fault):
    esia = connect(
        signer_command=program(tmp_path, "sign.py", SIGN),
        verifier_command=program(tmp_path, "verify.py", VERIFY),
    )
    assert esia.exchange(code_for(esia, now), STATE, BACK, now).family == "Тестовая"

    code = code_for(esia, now)
    fault(EsiaFault.WRONG_SIGNATURE)
    with pytest.raises(BadAnswer) as refused:
        esia.exchange(code, STATE, BACK, now)
    assert refused.value.code == "token-signature"


@pytest.mark.parametrize("text", ["raise SystemExit(1)", "pass"])
def test_a_program_that_signs_nothing_is_told(connect, now, tmp_path, text):
    with pytest.raises(CannotSign) as refused:
        connect(signer_command=program(tmp_path, "sign.py", text)).authorization_address(STATE, BACK, now)
    assert refused.value.code == "signer"


def test_a_program_that_is_not_there_is_told(connect, now):
    with pytest.raises(CannotSign):
        connect(signer_command=("/nowhere/signer",)).authorization_address(STATE, BACK, now)


def test_the_address_carries_what_the_second_edition_demands(esia, now, base_url):
    address = esia.authorization_address(STATE, BACK, now)

    told = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{base_url}/aas/oauth2/v2/ac?")
    assert told.pop("client_secret")
    assert told == {
        "client_id": CLIENT,
        "client_certificate_hash": "3F" * 32,
        "scope": "openid fullname birthdate snils",
        "timestamp": now.strftime("%Y.%m.%d %H:%M:%S +0000"),
        "state": STATE,
        "redirect_uri": BACK,
        "response_type": "code",
        "access_type": "online",
    }
