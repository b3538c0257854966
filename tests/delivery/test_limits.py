"""What one phone may receive, and what the service agrees to send at all."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sep.ceremony import codes, invitation, messages
from sep.delivery import limits
from sep.delivery.limits import LIMITS, TooManyMessages
from sep.delivery.models import Channel, Delivery, Purpose
from sep.delivery.sending import send
from sep.delivery.sms.segments import MAX_PARTS, measure
from sep.documents.models import Document, Package
from sep.parties.document_types import DOCUMENT_TYPES
from sep.parties.errors import Refusal
from sep.parties.models import Organization, phone_index
from tests import builders
from tests.builders import NOON
from tests.ceremony import walk

pytestmark = pytest.mark.django_db

PHONE = "+79161112233"


def invited(now, clinic=None, phone=PHONE):
    return builders.package(clinic=clinic, signer=builders.signing(phone=phone), now=now)


def test_invitations_to_one_phone_are_counted_over_all_organizations():
    one, two = builders.organization(), builders.organization()
    for clinic in (one, two, one):
        invited(NOON, clinic)
    with pytest.raises(TooManyMessages) as refused:
        invited(NOON + timedelta(minutes=3), two)
    assert refused.value.retry_after == timedelta(minutes=7)
    assert Document.objects.count() == 3, "what cannot be sent now is not accepted now"
    invited(NOON + timedelta(minutes=3), two, phone="+79161112234")
    invited(NOON + timedelta(minutes=10), two)


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("number", range(3))
def test_every_limit_of_the_table_holds_to_the_second(purpose, number):
    most, window = LIMITS[Channel.SMS, purpose][number]
    package = invited(NOON - timedelta(days=3), phone="+79169999999")
    start = NOON
    # Spread over the window, so that no shorter limit is met before this one.
    moments = [start + window * place / most for place in range(most)]
    for moment in moments:
        Delivery.objects.create(
            organization=package.organization,
            package=package,
            purpose=purpose,
            channel="sms",
            phone_index=phone_index(PHONE),
            text=b"",
            parts=1,
            created_at=moment,
            expires_at=moment,
        )
    last = start + window - timedelta(seconds=1)
    with pytest.raises(TooManyMessages) as refused:
        limits.check_phone(phone_index(PHONE), Channel.SMS, purpose, last)
    assert refused.value.retry_after == timedelta(seconds=1)
    limits.check_phone(phone_index(PHONE), Channel.SMS, purpose, start + window)
    limits.check_phone(phone_index("+79160000000"), Channel.SMS, purpose, last)


def test_codes_have_a_room_of_their_own_beside_invitations():
    package = None
    for _ in range(3):
        package = invited(NOON)
    visit = walk.opened_visit(package, NOON)
    issued = codes.issue(package.documents.get().id, visit, now=NOON)
    assert issued.confirmation.delivery.purpose == Purpose.CODE


@pytest.mark.parametrize("phone", ["+442071838750", "+74952450000", "+77011234567", "+375291234567"])
def test_number_outside_the_served_prefixes_is_refused_before_anything_is_kept(phone):
    with pytest.raises(Refusal) as refused:
        invited(timezone.now(), phone=phone)
    assert (refused.value.code, refused.value.path) == ("phone_not_served", "signer.phone")
    assert not Document.objects.exists()
    assert not Delivery.objects.exists()


def test_installation_may_serve_other_prefixes(settings):
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"phone_prefixes": ["+79", "+375"]})
    invited(timezone.now(), phone="+375291234567")
    assert Delivery.objects.count() == 1


def test_text_longer_than_any_gateway_should_be_paid_for_is_never_queued():
    package = invited(NOON, phone="+79160000001")
    with pytest.raises(ValueError, match="4 parts"):
        send(
            organization=package.organization,
            package=package,
            purpose=Purpose.INVITATION,
            phone=PHONE,
            text="ы" * (67 * MAX_PARTS + 1),
            secret="ы",
            now=NOON,
            expires_at=NOON + timedelta(hours=1),
        )
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("kind", DOCUMENT_TYPES)
def test_longest_name_of_a_clinic_fits_into_every_message(kind):
    longest = Organization._meta.get_field("short_name").max_length
    clinic = Organization(short_name="Ы" * longest)
    package = Package(organization=clinic)
    document = Document(organization=clinic, type_code=kind)
    token = "A" * 22
    address = "https://podpisanie.bolnica-rayonnaya.example.ru/s/" + token
    assert measure(messages.invitation(package, address, 20)).parts <= MAX_PARTS
    assert measure(messages.code(document, "482913")).parts <= MAX_PARTS


def test_clinic_with_an_absurdly_long_name_still_reaches_its_patients():
    clinic = builders.organization(short_name="Ю" * 60)
    package = invited(NOON, clinic)
    assert package.deliveries.get().parts <= MAX_PARTS
    visit = walk.opened_visit(package, NOON)
    assert codes.issue(package.documents.get().id, visit, now=NOON).confirmation.delivery.parts <= MAX_PARTS
    assert invitation.resend(package.documents.get().id, NOON + timedelta(hours=1)) is None
