from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from sep_client import (
    STATUSES_AT_ONCE,
    ConnectionFailed,
    Invalid,
    NewDocument,
    NewPackage,
    PackageDocument,
    SepClient,
    Timeout,
)
from tests.client.conftest import QUICK
from tests.client.service import ID_LPU, PDF, TOKEN, Answer, Service, document


def test_a_ping_checks_the_three_settings(service: Service, sep: SepClient):
    service.will(Answer(200, {"organization": "Клиника", "idLpu": ID_LPU, "time": "2026-06-25T10:31:07Z"}))
    assert sep.ping().organization == "Клиника"
    asked = service.asked[0]
    assert asked.path == f"/sep/api/v1/ping?idLpu={ID_LPU}"
    assert asked.headers["authorization"] == f"N3 {TOKEN}"


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
def test_the_address_may_end_as_people_write_it(service: Service, ending: str):
    service.will(Answer(200, document()))
    with SepClient(service.address + ending, TOKEN, ID_LPU) as sep:
        sep.document("01JZ7Y")
    assert service.asked[0].path == "/sep/api/v1/documents/01JZ7Y"


def test_a_long_key_goes_as_a_bearer(service: Service):
    service.will(Answer(200, document()))
    with SepClient(service.address, "sep_live_5Xq9", ID_LPU) as sep:
        sep.document("01JZ7Y")
    assert service.asked[0].headers["authorization"] == "Bearer sep_live_5Xq9"


def test_a_document_travels_with_the_organization(service: Service, sep: SepClient, consent: NewDocument):
    service.will(Answer(201, document("created")))
    created = sep.create_document(consent)
    assert (created.id_document, created.status.display) == ("01JZ7Y", "Создан")
    body = service.asked[0].json
    assert body["idLpu"] == ID_LPU
    assert body["signer"] == {"role": "patient", "phone": "+79161234565"}


def test_a_package_travels_as_one(service: Service, sep: SepClient, consent: NewDocument):
    service.will(Answer(201, {"idPackage": "01K", "documents": [document(), document(id_document="01K2")]}))
    documents = [
        PackageDocument(id_document_mis=f"MIS-{n}", name="Договор", type="contract", content=consent.content)
        for n in range(2)
    ]
    package = sep.create_package(
        NewPackage(
            id_package_mis="PKG-12", patient=consent.patient, signer=consent.signer, documents=documents
        )
    )
    assert [each.id_document for each in package.documents] == ["01JZ7Y", "01K2"]
    body = service.asked[0].json
    assert [each["idDocumentMis"] for each in body["documents"]] == ["MIS-0", "MIS-1"]
    assert body["patient"]["idPatientMis"] == "2156792"


def test_no_id_leads_to_another_address(service: Service, sep: SepClient):
    service.will(Answer(200, document()))
    sep.document("договор 12/7?")
    assert urlsplit(service.asked[0].path).path.count("/") == "/sep/api/v1/documents/x".count("/")
    assert "%2F" in service.asked[0].path


def test_pages_are_turned_as_one_reads(service: Service, sep: SepClient):
    service.will(
        Answer(
            200,
            {
                "documents": [document(id_document="1"), document(id_document="2")],
                "cursor": "17",
                "hasMore": True,
            },
        ),
        Answer(200, {"documents": [document(id_document="3")], "cursor": "21", "hasMore": False}),
    )
    found = sep.documents(
        id_patient_mis="2156792", status="sent", changed_since=datetime(2026, 6, 25, 10, tzinfo=UTC)
    )
    assert next(found).id_document == "1"
    assert len(service.asked) == 1
    assert [each.id_document for each in found] == ["2", "3"]
    first, second = (parse_qs(urlsplit(asked.path).query) for asked in service.asked)
    assert first["changedSince"] == ["2026-06-25T10:00:00+00:00"]
    assert "cursor" not in first
    assert second == first | {"cursor": ["17"]}


def test_a_moment_without_a_zone_is_not_guessed(service: Service, sep: SepClient):
    with pytest.raises(Invalid):
        next(sep.documents(changed_since=datetime.fromisoformat("2026-06-25T10:00")))
    assert service.asked == []


def test_many_ids_go_in_batches_and_each_once(service: Service, sep: SepClient):
    service.will(
        Answer(200, {"documents": [document(id_document="a")], "unknown": ["MIS-1"]}),
        Answer(200, {"documents": [document(id_document="b")], "unknown": []}),
    )
    ids = [f"MIS-{n}" for n in range(STATUSES_AT_ONCE + 1)]
    found = sep.statuses([*ids, *ids])
    assert [each.id_document for each in found] == ["a", "b"]
    batches = [asked.json["ids"] for asked in service.asked]
    assert batches == [ids[:STATUSES_AT_ONCE], ids[STATUSES_AT_ONCE:]]


def test_no_ids_ask_nothing(service: Service, sep: SepClient):
    assert sep.statuses([]) == []
    assert service.asked == []


def test_the_feed_goes_on_from_the_kept_cursor(service: Service, sep: SepClient):
    def event(cursor: str) -> dict:
        return {
            "cursor": cursor,
            "type": "document.signed",
            "dateTime": "2026-06-25T10:31:07+03:00",
            "idDocument": "01JZ7Y",
            "idDocumentMis": "MIS-7781",
            "status": document("signed")["status"],
        }

    service.will(
        Answer(200, {"events": [event("8"), event("9")], "cursor": "9", "hasMore": True}),
        Answer(200, {"events": [event("11")], "cursor": "11", "hasMore": False}),
    )
    assert [each.cursor for each in sep.events(after="7")] == ["8", "9", "11"]
    asked = [parse_qs(urlsplit(each.path).query)["after"] for each in service.asked]
    assert asked == [["7"], ["9"]]


def test_waiting_ends_with_the_signature(service: Service, sep: SepClient, no_pauses):
    service.will(Answer(200, document("created")), Answer(200, document()), Answer(200, document("signed")))
    assert sep.wait("01JZ7Y").status.code == "signed"


def test_waiting_ends_with_a_refusal_as_well(service: Service, sep: SepClient, no_pauses):
    service.will(Answer(200, document()), Answer(200, document("declined")))
    assert sep.wait("01JZ7Y").status.code == "declined"


def test_waiting_may_end_earlier(service: Service, sep: SepClient):
    service.will(Answer(200, document("sent")))
    assert sep.wait("01JZ7Y", until={"sent", "signed"}).status.code == "sent"


def test_waiting_survives_an_outage(service: Service, sep: SepClient, no_pauses):
    service.will(*[Answer(dropped=True)] * (QUICK.attempts * 2), Answer(200, document("signed")))
    assert sep.wait("01JZ7Y").status.code == "signed"


def test_waiting_is_over_when_the_time_is(service: Service, sep: SepClient):
    service.will(Answer(200, document()))
    with pytest.raises(Timeout) as caught:
        sep.wait("01JZ7Y", timeout=0)
    assert caught.value.code == "still_waiting"


def test_an_outage_to_the_end_of_waiting_is_told_as_an_outage(service: Service, sep: SepClient):
    service.will(*[Answer(dropped=True)] * QUICK.attempts)
    with pytest.raises(ConnectionFailed) as caught:
        sep.wait("01JZ7Y", timeout=0)
    assert caught.value.code == "connection_failed"


def test_following_tells_only_changes(service: Service, sep: SepClient, no_pauses):
    viewed = document(viewedAt="2026-06-25T10:32:00+03:00")
    steps = [document(), document(), viewed, viewed, document("signed")]
    service.will(*[Answer(200, step) for step in steps])
    seen = [(each.status.code, each.viewed_at is not None) for each in sep.follow("01JZ7Y", timeout=60)]
    assert seen == [("sent", False), ("sent", True), ("signed", False)]


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("original", "application/pdf"),
        ("signed", "application/pdf"),
        ("protocol", "application/pdf"),
    ],
)
def test_files_come_byte_for_byte(service: Service, sep: SepClient, method: str, kind: str):
    service.will(Answer(200, PDF, {"Content-Type": kind}))
    assert getattr(sep, method)("01JZ7Y") == PDF
    assert service.asked[0].path.endswith(f"/documents/01JZ7Y/{method}")


def test_a_document_is_taken_back_with_a_reason(service: Service, sep: SepClient):
    service.will(Answer(200, document("revoked")))
    assert sep.revoke("01JZ7Y", "Ошибка в дате").status.code == "revoked"
    assert service.asked[0].json == {"reason": "Ошибка в дате"}


def test_an_invitation_is_sent_again(service: Service, sep: SepClient):
    service.will(Answer(200, document()))
    assert sep.resend("01JZ7Y").status.code == "sent"
    assert service.asked[0].path.endswith("/documents/01JZ7Y/resend")


def test_dictionaries_are_read(service: Service, sep: SepClient):
    service.will(
        Answer(200, [{"code": "consent", "name": "ИДС", "signsAlone": True}]),
        Answer(200, [{"code": "created", "display": "Создан", "final": False}]),
    )
    assert sep.document_types()[0].signs_alone
    assert sep.status_dictionary()[0].display == "Создан"


def test_the_bot_is_connected_asked_about_and_let_go(service: Service, sep: SepClient):
    service.will(
        Answer(202, {"state": "connecting", "isOwn": False, "people": 0}),
        Answer(503, b""),
        Answer(200, {"state": "connected", "isOwn": True, "username": "id26_bot", "people": 3, "new": 1}),
        Answer(202, {"state": "none"}),
    )
    assert sep.connect_max_bot("f9LHodD0cOJ-token").state == "connecting"
    bot = sep.max_bot()
    assert (bot.state, bot.is_own, bot.people) == ("connected", True, 3)
    assert sep.disconnect_max_bot().state == "none"
    assert [asked.method for asked in service.asked] == ["PUT", "GET", "GET", "DELETE"]
    assert {asked.path for asked in service.asked} == {"/sep/api/v1/max-bot"}
    assert service.asked[0].json == {"token": "f9LHodD0cOJ-token"}
