"""Agreements on the use of ПЭП: one person, one clinic, one phone (63-ФЗ ст. 6 ч. 2, ст. 9 ч. 2)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sep.parties.errors import Refusal
from sep.parties.models import (
    Agreement,
    AgreementWay,
    Organization,
    person_index,
    phone_index,
)
from sep.parties.person import Person, mask_phone

COOL_DOWN = timedelta(hours=24)
"""A risky document waits so long after the phone was changed: OWASP TA 1.2, exchange of a SIM."""


@dataclass(frozen=True)
class Concluded:
    """An agreement as somebody tells of it.

    Attributes:
        identity_checked_by: who of the staff saw the passport; empty when nobody did.
        phone_confirmed_at: when the person told a code that came to the phone, in the clinic.
    """

    number: str
    concluded_on: date
    way: AgreementWay = AgreementWay.PAPER
    registered_by: str = ""
    identity_checked_by: str = ""
    phone_confirmed_at: datetime | None = None
    document_id: str = ""
    version: str = ""
    text_sha256: str = ""


def agreement_of(organization: Organization, person: Person) -> Agreement | None:
    """Return the live agreement of a person with a clinic."""
    found = Agreement.objects.select_related("organization").filter(
        organization=organization, person_index=person_index(person), ended_at__isnull=True
    )
    return found.first()


def all_of(organization: Organization, person: Person) -> list[Agreement]:
    """Return every agreement of a person with a clinic, the live one first, then the latest."""
    found = Agreement.objects.select_related("organization").filter(
        organization=organization, person_index=person_index(person)
    )
    return sorted(found, key=lambda each: (each.ended_at is not None, -each.registered_at.timestamp()))


def conclude(organization: Organization, person: Person, made: Concluded, *, now: datetime) -> Agreement:
    """Write down an agreement in the caller's transaction; an earlier one of this person ends.

    The same number with the same phone again changes nothing. `person.phone` is the phone agreed upon.
    """
    Organization.objects.select_for_update().get(pk=organization.pk)
    earlier = next(iter(all_of(organization, person)), None)  # an ended one too: its phone is not forgotten
    same_phone = earlier is not None and bytes(earlier.phone_index) == phone_index(person.phone)
    if earlier is not None and earlier.ended_at is None:
        if same_phone and earlier.number == made.number:
            return earlier
        end(earlier, f"Заменено соглашением №\u00a0{made.number}", now)
    agreement = Agreement(
        organization=organization,
        person_index=person_index(person),
        registered_at=now,
        phone_since=earlier.phone_since if earlier is not None and same_phone else now,
        is_first_phone=earlier is None or (same_phone and earlier.is_first_phone),
        **made.__dict__,
    )
    agreement.phone = person.phone
    agreement.save(force_insert=True)
    return agreement


def end(agreement: Agreement, reason: str, now: datetime) -> None:
    """End an agreement: nothing more is signed by a code under it; what was signed stays signed."""
    agreement.ended_at = now
    agreement.end_reason = reason[:300]
    agreement.save(update_fields=["ended_at", "end_reason"])


def check_phone(agreement: Agreement, phone: str) -> None:
    """Raise `Refusal` when a document goes to another phone than was agreed: only the staff changes it."""
    if bytes(agreement.phone_index) != phone_index(phone):
        raise Refusal(
            "phone_changed",
            f"В соглашении о ПЭП №\u00a0{agreement.number} другой телефон, {mask_phone(agreement.phone)}."
            " Новый телефон записывает сотрудник клиники новым соглашением: паспорт, код на новый номер.",
            "signer.phone",
        )


def rests_until(agreement: Agreement, now: datetime, *, is_risky: bool) -> datetime | None:
    """Return until when a risky document may not be signed after a change of phone, `None` when it may."""
    if not is_risky or agreement.is_first_phone:
        return None
    until = agreement.phone_since + COOL_DOWN
    return until if now < until else None
