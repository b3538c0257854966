"""Inside the cabinet: documents of this person alone, for himself and for those he represents."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern
from django.utils import timezone

from sep.cabinet import urls
from sep.cabinet.models import Session
from sep.ceremony import strangers
from sep.ceremony.models import Entrance, Visit
from sep.documents.intake import NewRecipient
from sep.documents.models import Document, Package
from sep.documents.statuses import Status
from sep.parties.models import SignerRole
from sep.parties.person import Person
from tests import builders
from tests.cabinet.guest import Guest
from tests.ceremony import walk

pytestmark = pytest.mark.django_db(transaction=True)

CHILD = Person("Орлов", "Лев", "", date(2014, 3, 1))
MOTHER = Person("Орлова", "Анна", "Сергеевна", date(1986, 5, 12))


def mother(**changes):
    values = {"relation": "mother", "basis": "свидетельство", "in_medical_record": True, **changes}
    return builders.signing(MOTHER, **values)


def test_mother_sees_her_own_and_the_child_s_documents_of_every_clinic():
    phone = builders.phone()
    builders.package(
        builders.new_document(name="ИДС ребёнка"),
        patient=CHILD,
        role=SignerRole.REPRESENTATIVE,
        signer=mother(phone=phone),
    )
    other = builders.organization(name="Клиника «Ясень»", short_name="Ясень")
    builders.package(
        builders.new_document(name="Её договор", type_code="contract"),
        clinic=other,
        patient=MOTHER,
        signer=builders.signing(MOTHER, phone=phone),
    )
    page = Guest().enter(mother(phone=phone)).get("/cabinet/")
    assert "ИДС ребёнка" in page
    assert "Орлов Лев" in page
    assert "Её договор" in page
    assert "Ясень" in page


def test_document_is_signed_from_the_cabinet_and_the_visit_says_so():
    package = builders.package()
    guest = Guest().enter(package.signer.person)
    document = package.documents.get()
    where = guest.post(f"/cabinet/documents/{document.id}/sign")
    assert document.name in guest.get(where)
    visit = Visit.objects.get(entrance=Entrance.CABINET)
    walk.sign(document, visit)
    document.refresh_from_db()
    assert document.status == Status.SIGNED
    page = guest.get(f"/cabinet/documents/{document.id}/")
    assert "Скачать подписанный документ" in page
    assert "Открыто из личного кабинета" in page
    signed = guest.client.get(f"/cabinet/documents/{document.id}/signed.pdf")
    assert signed.content.startswith(b"%PDF")


def test_second_signer_finds_the_document_in_her_cabinet_too():
    teenager = Person("Орлов", "Пётр", "", date(2010, 3, 1))
    hers = mother()
    package = builders.package(
        builders.new_document(type_code="contract", name="Договор подростка"),
        patient=teenager,
        signer=builders.signing(teenager),
        second=NewRecipient(SignerRole.REPRESENTATIVE, hers, builders.AGREEMENT),
    )
    guest = Guest().enter(hers)
    assert "Договор подростка" in guest.get("/cabinet/")
    document = package.documents.get()
    guest.post(f"/cabinet/documents/{document.id}/sign")
    assert Visit.objects.get(entrance=Entrance.CABINET).package == Package.objects.get(principal=package)


def test_consent_is_withdrawn_from_the_cabinet():
    package = builders.package()
    document = package.documents.get()
    walk.sign(document, walk.opened_visit(package))
    guest = Guest().enter(package.signer.person)
    where = guest.post(f"/cabinet/documents/{document.id}/withdraw")
    assert "Отозвать согласие?" in guest.get(where)
    guest.post(where, reason="Передумала")
    made = Document.objects.get(withdraws=document)
    visit = Visit.objects.filter(package=made.package, entrance=Entrance.CABINET).get()
    walk.sign(made, visit)
    document.refresh_from_db()
    assert document.status == Status.WITHDRAWN
    assert "Отзыв этого согласия" in guest.get(f"/cabinet/documents/{document.id}/")


def test_devices_are_seen_and_closed_one_by_one_or_all_others():
    person = builders.package().signer.person
    first, second, third = (Guest().enter(person) for _ in range(3))
    page = first.get("/cabinet/devices")
    assert page.count('class="device"') == 3
    other = Session.objects.order_by("id")[1]
    first.post("/cabinet/devices", session=other.id)
    assert second.client.get("/cabinet/").status_code == 303
    first.post("/cabinet/devices", session="others")
    assert third.client.get("/cabinet/").status_code == 303
    assert first.client.get("/cabinet/").status_code == 200
    first.post("/cabinet/leave")
    assert first.client.get("/cabinet/").status_code == 303


def test_nobody_closes_the_session_of_another_person():
    first = Guest().enter(builders.package().signer.person)
    stranger = Guest().enter(builders.package(signer=builders.signing(given="Вера")).signer.person)
    stranger.post("/cabinet/devices", session=Session.objects.order_by("id").first().id)
    assert first.client.get("/cabinet/").status_code == 200


def addresses(document):
    """Every address of the cabinet that names a document."""
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        path = str(pattern.pattern)
        if "document_id" in path:
            yield f"/{path}".replace("<ulid:document_id>", document.id)


@pytest.mark.parametrize("who", ["anonymous", "other_person", "same_phone_other_person", "other_clinic"])
def test_nobody_reaches_another_person_s_document_by_any_address(who):
    package = builders.package(builders.new_document(name="Согласие, которое чужое"))
    document = package.documents.get()
    walk.sign(document, walk.opened_visit(package))
    owner = package.signer.person
    guest = Guest()
    strangers = {
        "other_person": builders.signing(given="Вера"),
        "same_phone_other_person": builders.signing(
            given="Пётр", birth_date=date(1950, 1, 2), phone=owner.phone
        ),
        "other_clinic": builders.signing(given="Нина"),
    }
    if who != "anonymous":
        clinic = builders.organization() if who == "other_clinic" else package.organization
        guest.enter(builders.package(clinic=clinic, signer=strangers[who]).signer.person)
    seen = set()
    for address in addresses(document):
        for method in ("get", "post"):
            answer = getattr(guest.client, method)(address)
            seen.add(answer.status_code)
            assert answer.status_code in ({303, 405} if who == "anonymous" else {404, 405}), address
            assert document.name.encode() not in getattr(answer, "content", b"")
    assert 404 in seen or who == "anonymous"
    assert document.name not in (guest.client.get("/cabinet/").content.decode())


def test_first_page_asks_the_database_as_often_for_two_documents_as_for_twenty():
    clinic, signer = builders.organization(), builders.signing()
    guest, counted = None, []
    for documents in (2, 5, 5, 8):
        package = builders.package(
            *(builders.new_document(type_code="contract") for _ in range(documents)),
            clinic=clinic,
            signer=signer,
            auto_send=False,
        )
        guest = guest or Guest().enter(package.signer.person)
        with CaptureQueriesContext(connection) as queries:
            guest.get("/cabinet/")
        counted.append(len(queries))
    assert len(set(counted)) == 1, counted


def test_first_page_is_light():
    package = builders.package(*(builders.new_document(type_code="contract") for _ in range(20)))
    guest = Guest().enter(package.signer.person)
    html = guest.client.get("/cabinet/").content
    assert len(html) < 40_000


def test_pages_are_never_kept_by_a_browser_and_the_worker_keeps_no_document():
    package = builders.package()
    guest = Guest().enter(package.signer.person)
    assert guest.client.get("/cabinet/")["Cache-Control"] == "no-store"
    worker = Client().get("/cabinet/worker.js").content.decode()
    kept = re.search(r"kept = \[(.*?)\]", worker).group(1)
    assert "documents" not in kept
    assert Client().get("/cabinet/manifest.webmanifest").json()["start_url"] == "/cabinet/"


def test_document_closed_by_a_stranger_says_so_in_the_cabinet_too():
    package = builders.package()
    strangers.not_me(walk.opened_visit(package), timezone.now())
    guest = Guest().enter(package.signer.person)
    page = guest.get(guest.post(f"/cabinet/documents/{package.documents.get().id}/sign"))
    assert "сообщил, что сообщение пришло не ему" in page
