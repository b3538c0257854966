"""A document's whole life against a model that knows nothing of the code: any order of any acts."""

import os
from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sep.ceremony import codes, confirm, invitation, links, reading, refusal
from sep.ceremony.models import Signature
from sep.delivery import outcomes
from sep.delivery.limits import TooManyMessages
from sep.delivery.models import Attempt, Delivery, DeliveryState, Purpose
from sep.delivery.sms.gateway import Outcome, OutcomeState
from sep.documents import lifecycle, recall
from sep.documents.models import Document
from sep.ledger.models import Event
from sep.parties.errors import Refusal
from tests import builders
from tests.ceremony import walk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

EXAMPLES = int(os.environ.get("SEP_LIFECYCLE_EXAMPLES", "25"))
STEPS = int(os.environ.get("SEP_LIFECYCLE_STEPS", "30"))
TERM = timedelta(hours=72)
WAITING = {"created", "sent", "undelivered"}
FIVE_MINUTES = timedelta(minutes=5)


class Life(RuleBasedStateMachine):
    """The model: a status, its history, one link, one visit, one code."""

    def __init__(self):
        super().__init__()
        self.now = self.born = timezone.now()
        self.package = builders.package(now=self.now)
        self.document = self.package.documents.get()
        self.token = walk.token_of(self.package)
        self.status, self.history = "created", ["created"]
        self.visit = self.opened = self.seen = self.code = None
        self.wrong_dates = self.wrong_codes = self.codes_of_visit = self.wrong_of_code = 0
        self.wrong_entries = []
        self.code_until = self.now

    def waits(self):
        return self.status in WAITING and self.now < self.born + TERM

    def becomes(self, status):
        self.status = status
        self.history.append(status)

    def visit_lives(self):
        return (
            self.visit is not None
            and self.now < self.seen + timedelta(minutes=15)
            and self.now < self.opened + timedelta(minutes=60)
        )

    def is_identified(self):
        return self.visit_lives() and self.visit.identified_at is not None

    def come_back(self):
        """Every page asks for the visit anew."""
        visit = links.live_visit(self.cookie, self.now)
        assert (visit is not None) == self.visit_lives()
        if visit is not None:
            if self.now >= self.seen + timedelta(minutes=1):
                self.seen = self.now
            self.visit = visit
        return visit

    @rule(minutes=st.sampled_from([1, 4, 5, 14, 16, 61, 24 * 60]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(state=st.sampled_from([OutcomeState.ACCEPTED, OutcomeState.REJECTED_PERMANENT]))
    def gateway_answers(self, state):
        waiting = Delivery.objects.filter(purpose=Purpose.INVITATION, state=DeliveryState.PENDING).first()
        if waiting is None:
            return
        attempt = Attempt.objects.create(delivery=waiting, number=1, gateway="smsc", started_at=self.now)
        outcomes.record(attempt.pk, Outcome(state, "code", "Ответ шлюза."), self.now)
        if state is OutcomeState.ACCEPTED and self.status in {"created", "undelivered"}:
            self.becomes("sent")
        elif state is OutcomeState.REJECTED_PERMANENT and self.status in {"created", "sent"}:
            self.becomes("undelivered")

    @rule()
    def clinic_invites_again(self):
        try:
            invitation.resend(self.document.id, self.now)
        except TooManyMessages:
            assert Delivery.objects.filter(purpose=Purpose.INVITATION).count() >= 3
        except Refusal:
            assert not self.waits()
        else:
            assert self.waits()

    @rule()
    def patient_opens_the_link(self):
        usable = self.now < self.born + TERM and self.wrong_dates < 5
        try:
            self.cookie = links.open_link(self.token, now=self.now, address="127.0.0.1", user_agent="x")
        except links.LinkUnusable:
            assert not usable
            return
        assert usable
        self.visit = links.live_visit(self.cookie, self.now)
        self.opened = self.seen = self.now
        self.codes_of_visit = 0
        self.code = None

    @precondition(lambda self: self.visit is not None)
    @rule(is_right=st.booleans())
    def patient_tells_the_birth_date(self, is_right):
        if self.come_back() is None or self.is_identified():
            return
        day = self.package.signer.person.birth_date if is_right else date(1900, 1, 1)
        if self.wrong_dates >= 5:
            with pytest.raises(links.LinkLocked):
                links.identify(self.visit, day, now=self.now)
            return
        self.wrong_dates += not is_right
        if self.wrong_dates == 5:
            with pytest.raises(links.LinkLocked):
                links.identify(self.visit, day, now=self.now)
            return
        cookie = links.identify(self.visit, day, now=self.now)
        assert (cookie is not None) == is_right
        if cookie is not None:
            self.cookie = cookie
            self.visit = links.live_visit(cookie, self.now)
            self.seen = self.now

    @precondition(lambda self: self.is_identified())
    @rule()
    def patient_reads(self):
        self.come_back()
        reading.mark_viewed(Document.objects.get(), self.visit, self.now)

    @precondition(lambda self: self.is_identified())
    @rule()
    def patient_asks_for_a_code(self):
        self.come_back()
        wrong_today = sum(self.now - at < timedelta(days=1) for at in self.wrong_entries)
        has_live_code = self.code is not None and self.now < self.code_until and self.wrong_of_code < 5
        try:
            issued = codes.issue(self.document.id, self.visit, now=self.now)
        except codes.NotSignable:
            assert not self.waits()
        except codes.CodesExhausted:
            assert self.codes_of_visit >= 3 or wrong_today >= 15
            self.code = None
        except TooManyMessages:
            assert Delivery.objects.filter(purpose=Purpose.CODE).count() >= 8
            self.code = None
        else:
            assert self.waits()
            if not has_live_code:
                assert self.codes_of_visit < 3
                self.codes_of_visit += 1
                self.code_until = self.now + FIVE_MINUTES
                self.wrong_of_code = 0
                self.code = issued.confirmation.delivery.live_secret

    @precondition(lambda self: self.is_identified())
    @rule(is_right=st.booleans())
    def patient_enters_a_code(self, is_right):
        self.come_back()
        right = self.code or "000000"
        entered = right if is_right else f"{(int(right) + 1) % 10**6:06}"
        answer = confirm.confirm(self.document.id, self.visit, entered, now=self.now)
        wrong_today = sum(self.now - at < timedelta(days=1) for at in self.wrong_entries)
        if self.status == "signed":
            assert answer is confirm.Answer.ALREADY_SIGNED
        elif not self.waits():
            assert answer is confirm.Answer.NOT_SIGNABLE
        elif self.code is None or self.now >= self.code_until or self.wrong_of_code >= 5:
            assert answer is confirm.Answer.CODE_DEAD
        elif wrong_today >= 15:
            assert answer is confirm.Answer.LOCKED
        elif is_right:
            assert answer is confirm.Answer.SIGNED
            self.becomes("signed")
        else:
            self.wrong_of_code += 1
            self.wrong_entries.append(self.now)
            expected = confirm.Answer.CODE_DEAD if self.wrong_of_code == 5 else confirm.Answer.WRONG
            assert answer is expected

    @precondition(lambda self: self.is_identified())
    @rule()
    def patient_declines(self):
        self.come_back()
        try:
            refusal.decline(self.document.id, self.visit, "", now=self.now)
        except codes.NotSignable:
            assert not self.waits()
        else:
            assert self.waits()
            self.becomes("declined")
            self.code = None

    @rule()
    def clinic_revokes(self):
        try:
            recall.revoke(self.document.id, "Ошибка", now=self.now)
        except Refusal:
            assert not self.waits()
            assert self.status != "revoked"
        else:
            if self.status != "revoked":
                assert self.waits()
                self.becomes("revoked")
                self.code = None

    @rule()
    def worker_looks_at_terms(self):
        from django.db import transaction  # noqa: PLC0415  as the job does

        with transaction.atomic():
            lifecycle.expire_if_due(lifecycle.locked(self.document.id), self.now)
        if self.status in WAITING and not self.waits():
            self.becomes("expired")
            self.code = None

    @invariant()
    def database_agrees_with_the_model(self):
        document = Document.objects.get()
        assert document.status == self.status
        shown = "expired" if self.status in WAITING and not self.waits() else self.status
        assert document.status_on(self.now) == shown
        kinds = Event.objects.filter(subject=document.id, kind__in=lifecycle.DOCUMENT_EVENTS).order_by(
            "index"
        )
        assert [event.kind for event in kinds] == [f"document:{status}" for status in self.history]
        assert Signature.objects.count() == (self.status == "signed")

    def teardown(self):
        from django.core.management import call_command  # noqa: PLC0415

        call_command("flush", verbosity=0, interactive=False)


def test_any_order_of_acts_keeps_the_law_of_the_table():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
