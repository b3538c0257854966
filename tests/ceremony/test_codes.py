"""The additional code: what it is bound to, how often it goes out, and when it is dead."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from sep.ceremony import codes, invitation, refusal
from sep.ceremony.confirm import Answer, confirm
from sep.ceremony.models import Confirmation, Signature
from sep.delivery import outcomes
from sep.delivery.models import Delivery, Purpose
from sep.documents.models import Document
from sep.documents.statuses import Status
from sep.ledger import log
from tests import builders
from tests.builders import HOUR
from tests.ceremony import walk

pytestmark = pytest.mark.django_db

NOON = timezone.now()  # a seal is made in the life of its certificate
SECOND = timedelta(seconds=1)


@pytest.fixture
def package():
    return builders.package(now=NOON)


@pytest.fixture
def document(package):
    return package.documents.get()


@pytest.fixture
def visit(package):
    return walk.opened_visit(package, NOON)


def other(code):
    return f"{(int(code) + 1) % 10**6:06}"


def enter_wrong(document, visit, code, now, times=codes.MOST_WRONG):
    return [confirm(document.id, visit, other(code), now=now) for _ in range(times)]


def code_messages():
    return list(Delivery.objects.filter(purpose=Purpose.CODE).order_by("created_at", "id"))


def digits(delivery):
    return re.search(r"\d{6}", delivery.live_text).group()


def test_code_is_six_digits_in_a_text_that_names_the_document_and_the_clinic(document, visit):
    codes.issue(document.id, visit, now=NOON)
    assert re.fullmatch(
        rf"Код \d{{6}}: подпись документа \(согласие\) №{document.id[-6:]}, «Рябина»\. Никому не сообщайте",
        code_messages()[0].live_text,
    )


def test_codes_differ(document, visit):
    seen = set()
    for turn in range(3):
        now = NOON + turn * codes.LIFE
        seen.add(walk.code_for(document, visit, now))
    assert len(seen) > 1


def test_right_code_signs_to_the_last_second_of_its_life_and_no_later(document, visit):
    code = walk.code_for(document, visit, NOON)
    assert confirm(document.id, visit, code, now=NOON + codes.LIFE) is Answer.CODE_DEAD
    assert not Signature.objects.exists()
    assert confirm(document.id, visit, code, now=NOON + codes.LIFE - SECOND) is Answer.SIGNED


def test_code_is_asked_for_twice_and_sent_once(document, visit):
    first = codes.issue(document.id, visit, now=NOON)
    second = codes.issue(document.id, visit, now=NOON + SECOND)
    assert first.confirmation == second.confirmation
    assert len(code_messages()) == 1


def test_code_of_one_document_does_not_sign_another():
    package = builders.package(builders.new_document(), builders.new_document(), now=NOON)
    visit = walk.opened_visit(package, NOON)
    one, two = package.ordered()
    code = walk.code_for(one, visit, NOON)
    second = walk.code_for(two, visit, NOON)
    if second != code:
        assert confirm(two.id, visit, code, now=NOON) is Answer.WRONG
    assert confirm(one.id, visit, code, now=NOON) is Answer.SIGNED


def test_code_of_one_visit_does_not_sign_in_another(package, document, visit):
    code = walk.code_for(document, visit, NOON)
    later = walk.opened_visit(package, NOON + SECOND)
    assert confirm(document.id, later, code, now=NOON + SECOND) is Answer.CODE_DEAD


def test_code_does_not_sign_a_document_whose_bytes_were_exchanged(document, visit):
    code = walk.code_for(document, visit, NOON)
    Document.objects.filter(pk=document.id).update(original_sha256="0" * 64)
    assert confirm(document.id, visit, code, now=NOON) is Answer.WRONG


@pytest.mark.parametrize(
    "change", ["document", "hash", "organization", "signer", "channel", "action", "code"]
)
def test_hash_of_a_code_is_bound_to_every_part_of_the_act(document, change):
    bound = {"signer": "01J", "channel": "sms", "action": "sign", "code": "482913"}

    def hashed(of, parts):
        return codes.code_hash(of, parts["signer"], parts["channel"], parts["action"], parts["code"])

    before = hashed(document, bound)
    if change == "document":
        document.id = document.id[:-1] + ("0" if document.id[-1] != "0" else "1")
    elif change == "hash":
        document.original_sha256 = "0" * 64
    elif change == "organization":
        document.organization_id = builders.organization().id
    else:
        bound[change] += "x"
    assert hashed(document, bound) != before


def test_nobody_gets_a_code_before_the_birth_date_is_told(package, document):
    token = walk.token_of(package)
    cookie = walk.links.open_link(token, now=NOON, address="", user_agent="")
    visit = walk.visits.live_visit(cookie, NOON)
    with pytest.raises(codes.NotSignable):
        codes.issue(document.id, visit, now=NOON)
    assert confirm(document.id, visit, "000000", now=NOON) is Answer.NOT_SIGNABLE


def test_fifth_wrong_entry_kills_the_code_even_for_the_right_one(document, visit):
    code = walk.code_for(document, visit, NOON)
    assert enter_wrong(document, visit, code, NOON) == [Answer.WRONG] * 4 + [Answer.CODE_DEAD]
    assert confirm(document.id, visit, code, now=NOON) is Answer.CODE_DEAD
    assert [event["kind"] for event in log.history(document.id)].count("code:wrong") == 5


def test_fourth_wrong_entry_leaves_the_code_good(document, visit):
    code = walk.code_for(document, visit, NOON)
    enter_wrong(document, visit, code, NOON, times=4)
    assert confirm(document.id, visit, code, now=NOON) is Answer.SIGNED


def test_visit_has_three_codes_for_a_document_and_no_fourth(document, visit):
    for turn in range(codes.MOST_CODES_A_VISIT):
        codes.issue(document.id, visit, now=NOON + turn * codes.LIFE)
    with pytest.raises(codes.CodesExhausted):
        codes.issue(document.id, visit, now=NOON + 3 * codes.LIFE)
    assert Confirmation.objects.count() == 3


def test_new_visit_has_its_own_three_codes(package, document, visit):
    for turn in range(codes.MOST_CODES_A_VISIT):
        codes.issue(document.id, visit, now=NOON + turn * codes.LIFE)
    later = NOON + 3 * codes.LIFE
    codes.issue(document.id, walk.opened_visit(package, later), now=later)


def test_fifteenth_wrong_entry_of_a_day_locks_every_visit(package, document, visit):
    for turn in range(3):
        enter_wrong(
            document, visit, walk.code_for(document, visit, NOON + turn * SECOND), NOON + turn * SECOND
        )
    assert codes.wrong_today(package.signer_id, NOON + HOUR) == codes.MOST_WRONG_A_DAY
    later = walk.opened_visit(package, NOON + HOUR)
    with pytest.raises(codes.CodesExhausted):
        codes.issue(document.id, later, now=NOON + HOUR)


def test_fourteen_wrong_entries_of_a_day_still_let_the_right_code_sign(package, document, visit):
    for turn in range(2):
        enter_wrong(
            document, visit, walk.code_for(document, visit, NOON + turn * SECOND), NOON + turn * SECOND
        )
    now = NOON + 2 * SECOND
    code = walk.code_for(document, visit, now)
    enter_wrong(document, visit, code, now, times=4)
    assert codes.wrong_today(package.signer_id, now) == 14
    assert confirm(document.id, visit, code, now=now) is Answer.SIGNED


def test_lock_of_wrong_entries_is_over_after_a_day(package, document, visit):
    for turn in range(3):
        enter_wrong(
            document, visit, walk.code_for(document, visit, NOON + turn * SECOND), NOON + turn * SECOND
        )
    tomorrow = NOON + timedelta(days=1, seconds=2)
    visit = walk.opened_visit(package, tomorrow)
    code = walk.code_for(document, visit, tomorrow)
    assert confirm(document.id, visit, code, now=tomorrow) is Answer.SIGNED


def test_fifteen_wrong_entries_over_many_documents_lock_a_live_code_too():
    package = builders.package(*[builders.new_document() for _ in range(4)], now=NOON)
    visit = walk.opened_visit(package, NOON)
    documents = list(package.ordered())
    for document in documents[:3]:
        enter_wrong(document, visit, walk.code_for(document, visit, NOON), NOON, times=4)
    code = walk.code_for(documents[3], visit, NOON)
    enter_wrong(documents[3], visit, code, NOON, times=3)
    assert confirm(documents[3].id, visit, code, now=NOON) is Answer.LOCKED
    assert not Signature.objects.exists()


def test_same_code_is_sent_again_after_growing_pauses(document, visit):
    sent = codes.issue(document.id, visit, now=NOON)
    now = NOON
    for pause in codes.PAUSES[:2]:
        assert sent.resend_at == now + pause
        with pytest.raises(codes.TooSoon) as refused:
            codes.send_again(document.id, visit, now=now + pause - SECOND)
        assert refused.value.wait == SECOND
        now += pause
        sent = codes.send_again(document.id, visit, now=now)
    assert len({digits(delivery) for delivery in code_messages()}) == 1
    assert len(code_messages()) == 3
    assert sent.confirmation.times_sent == 3
    assert {delivery.expires_at for delivery in code_messages()} == {NOON + codes.LIFE}
    assert confirm(document.id, visit, digits(code_messages()[0]), now=now) is Answer.SIGNED


def test_code_that_could_not_be_sent_can_be_asked_for_again(document, visit):
    code = walk.code_for(document, visit, NOON)
    outcomes.fail(outcomes.locked(code_messages()[0].id), "Шлюз занят.", NOON)
    later = NOON + codes.PAUSES[0]
    codes.send_again(document.id, visit, now=later)
    assert [delivery.state for delivery in code_messages()] == ["failed", "pending"]
    assert digits(code_messages()[1]) == code, "two different codes on one phone would be a riddle"
    assert confirm(document.id, visit, code, now=later) is Answer.SIGNED


def test_dead_code_asked_for_again_is_a_new_one(document, visit):
    enter_wrong(document, visit, walk.code_for(document, visit, NOON), NOON)
    codes.send_again(document.id, visit, now=NOON + SECOND)
    assert Confirmation.objects.count() == 2
    assert Confirmation.objects.filter(ended_at__isnull=True).count() == 1


def test_code_of_a_signed_declined_or_expired_document_cannot_be_had(package, document, visit):
    with pytest.raises(codes.NotSignable):
        codes.issue(document.id, visit, now=document.expires_at)
    codes.issue(document.id, visit, now=NOON)
    refusal.decline(document.id, visit, "", now=NOON + SECOND)
    for ask in (codes.issue, codes.send_again):
        with pytest.raises(codes.NotSignable):
            ask(document.id, visit, now=NOON + HOUR)
    assert not Delivery.objects.filter(purpose=Purpose.CODE, secret__isnull=False).exists()


def test_refusal_keeps_the_reason_in_one_line_and_out_of_the_ledger(document, visit):
    refusal.decline(document.id, visit, "  Передумал,\n\n позвоню ", now=NOON)
    document.refresh_from_db()
    assert (document.status, document.status_reason) == (Status.DECLINED, "Передумал, позвоню")
    told = log.history(document.id)[-1]
    assert told["data"]["withReason"] is True
    assert "Передумал" not in str(told)


def test_document_that_is_invited_again_keeps_its_live_code(package, document, visit):
    code = walk.code_for(document, visit, NOON)
    invitation.resend(document.id, NOON + SECOND)
    assert confirm(document.id, visit, code, now=NOON + SECOND) is Answer.SIGNED
