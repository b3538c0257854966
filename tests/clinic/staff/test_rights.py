"""One table of rights guards every page of the workplace."""

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from clinic import urls
from clinic.staff import account_urls
from clinic.staff.models import User
from clinic.staff.roles import RIGHTS, Permission, Role

pytestmark = pytest.mark.django_db
LOGINS = {
    Role.ADMINISTRATOR: "admin",
    Role.REGISTRAR: "registrar",
    Role.DOCTOR: "doctor",
    Role.LAWYER: "lawyer",
}
SAMPLES = {"int": "987654321", "str": "none", "slug": "none", "uuid": "6f1f3c1e-0000-4000-8000-000000000000"}


def patterns(entries, prefix="clinic/"):
    for entry in entries:
        if isinstance(entry, URLResolver):
            if entry.url_patterns is not account_urls.urlpatterns:
                yield from patterns(entry.url_patterns, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry


PAGES = dict(patterns(urls.urlpatterns))


def address(route):
    """A URL of the route, with ids that nothing has."""
    for name, converter in PAGES[route].pattern.converters.items():
        kind = {"IntConverter": "int", "UUIDConverter": "uuid"}.get(type(converter).__name__, "str")
        route = route.replace(f"<{kind}:{name}>", SAMPLES[kind]).replace(f"<{name}>", SAMPLES[kind])
        route = route.replace(f"<slug:{name}>", SAMPLES["slug"]).replace(f"<path:{name}>", SAMPLES["str"])
    return f"/{route}"


def test_every_page_of_the_workplace_names_its_right():
    assert len(PAGES) > 20
    unguarded = [route for route, page in PAGES.items() if not hasattr(page.callback, "permission")]
    assert not unguarded


@pytest.mark.parametrize("route", PAGES)
def test_a_stranger_gets_no_page(route, clinic):
    answers = [getattr(Client(), method)(address(route)) for method in ("get", "post")]
    assert {answer.status_code for answer in answers} in ({302}, {302, 405})  # 405: not this method
    for answer in answers:
        assert answer.headers.get("Location", "/clinic/account/login/").startswith("/clinic/account/login/")


@pytest.mark.parametrize("role", Role)
def test_whoever_lacks_the_right_is_refused_and_whoever_has_it_is_not(role, at_desk):
    desk = at_desk(LOGINS[role])
    for route, page in PAGES.items():
        allowed = page.callback.permission in RIGHTS[role]
        got, posted = (getattr(desk, method)(address(route)).status_code for method in ("get", "post"))
        if allowed:
            assert got != 403, (route, role)
        else:
            assert {got, posted} in ({403}, {403, 405}), (route, role)


def test_htmx_of_somebody_whose_session_ended_is_sent_to_the_door(clinic):
    answer = Client().get("/clinic/patients/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/clinic/"
    assert not answer.content


def test_pages_are_not_kept_in_a_shared_computer_s_cache(at_desk):
    assert at_desk("doctor").get("/clinic/appointments/").headers["Cache-Control"] == "no-store"


def test_nothing_of_allauth_is_open_that_makes_no_sense_here(clinic):
    for gone in ("signup/", "email/", "password/reset/", "password/set/", "confirm-email/", "3rdparty/"):
        assert Client().get(f"/clinic/account/{gone}").status_code == 404, gone
    open_to_strangers = set()
    for entry in account_urls.urlpatterns:
        page = reverse(entry.name, args=[1] if "<int:pk>" in str(entry.pattern) else [])
        if Client().get(page).status_code == 200:
            open_to_strangers.add(entry.name)
    assert open_to_strangers == {"account_login", "account_inactive"}


def test_rights_are_the_table_s_and_nobody_else_s(clinic):
    for role, login in LOGINS.items():
        account = User.objects.get(username=login)
        assert {name for name, has in account.rights.items() if has} == {p.value for p in RIGHTS[role]}
    account.is_active = False
    assert not any(account.may(permission) for permission in Permission)
