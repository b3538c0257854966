"""Any order of any acts against a simple model of the life cycle.

`HYPOTHESIS_PROFILE=nightly` walks further, along new paths every time; otherwise the paths are the same ones.
"""

import os
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sep.ceremony import codes, invitation, links, reading, refusal, visits
from sep.ceremony.confirm import Answer, confirm
from sep.ceremony.models import Confirmation, Signature
from sep.delivery import carriers, outcomes, routing
from sep.delivery.limits import LIMITS, TooManyMessages
from sep.delivery.models import Attempt, Channel, Delivery, Purpose
from sep.delivery.sms.gateway import ReceiptState
from sep.documents import lifecycle, recall
from sep.documents.models import Document
from sep.documents.statuses import TRANSITIONS, Status
from sep.documents.tasks import expire_documents
from sep.ledger import log
from sep.parties.errors import Refusal
from tests import builders
from tests.delivery.scripted import ACCEPTED, BUSY, NO_SUCH_NUMBER, ScriptedGateway, receipt

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
START = timezone.now()
DAY = timedelta(days=1)
LATE = 6
"""Events after which a life may end: shorter ones are dull."""
OPEN = {Status.CREATED, Status.SENT, Status.UNDELIVERED}


@dataclass
class Message:
    """An SMS of the model."""

    id: str
    purpose: Purpose
    at: datetime
    expires_at: datetime
    code: "Code | None" = None
    state: str = "pending"
    final: bool = False


@dataclass
class Code:
    visit: "Visit"
    digits: str
    expires_at: datetime
    sent_at: datetime
    times_sent: int = 1
    wrong: int = 0
    last_wrong_at: datetime | None = None
    ended: bool = False


@dataclass
class Link:
    token: str
    wrong_birth_dates: int = 0


@dataclass
class Visit:
    link: Link
    cookie: str
    opened_at: datetime
    seen_at: datetime
    identified: bool = False
    viewed: bool = False


@dataclass
class Model:
    """What should be true: a status, a history, and what the limits count."""

    expires_at: datetime
    status: Status = Status.CREATED
    history: list[str] = field(default_factory=lambda: ["document:created"])
    history_of_package: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    codes: list[Code] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    visit: Visit | None = None

    def is_open(self, now):
        return self.status in OPEN and now < self.expires_at

    def move(self, status):
        self.status = status
        self.history.append(f"document:{status}")

    def live_code(self):
        return next((code for code in self.codes if not code.ended), None)

    def end_code(self):
        for code in self.codes:
            code.ended = True

    def wrong_today(self, now):
        return sum(
            code.wrong
            for code in self.codes
            if code.last_wrong_at is not None and code.last_wrong_at > now - DAY
        )

    def has_room(self, purpose, now):
        sent = [message.at for message in self.messages if message.purpose == purpose]
        return all(
            sum(at > now - window for at in sent) < most for most, window in LIMITS[Channel.SMS, purpose]
        )

    def invited_otherwise(self, failed):
        others = [one for one in self.messages if one.purpose == failed.purpose and one is not failed]
        return any(
            one.state == "delivered" or (one.at > failed.at and one.state != "failed") for one in others
        )

    def note_message(self, message, what):
        (self.history if message.code else self.history_of_package).append(f"message:{what}")

    def fail(self, message, now):
        message.state = "failed"
        self.note_message(message, "failed")
        is_lost = message.purpose == Purpose.INVITATION and not self.invited_otherwise(message)
        if is_lost and self.is_open(now) and self.status != Status.UNDELIVERED:
            self.move(Status.UNDELIVERED)

    def accept(self, message, now):
        message.state = "accepted"
        self.note_message(message, "accepted")
        is_invitation = message.purpose == Purpose.INVITATION
        if is_invitation and self.is_open(now) and self.status != Status.SENT:
            self.move(Status.SENT)

    def is_stale(self, message, now):
        ended = message.code is not None and message.code.ended
        return now >= message.expires_at or ended or not self.is_open(now)


class Life(RuleBasedStateMachine):
    """One document, its signer, its clinic, its gateway and the clock, in any order."""

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.now = START
        self.package = builders.package(now=self.now)
        self.document_id = self.package.documents.get().id
        self.model = Model(expires_at=self.package.documents.get().expires_at)
        self._note_invitation()

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    # the clinic

    @rule()
    def invite_again(self):
        if not self.model.is_open(self.now):
            with pytest.raises(Refusal):
                invitation.resend(self.document_id, self.now)
        elif not self.model.has_room(Purpose.INVITATION, self.now):
            with pytest.raises(TooManyMessages):
                invitation.resend(self.document_id, self.now)
        else:
            invitation.resend(self.document_id, self.now)
            self._note_invitation()

    @precondition(lambda self: len(self.model.history) > LATE)
    @rule()
    def revoke(self):
        if self.model.is_open(self.now):
            recall.revoke(self.document_id, "Ошибка", now=self.now)
            self.model.move(Status.REVOKED)
        elif self.model.status == Status.REVOKED:
            recall.revoke(self.document_id, "Ещё раз", now=self.now)
        else:
            with pytest.raises(Refusal):
                recall.revoke(self.document_id, "Поздно", now=self.now)

    # the gateway

    @precondition(lambda self: any(message.state == "pending" for message in self.model.messages))
    @rule(answer=st.sampled_from([ACCEPTED, ACCEPTED, NO_SUCH_NUMBER, BUSY]))
    def deliver(self, answer):
        message = next(message for message in self.model.messages if message.state == "pending")
        gateway = ScriptedGateway("first", answer)
        with pytest.MonkeyPatch.context() as patch, time_machine.travel(self.now, tick=False):
            patch.setattr(carriers, "gateways", lambda: {"first": gateway})
            if not routing.run_round(message.id):
                routing.give_up(message.id)
        stale = self.model.is_stale(message, self.now)
        assert len(gateway.taken) == (not stale)
        if not stale and message.code is not None:
            assert message.code.digits in gateway.texts[0]
        if stale or answer is not ACCEPTED:
            self.model.fail(message, self.now)
        else:
            self.model.accept(message, self.now)

    @precondition(
        lambda self: any(message.state in {"accepted", "delivered"} for message in self.model.messages)
    )
    @rule(state=st.sampled_from([ReceiptState.DELIVERED, ReceiptState.FAILED_PERMANENT, ReceiptState.SENT]))
    def receive(self, state):
        taken = [message for message in self.model.messages if message.state in {"accepted", "delivered"}]
        message = taken[-1]
        attempt = Attempt.objects.get(delivery=message.id)
        outcomes.receive(attempt.pk, receipt(state, attempt.pk), self.now)
        if message.final or state is ReceiptState.SENT:
            return
        message.final = True
        if state is ReceiptState.DELIVERED:
            message.state = "delivered"
            self.model.note_message(message, "delivered")
        else:
            self.model.fail(message, self.now)

    # the signer

    @rule(pick=st.integers(0, 9))
    def open_link(self, pick):
        link = self.model.links[pick % len(self.model.links)]
        if self.now >= self.model.expires_at or link.wrong_birth_dates >= 5:
            with pytest.raises(links.LinkUnusable):
                links.open_link(link.token, now=self.now, address="", user_agent="")
            return
        cookie = links.open_link(link.token, now=self.now, address="", user_agent="")
        self.model.visit = Visit(link, cookie, self.now, self.now)
        self.model.history_of_package.append("link:opened")

    @initialize(at_once=st.booleans())
    def begin(self, at_once):
        if at_once:
            self.come_in(0)

    @rule(pick=st.integers(0, 9))
    def come_in(self, pick):
        """Open a link and tell the birth date, as most people do."""
        visit = self.model.visit
        self.open_link(pick)
        if self.model.visit is not visit:
            self.identify(right=True)

    @precondition(lambda self: self.model.visit is not None)
    @rule(right=st.booleans())
    def identify(self, right):
        visit = self._visit()
        if visit is None:
            return
        birth_date = self.package.signer.person.birth_date if right else date(2000, 1, 1)
        link = self.model.visit.link
        if link.wrong_birth_dates >= 5:
            with pytest.raises(visits.Locked):
                visits.identify(visit, birth_date, now=self.now)
        elif right:
            self.model.visit.cookie = visits.identify(visit, birth_date, now=self.now)
            self.model.visit.identified = True
            self.model.visit.seen_at = self.now
            self.model.history_of_package.append("signer:identified")
        else:
            link.wrong_birth_dates += 1
            self.model.history_of_package.append("signer:wrong_birth_date")
            if link.wrong_birth_dates == 5:
                with pytest.raises(visits.Locked):
                    visits.identify(visit, birth_date, now=self.now)
            else:
                assert visits.identify(visit, birth_date, now=self.now) is None

    @precondition(lambda self: self.model.visit is not None and self.model.visit.identified)
    @rule()
    def view(self):
        visit = self._visit()
        if visit is None or not self.model.is_open(self.now):
            return
        reading.mark_viewed(self._document(), visit, self.now)
        if not self.model.visit.viewed:
            self.model.visit.viewed = True
            self.model.history.append("document:viewed")

    @precondition(lambda self: self.model.visit is not None)
    @rule()
    def ask_for_a_code(self):
        visit = self._visit()
        if visit is not None:
            self._issue(visit, codes.issue)

    @precondition(lambda self: self.model.visit is not None)
    @rule()
    def ask_for_the_code_again(self):
        visit = self._visit()
        if visit is None:
            return
        live = self._good_code()
        if not self._may_sign() or live is None:
            self._issue(visit, codes.send_again)
        elif self.now < live.sent_at + codes.PAUSES[min(live.times_sent, 3) - 1]:
            with pytest.raises(codes.TooSoon):
                codes.send_again(self.document_id, visit, now=self.now)
        elif not self.model.has_room(Purpose.CODE, self.now):
            with pytest.raises(TooManyMessages):
                codes.send_again(self.document_id, visit, now=self.now)
        else:
            codes.send_again(self.document_id, visit, now=self.now)
            live.sent_at, live.times_sent = self.now, live.times_sent + 1
            self.model.history.append("code:sent_again")
            assert self._note_code_message(live) == live.digits

    @precondition(lambda self: self.model.codes)
    @rule(times=st.integers(1, 5))
    def enter_a_wrong_code(self, times):
        digits = f"{(int(self.model.codes[-1].digits) + 1) % 10**6:06}"
        for _ in range(times):
            self._enter(digits, right=False)

    @precondition(lambda self: self.model.visit is not None and len(self.model.codes) > 0)
    @rule()
    def guess(self):
        """Burn a code to its last try and ask for the next."""
        self.enter_a_wrong_code(times=5)
        self.ask_for_a_code()

    @precondition(lambda self: self.model.visit is not None and len(self.model.codes) > 0)
    @rule()
    def wait_too_long(self):
        """Let a code expire and ask for the next."""
        self.now += codes.LIFE
        self.ask_for_a_code()

    @precondition(lambda self: self.model.codes and len(self.model.history) > LATE)
    @rule()
    def enter_the_right_code(self):
        self._enter(self.model.codes[-1].digits, right=True)

    @precondition(lambda self: self.model.visit is not None and len(self.model.history) > LATE)
    @rule()
    def decline(self):
        visit = self._visit()
        if visit is None:
            return
        if not self._may_sign():
            with pytest.raises(codes.NotSignable):
                refusal.decline(self.document_id, visit, "", now=self.now)
            return
        refusal.decline(self.document_id, visit, "", now=self.now)
        self.model.end_code()
        self.model.move(Status.DECLINED)

    # the clock

    @rule(
        passed=st.sampled_from(
            [timedelta(seconds=s) for s in (1, 1, 20, 60, 120)]
            + [timedelta(minutes=m) for m in (5, 10, 14, 15)]
            + [timedelta(hours=1), DAY]
        )
    )
    def time_passes(self, passed):
        self.now += passed

    @rule()
    def expire(self):
        with time_machine.travel(self.now, tick=False):
            expire_documents()
        if self.model.status in OPEN and self.now >= self.model.expires_at:
            self.model.move(Status.EXPIRED)

    # what must hold after every act

    @invariant()
    def status_is_the_expected_one(self):
        document = self._document()
        assert document.status == self.model.status
        visible = Status.EXPIRED if self.model.status in OPEN and self.now >= self.model.expires_at else None
        assert document.status_on(self.now) == (visible or self.model.status)

    @invariant()
    def ledger_tells_exactly_what_happened(self):
        told = [event["kind"] for event in log.history(self.document_id)]
        assert told == self.model.history
        assert [event["kind"] for event in log.history(self.package.id)] == self.model.history_of_package
        moves = [Status(kind.partition(":")[2]) for kind in told if kind in lifecycle.DOCUMENT_EVENTS]
        assert all(to in TRANSITIONS[at] for at, to in pairwise(moves))

    @invariant()
    def signature_is_one_and_only_by_the_right_code(self):
        is_signed = self.model.status == Status.SIGNED
        assert Signature.objects.filter(document=self.document_id).count() == is_signed

    @invariant()
    def one_code_lives_at_most_and_is_spent_when_it_is_over(self):
        live = Confirmation.objects.filter(document=self.document_id, ended_at__isnull=True)
        assert live.count() == (self.model.live_code() is not None)
        if self.model.live_code() is None:
            spent = Delivery.objects.filter(document=self.document_id, secret__isnull=False)
            assert not spent.exists()

    def _document(self):
        return Document.objects.select_related("organization").get(pk=self.document_id)

    def _visit(self):
        """The visit as the pages would find it by its cookie, `None` when it is over."""
        mine = self.model.visit
        over = self.now >= mine.seen_at + visits.IDLE or self.now >= mine.opened_at + visits.ABSOLUTE
        found = visits.live_visit(mine.cookie, self.now)
        assert (found is None) == over
        if found is not None and self.now >= mine.seen_at + timedelta(minutes=1):
            mine.seen_at = self.now
        return found

    def _may_sign(self):
        return self.model.is_open(self.now) and self.model.visit.identified

    def _good_code(self):
        live = self.model.live_code()
        if live is None or live.visit is not self.model.visit or self.now >= live.expires_at:
            return None
        return live if live.wrong < 5 else None

    def _issue(self, visit, ask):
        mine = self.model.visit
        if not self._may_sign():
            with pytest.raises(codes.NotSignable):
                ask(self.document_id, visit, now=self.now)
            return
        if self._good_code() is not None:
            ask(self.document_id, visit, now=self.now)
            return
        had = sum(code.visit is mine for code in self.model.codes)
        if had >= 3 or self.model.wrong_today(self.now) >= 15:
            with pytest.raises(codes.CodesExhausted):
                ask(self.document_id, visit, now=self.now)
            return
        if not self.model.has_room(Purpose.CODE, self.now):
            with pytest.raises(TooManyMessages):
                ask(self.document_id, visit, now=self.now)
            return
        ask(self.document_id, visit, now=self.now)
        self.model.end_code()
        code = Code(mine, "", self.now + codes.LIFE, self.now)
        self.model.codes.append(code)
        code.digits = self._note_code_message(code)
        self.model.history.append("code:issued")

    def _enter(self, digits, *, right):
        visit = self._visit()
        if visit is None:
            return
        answer = confirm(self.document_id, visit, digits, now=self.now)
        live = self._good_code()
        if self.model.status == Status.SIGNED:
            assert answer is Answer.ALREADY_SIGNED
        elif not self._may_sign():
            assert answer is Answer.NOT_SIGNABLE
        elif live is None:
            assert answer is Answer.CODE_DEAD
        elif self.model.wrong_today(self.now) >= 15:
            assert answer is Answer.LOCKED
        elif right:
            assert answer is Answer.SIGNED
            self.model.end_code()
            self.model.history.append("document:signature")
            self.model.move(Status.SIGNED)
        else:
            live.wrong, live.last_wrong_at = live.wrong + 1, self.now
            assert answer is (Answer.CODE_DEAD if live.wrong == 5 else Answer.WRONG)
            self.model.history.append("code:wrong")

    def _new_delivery(self):
        known = {message.id for message in self.model.messages}
        return Delivery.objects.filter(package=self.package).exclude(pk__in=known).get()

    def _note_invitation(self):
        made = self._new_delivery()
        token = re.search(r"/s/(\w{22})", made.live_text).group(1)
        self.model.links.append(Link(token))
        self.model.messages.append(Message(made.id, Purpose.INVITATION, self.now, self.model.expires_at))

    def _note_code_message(self, code):
        made = self._new_delivery()
        self.model.messages.append(Message(made.id, Purpose.CODE, self.now, code.expires_at, code))
        return re.search(r"\d{6}", made.live_text).group()


@pytest.mark.django_db
@pytest.mark.timeout(7200 if NIGHTLY else 600)
def test_document_lives_as_the_model_says_whatever_happens_in_whatever_order():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=2000 if NIGHTLY else 100,
            stateful_step_count=60 if NIGHTLY else 40,
            derandomize=not NIGHTLY,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
