import httpx2
import pytest

from sep_client import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    RateLimited,
    Retries,
    SepClient,
    SepError,
    ServerError,
    Unauthorized,
)
from sep_client.errors import FieldError
from tests.client.service import ID_LPU, TOKEN, problem


def answering(status: int, **parts) -> SepClient:
    transport = httpx2.MockTransport(lambda _: httpx2.Response(status, **parts))
    return SepClient(
        "http://sep.test/sep/api", TOKEN, ID_LPU, transport=transport, retries=Retries(attempts=1)
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (409, Conflict),
        (413, Invalid),
        (415, Invalid),
        (422, Invalid),
        (429, RateLimited),
        (500, ServerError),
        (503, ServerError),
    ],
)
def test_each_answer_has_its_error(status: int, kind: type[SepError]):
    body = problem("some_code", "Причина по-русски.")
    with pytest.raises(SepError) as caught:
        answering(status, json=body).ping()
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.message) == ("some_code", "Причина по-русски.")
    assert caught.value.problem == body


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 502])
@pytest.mark.parametrize("body", [b"", b"<html>nginx</html>", b"[1]", b"\xff\xfe", b'{"errors": 7}'])
def test_an_answer_without_a_problem_still_speaks_russian(status: int, body: bytes):
    with pytest.raises(SepError) as caught:
        answering(status, content=body).ping()
    assert caught.value.code
    assert any("а" <= letter <= "я" for letter in caught.value.message)


def test_the_wrong_field_is_named():
    field = {"path": "signer.phone", "code": "bad_phone", "message": "Это не телефон."}
    with pytest.raises(Invalid) as caught:
        answering(422, json=problem("invalid", "Данные не приняты.", errors=[field])).ping()
    assert caught.value.errors == [FieldError("signer.phone", "bad_phone", "Это не телефон.")]


@pytest.mark.parametrize("content", [b"<html>login</html>", b"{}", b"[]", b""])
def test_a_page_instead_of_an_answer_points_at_the_address(content: bytes):
    with pytest.raises(ServerError) as caught:
        answering(200, content=content).ping()
    assert caught.value.code == "unreadable_answer"
    assert "Адрес сервиса" in caught.value.message


def test_a_page_instead_of_a_pdf_is_not_saved_as_a_pdf():
    with pytest.raises(ServerError):
        answering(200, html="<html>login</html>").signed("01JZ7Y")


def test_a_redirect_is_not_followed_with_the_token():
    with pytest.raises(SepError):
        answering(302, headers={"Location": "http://elsewhere.test/"}).ping()


@pytest.mark.parametrize(
    ("address", "token", "id_lpu", "path"),
    [
        ("", TOKEN, ID_LPU, "address"),
        ("sep.example.org/sep/api", TOKEN, ID_LPU, "address"),
        ("ftp://sep.example.org", TOKEN, ID_LPU, "address"),
        ("http://[bad", TOKEN, ID_LPU, "address"),
        ("http://sep.example.org:99999", TOKEN, ID_LPU, "address"),
        ("https://sep.example.org/sep/api", "", ID_LPU, "token"),
        ("https://sep.example.org/sep/api", "токен", ID_LPU, "token"),
        ("https://sep.example.org/sep/api", TOKEN + "\n", ID_LPU, "token"),
        ("https://sep.example.org/sep/api", TOKEN, "", "idLpu"),
    ],
)
def test_a_setting_that_cannot_work_is_named_before_any_request(address, token, id_lpu, path):
    with pytest.raises(Invalid) as caught:
        SepClient(address, token, id_lpu)
    assert caught.value.code == "bad_settings"
    assert [error.path for error in caught.value.errors] == [path]
