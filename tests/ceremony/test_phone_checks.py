"""The phone confirmed at the desk by a code that its owner reads aloud."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from sep.ceremony import phone_checks
from sep.delivery.models import Delivery
from sep.parties.errors import Refusal
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


def begun(clinic, phone):
    check = phone_checks.begin(clinic, phone, timezone.now())
    text = Delivery.objects.get(pk=check.delivery_id).live_text
    return check, re.search(r"\d{6}", text).group(), text


def test_right_code_confirms_the_phone_for_an_hour():
    clinic, phone, now = builders.organization(), builders.phone(), timezone.now()
    check, code, text = begun(clinic, phone)
    assert "Рябина" in text
    assert phone_checks.confirm(clinic, check.id, code, now).confirmed_at == now
    assert phone_checks.confirmed_at(clinic, check.id, phone, now) == now
    with pytest.raises(Refusal):
        phone_checks.confirmed_at(clinic, check.id, phone, now + timedelta(minutes=61))


def test_check_of_another_phone_or_clinic_confirms_nothing():
    clinic, phone, now = builders.organization(), builders.phone(), timezone.now()
    check, code, _ = begun(clinic, phone)
    with pytest.raises(Refusal):
        phone_checks.confirm(builders.organization(), check.id, code, now)
    phone_checks.confirm(clinic, check.id, code, now)
    with pytest.raises(Refusal):
        phone_checks.confirmed_at(clinic, check.id, builders.phone(), now)


def test_fifth_wrong_code_is_the_last():
    clinic, now = builders.organization(), timezone.now()
    check, code, _ = begun(clinic, builders.phone())
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        with pytest.raises(Refusal):
            phone_checks.confirm(clinic, check.id, wrong, now)
    with pytest.raises(Refusal) as refused:
        phone_checks.confirm(clinic, check.id, code, now)
    assert refused.value.code == "code_dead"


def test_code_is_kept_only_as_a_keyed_hash():
    check, code, _ = begun(builders.organization(), builders.phone())
    assert code.encode() not in bytes(check.code_hash)
    assert len(check.code_hash) == 32
