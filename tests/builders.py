"""Builders: a test says what matters to it and gets the rest."""

import hashlib
import itertools
import json
from datetime import UTC, date, datetime, timedelta
from functools import cache

import typst
from django.utils import timezone

from sep.ceremony import invitation
from sep.documents.intake import NewDocument, NewPackage
from sep.documents.models import Package
from sep.parties import policy
from sep.parties.agreements import Concluded
from sep.parties.methods import Method
from sep.parties.models import Organization, SignerRole
from sep.parties.person import Person, SigningPerson

_numbers = itertools.count(1)

ADULT = Person("Иванова", "Мария", "Петровна", date(1954, 3, 14))


def organization(**changes):
    values = {
        "name": "ООО «Клиника „Рябина“»",
        "short_name": "Рябина",
        "phone": "+7 865 245-00-00",
        "created_at": timezone.now(),
    }
    clinic = Organization.objects.create(**{**values, **changes})
    for kind in ("consent", "refusal"):
        policy.accept_weaker(
            clinic, kind, Method.SMS_CODE, accepted_by="Рябинина О. Н., директор", now=timezone.now()
        )
    return clinic


AGREEMENT = Concluded(number="П-17", concluded_on=date(2026, 1, 12), identity_checked_by="Смирнова Е. А.")
"""What most clinics have with most patients before anything is sent."""


def phone():
    return f"+7916{next(_numbers):07}"


def signing(person=ADULT, **changes):
    values = {**person.__dict__, "phone": phone(), **changes}
    return SigningPerson(**values)


@cache
def pdf(text="Информированное добровольное согласие", pages=2):
    """A small real PDF with a text layer, made by typst."""
    body = "\n#pagebreak()\n".join(f"= {text}\nСтраница {number + 1}." for number in range(pages))
    source = f'#set page(paper: "a4")\n#set text(lang: "ru")\n{body}'
    return typst.compile(source.encode())


def new_document(**changes):
    values = {
        "id_document_mis": f"MIS-{next(_numbers)}",
        "name": "ИДС на проведение телемедицинской консультации",
        "type_code": "consent",
        "pdf": pdf(),
        "declared_sha256": None,
        "source_object": "",
        "source_number": "",
    }
    values |= changes
    if "request_hash" not in values:
        described = {name: str(value) for name, value in values.items() if name != "pdf"}
        described["pdf"] = hashlib.sha256(values["pdf"]).hexdigest()
        values["request_hash"] = hashlib.sha256(json.dumps(described, sort_keys=True).encode()).digest()
    return NewDocument(**values)


def new_package(*documents, **changes):
    signer = changes.pop("signer", None) or signing()
    values = {
        "id_package_mis": "",
        "id_patient_mis": f"P-{next(_numbers)}",
        "patient": ADULT,
        "role": SignerRole.PATIENT,
        "signer": signer,
        "expires_at": None,
        "agreement": AGREEMENT,
        "documents": list(documents) or [new_document()],
    }
    return NewPackage(**{**values, **changes})


def package(*documents, clinic=None, now=None, auto_send=True, **changes) -> Package:
    """A package that a МИС has just sent."""
    submitted = invitation.submit(
        clinic or organization(),
        new_package(*documents, **changes),
        now=now or timezone.now(),
        auto_send=auto_send,
    )
    return submitted.package


NOON = datetime(2026, 6, 25, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
