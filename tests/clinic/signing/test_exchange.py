"""The whole exchange with the real service, and every way in which it can go wrong."""

import hashlib

import pytest
from django.utils import timezone

from clinic.signing import exchange, package, record, tasks
from clinic.signing.models import Exchange, PackageDocument
from sep.ceremony import questions
from sep.delivery.max import dialogs
from sep.delivery.max.models import Reach
from sep.delivery.models import Delivery, Purpose
from sep.vault import blobs
from sep_client import Document as Answer
from sep_client import Status
from tests.ceremony import walk
from tests.clinic.signing.agreeing import agree
from tests.clinic.signing.road import Fault
from tests.maxbot import bots

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "simulator"])


def fresh(row):
    return PackageDocument.objects.get(pk=row.pk)


def invitations():
    return Delivery.objects.filter(purpose=Purpose.INVITATION).count()


def sign(document):
    walk.sign(document, walk.opened_visit(document.package))


def test_a_form_of_a_child_goes_to_his_mother_and_comes_back_signed(desk, boy, mother, clinic):
    row = desk.printed(boy)
    assert row.representative == mother
    package.send([row], desk.registrar)
    assert fresh(row).exchange == Exchange.QUEUED
    tasks.deliver(fresh(row).batch)
    sent = fresh(row)
    assert (sent.exchange, sent.status_display) == (Exchange.ACCEPTED, "Создан")
    document = desk.known()[row.pk]
    assert document.package.signer.person.phone == mother.phone
    assert document.source_number == "107200"
    visit = walk.opened_visit(document.package)
    desk.worker()
    tasks.follow()
    assert fresh(row).status_display == "Документ направлен конкретному получателю"
    assert fresh(row).delivery_phone.endswith("-00")
    walk.sign(document, visit)
    tasks.follow()
    desk.worker()
    signed = fresh(row)
    assert signed.status_display == "Получатель подписал документ"
    assert signed.signed_at is not None
    pdf = blobs.get(clinic, signed.signed_sha256)
    document.refresh_from_db()
    assert hashlib.sha256(pdf).hexdigest() == document.sealed_sha256
    assert blobs.get(clinic, signed.protocol_sha256).startswith(b"%PDF")


def test_documents_sent_together_are_one_invitation(desk, woman):
    rows = [desk.printed(woman, f"Согласие № {number}") for number in range(3)]
    assert package.send(rows, desk.registrar) == 3
    desk.worker()
    assert {fresh(row).exchange for row in rows} == {Exchange.ACCEPTED}
    assert len({document.package_id for document in desk.known().values()}) == 1
    assert invitations() == 1


def test_more_than_a_package_holds_goes_in_several(desk, woman):
    rows = [desk.printed(woman, f"Согласие № {number}") for number in range(23)]
    package.send(rows, desk.registrar)
    desk.worker()
    assert len(desk.known()) == 23
    assert desk.road.times("POST", "/packages") == 2


def test_the_second_press_sends_nothing_more(desk, woman):
    row = desk.printed(woman)
    assert package.send([row], desk.registrar) == 1
    assert package.send([row], desk.registrar) == 0
    desk.worker()
    assert package.send([row], desk.registrar) == 0
    desk.worker()
    assert desk.road.times("POST", "/packages") == 1
    assert invitations() == 1


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.AWAY, Fault.BROKEN])
def test_an_unreachable_service_loses_nothing_and_gets_it_once(fault, desk, woman):
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.road.faults.extend([fault] * 2)
    desk.worker()
    desk.road.faults.clear()  # 500 is not tried again at once
    waiting = fresh(row)
    assert waiting.exchange == Exchange.WAITING
    assert waiting.problem
    assert not desk.known()
    desk.later(minutes=1)
    assert fresh(row).exchange == Exchange.ACCEPTED
    assert fresh(row).problem == ""
    assert len(desk.known()) == invitations() == 1


def test_a_silent_service_is_not_waited_for_for_ever(desk, woman, monkeypatch):
    monkeypatch.setattr(
        "clinic.institution.service.client_of.__kwdefaults__", {"timeout": 0.3, "retries": None}
    )
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.road.faults.extend([Fault.SILENT] * 2)
    desk.worker()
    assert fresh(row).exchange == Exchange.WAITING
    assert "не ответил вовремя" in fresh(row).problem
    monkeypatch.undo()
    desk.later(minutes=1)
    assert len(desk.known()) == invitations() == 1


def test_the_pauses_grow(desk, woman):
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.road.closed = True
    desk.worker()
    pauses = []
    for number in range(1, 4):
        desk.later(hours=number)
        waiting = fresh(row)
        assert waiting.exchange == Exchange.WAITING
        pauses.append(waiting.attempts)
    assert pauses == [2, 3, 4]
    desk.road.closed = False
    desk.later(hours=4)
    assert fresh(row).exchange == Exchange.ACCEPTED


def test_a_lost_answer_makes_no_second_document(desk, woman):
    rows = [desk.printed(woman, f"Согласие № {number}") for number in range(2)]
    package.send(rows, desk.registrar)
    desk.road.faults.extend([Fault.LOST] * 2)
    desk.worker()
    assert {fresh(row).exchange for row in rows} == {Exchange.WAITING}
    assert len(desk.known()) == 2
    desk.later(minutes=1)
    assert {fresh(row).exchange for row in rows} == {Exchange.ACCEPTED}
    assert len(desk.known()) == 2
    assert invitations() == 1


def test_a_crash_before_the_answer_is_written_down_sends_nothing_twice(desk, woman, monkeypatch):
    row = desk.printed(woman)
    package.send([row], desk.registrar)

    def die(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(record, "write_down", die)
        with pytest.raises(MemoryError):
            desk.worker()
    assert fresh(row).exchange == Exchange.QUEUED
    assert len(desk.known()) == 1
    desk.later(minutes=10)
    assert fresh(row).exchange == Exchange.ACCEPTED
    assert len(desk.known()) == invitations() == 1


def test_the_feed_tells_of_an_acceptance_that_was_not_written_down(desk, woman, monkeypatch):
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    with monkeypatch.context() as patch:
        patch.setattr(record, "write_down", lambda *_: None)
        desk.worker()
    assert fresh(row).exchange == Exchange.QUEUED
    tasks.follow()
    assert fresh(row).exchange == Exchange.ACCEPTED


def test_after_a_crash_a_corrected_card_and_a_new_neighbour_change_nothing_sent(desk, woman, at_service):
    first = desk.printed(woman, "Первое")
    package.send([first], desk.registrar)
    desk.road.faults.extend([Fault.LOST] * 2)
    desk.worker()
    woman.phone = "+79160000001"
    woman.save()
    agree(at_service, woman)
    second = desk.printed(woman, "Второе")
    package.send([first, second], desk.registrar)
    desk.worker()
    assert {fresh(first).exchange, fresh(second).exchange} == {Exchange.ACCEPTED}
    phones = {name: document.package.signer.person.phone for name, document in desk.known().items()}
    assert phones == {first.pk: "+79161234567", second.pk: "+79160000001"}


def test_between_print_and_send_nothing_is_lost(desk, woman, clinic):
    clinic.send_at_once = True
    clinic.save()
    rows = [desk.printed(woman, "Первое"), desk.printed(woman, "Второе")]
    assert {fresh(row).exchange for row in rows} == {Exchange.QUEUED}
    # A worker that starts only now finds the work in the queue, and both forms leave in one package.
    desk.worker(delayed=True)
    assert len({document.package_id for document in desk.known().values()}) == 1
    assert invitations() == 1
    assert fresh(rows[0]).sent_by == desk.registrar


def test_one_bad_file_does_not_hold_back_its_neighbours(desk, woman, clinic):
    good = desk.printed(woman)
    bad = package.add_file(woman, "Скан", "other", b"%PDF-1.7 but no more than that", desk.registrar)
    package.send([good, bad], desk.registrar)
    desk.worker()
    assert fresh(good).exchange == Exchange.ACCEPTED
    assert fresh(bad).exchange == Exchange.REFUSED
    assert fresh(bad).problem
    assert set(desk.known()) == {good.pk}


def test_a_refusal_of_one_type_does_not_hold_back_another(desk, woman):
    woman.birth_date = woman.birth_date.replace(year=2009)
    woman.save()
    consent = desk.printed(woman, "Согласие")
    contract = desk.printed(woman, "Договор", pdf_type="contract")
    package.send([consent, contract], desk.registrar)
    desk.worker()
    assert fresh(consent).exchange == Exchange.ACCEPTED
    assert fresh(contract).exchange == Exchange.REFUSED
    assert "представител" in fresh(contract).problem


def test_a_refused_document_goes_once_the_card_is_corrected(desk, woman):
    woman.phone = ""
    woman.save()
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.worker()
    assert fresh(row).exchange == Exchange.REFUSED
    assert "телефон" in fresh(row).problem
    woman.phone = "8 (916) 123-45-67"
    woman.save()
    assert package.send([row], desk.registrar) == 1
    desk.worker()
    assert fresh(row).exchange == Exchange.ACCEPTED


def test_a_wrong_token_is_waited_out_until_it_is_corrected(desk, woman, clinic):
    right = clinic.token
    clinic.set_token("6f1b1d0c-0f0e-4a57-9f59-3b0a4f0d9a11")
    clinic.save()
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.worker()
    assert fresh(row).exchange == Exchange.WAITING
    assert "токен" in fresh(row).problem
    clinic.set_token(right)
    clinic.save()
    desk.later(minutes=1)
    assert fresh(row).exchange == Exchange.ACCEPTED


def test_a_clinic_not_connected_yet_loses_nothing(desk, woman, clinic):
    address = clinic.service_address
    clinic.service_address = ""
    clinic.save()
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.worker()
    assert fresh(row).exchange == Exchange.WAITING
    clinic.service_address = address
    clinic.save()
    desk.later(minutes=1)
    assert fresh(row).exchange == Exchange.ACCEPTED


def test_all_statuses_come_in_one_call(desk, woman):
    rows = [desk.printed(woman, f"Согласие № {number}") for number in range(4)]
    package.send(rows, desk.registrar)
    desk.worker()
    assert package.receive(woman) == 4
    desk.worker()
    assert desk.road.times("POST", "/documents/statuses") == 1
    assert {fresh(row).status_code for row in rows} == {"sent"}
    assert {fresh(row).pending for row in rows} == {""}


def test_a_status_not_received_is_told(desk, woman):
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.worker()
    desk.road.closed = True
    package.receive(woman, [row.pk])
    desk.worker()
    assert fresh(row).problem.startswith("Статус не получен.")
    assert fresh(row).pending == ""


def test_revoking_tells_the_reason_and_its_failure(desk, woman):
    row, other = desk.printed(woman, "Первое"), desk.printed(woman, "Второе")
    package.send([row, other], desk.registrar)
    desk.worker()
    assert package.revoke(woman, [row.pk], "Ошибка в дате") == 1
    desk.worker()
    assert (fresh(row).status_display, fresh(row).status_reason) == ("Документ отозван", "Ошибка в дате")
    desk.road.closed = True
    package.revoke(woman, [other.pk], "Ошибка")
    desk.worker()
    assert fresh(other).status_code != "revoked"
    assert fresh(other).problem.startswith("Отозвать не получилось.")


def test_revoking_what_was_signed_a_moment_ago_shows_the_signature(desk, woman):
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    tasks.deliver(fresh(row).batch)
    package.revoke(woman, [row.pk], "Ошибка")
    sign(desk.known()[row.pk])
    desk.worker()
    assert fresh(row).status_code == "signed"
    assert fresh(row).problem == "" or "Отозвать не получилось" in fresh(row).problem
    assert fresh(row).signed_sha256


def test_inviting_again_sends_one_message_for_a_package(desk, woman):
    rows = [desk.printed(woman, f"Согласие № {number}") for number in range(2)]
    package.send(rows, desk.registrar)
    desk.worker()
    assert package.resend(woman, [row.pk for row in rows]) == 1
    desk.worker()
    assert invitations() == 2
    assert sum(fresh(row).invited_again_at is not None for row in rows) == 1


def test_a_signed_file_that_did_not_come_is_fetched_later(desk, woman):
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    tasks.deliver(fresh(row).batch)
    sign(desk.known()[row.pk])
    tasks.follow()
    desk.road.closed = True
    desk.worker()
    assert fresh(row).status_code == "signed"
    assert fresh(row).signed_sha256 == ""
    desk.road.closed = False
    desk.later(minutes=1)
    assert fresh(row).signed_sha256
    assert fresh(row).problem == ""


def test_an_old_answer_that_comes_late_changes_nothing(desk, woman, clinic):
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    tasks.deliver(fresh(row).batch)
    with exchange.client_of(clinic) as sep:
        old = sep.document(fresh(row).id_document)
        sign(desk.known()[row.pk])
        record.write_down(clinic, [sep.document(fresh(row).id_document)])
    record.write_down(clinic, [old])
    assert fresh(row).status_code == "signed"


def test_openings_are_learnt_without_a_press(desk, woman):
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    tasks.deliver(fresh(row).batch)
    document = desk.known()[row.pk]
    visit = walk.opened_visit(document.package)
    desk.worker()
    assert visit is not None
    tasks.look_after_open()
    assert fresh(row).delivery_state in {"accepted", "delivered"}


def test_a_feed_that_does_not_answer_stops_nothing(desk, woman):
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.worker()
    desk.road.closed = True
    tasks.follow()
    desk.road.closed = False
    tasks.follow()
    assert fresh(row).status_code == "sent"


def test_connected_elsewhere_the_clinic_reads_the_other_feed_from_its_start(desk, woman, clinic, live_server):
    tasks.follow()
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.worker()
    tasks.follow()
    assert fresh(row).status_code == "sent"
    PackageDocument.objects.filter(pk=row.pk).update(status_code="created", status_at=None)
    # The same service by another address is another feed as far as a clinic can tell.
    clinic.refresh_from_db()
    clinic.service_address = f"{live_server.url}/sep/api"
    clinic.save()
    tasks.follow()
    assert fresh(row).status_code == "sent"


def test_a_token_that_does_not_open_is_told_and_waited_out(desk, woman, clinic):
    token = clinic.token
    clinic.token_sealed = b"0" * 40
    clinic.save()
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.worker()
    tasks.follow()
    assert fresh(row).exchange == Exchange.WAITING
    assert "токен не читается" in fresh(row).problem
    clinic.set_token(token)
    clinic.save()
    desk.later(minutes=1)
    assert fresh(row).exchange == Exchange.ACCEPTED


def test_an_incomplete_card_is_told_and_not_tried_for_ever(desk, woman):
    woman.given = ""
    woman.save()
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    desk.worker()
    assert fresh(row).exchange == Exchange.REFUSED
    assert "карточке" in fresh(row).problem


def test_a_question_of_the_signer_comes_to_the_row_and_stays(desk, woman):
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    tasks.deliver(fresh(row).batch)
    document = desk.known()[row.pk]
    visit = walk.opened_visit(document.package)
    for text in ("Это больно?", "А потом?"):
        questions.ask(document.id, visit, text, now=timezone.now())
        tasks.look_after_open()
    assert [each.text for each in fresh(row).questions] == ["Это больно?", "А потом?"]
    assert fresh(row).question_count == 2
    record.write_down(row.institution, [old_answer(fresh(row))])
    assert fresh(row).question_count == 2


def old_answer(row):
    """What a service that knows nothing of questions says of a row."""
    status = Status(code=row.status_code, display=row.status_display, date_time=row.status_at)
    return Answer(id_document=row.id_document, id_document_mis=row.pk, name="", type="consent", status=status)


def test_an_sms_in_place_of_max_is_told_with_its_reason(desk, woman, at_service):
    dialog = bots.dialog(bots.bot(at_service), woman.phone)
    row = desk.printed(woman)
    package.send([row], desk.registrar)
    tasks.deliver(fresh(row).batch)
    assert (fresh(row).delivery_channel, fresh(row).in_max) == ("max", "verified")
    dialogs.set_reach(dialog, Reach.STOPPED, timezone.now())
    desk.worker()
    tasks.look_after_open()
    told = fresh(row)
    assert (told.delivery_channel, told.instead_of, told.in_max) == ("sms", "max", "stopped")
    assert told.instead_of_reason == "Чат с ботом закрыт."
