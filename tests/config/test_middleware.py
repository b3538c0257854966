import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from sep.config.middleware import TrustedProxies


@pytest.mark.parametrize(
    ("proxies", "header", "seen"),
    [
        (0, "203.0.113.7", ("127.0.0.1", None)),
        (1, "203.0.113.7", ("203.0.113.7", "")),
        (1, "6.6.6.6, 203.0.113.7", ("203.0.113.7", "")),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.2", ("203.0.113.7", "")),
        (2, "203.0.113.7", ("127.0.0.1", None)),
        (1, "203.0.113.7:51234", ("203.0.113.7", "51234")),
        (1, "[2001:db8::1]:51234", ("2001:db8::1", "51234")),
        (1, "2001:db8::1", ("2001:db8::1", "")),
        (1, "nonsense", ("127.0.0.1", None)),
        (1, "", ("127.0.0.1", None)),
    ],
)
def test_address_is_counted_from_the_right_past_trusted_proxies(settings, monkeypatch, proxies, header, seen):
    monkeypatch.setattr(settings.ENVIRONMENT, "trusted_proxies", proxies)
    request = RequestFactory().get("/", headers={"X-Forwarded-For": header})
    request.META.pop("REMOTE_PORT", None)
    TrustedProxies(lambda _: HttpResponse())(request)
    assert (request.META["REMOTE_ADDR"], request.META.get("REMOTE_PORT")) == seen
