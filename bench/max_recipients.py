"""Many people with a proved phone in MAX, and a document for each, as rows made at once."""

import hashlib
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from sep.ceremony import messages
from sep.delivery.max.models import Bot, Dialog, Reach
from sep.delivery.models import Delivery, DeliveryState
from sep.delivery.sending import MaxMessage, Purpose, send
from sep.documents import intake
from sep.documents.models import Document, Package
from sep.parties.identifiers import new_id
from sep.parties.models import Organization, Patient, Signer, SignerRole, phone_index
from sep.parties.person import Person, SigningPerson
from simulator.max import models as pretended

_PERSON = {"family": "Иванова", "given": "Мария", "patronymic": "Петровна"}


def befriend_all(count):
    """Make `count` people who have started the bot and proved their phones, on both sides."""
    bot, now = Bot.objects.get(), timezone.now()
    phones = [f"+7925{number:07}" for number in range(count)]
    pretended.Person.objects.bulk_create([pretended.Person(phone=phone) for phone in phones])
    people = list(pretended.Person.objects.filter(phone__startswith="+7925"))
    pretended.Dialog.objects.bulk_create(
        [pretended.Dialog(person=person, bot_id=bot.user_id) for person in people]
    )
    made = []
    for person in people:
        dialog = Dialog(
            bot=bot,
            max_user_id=person.user_id,
            reach=Reach.OPEN,
            reach_at=now,
            created_at=now,
            phone_index=phone_index(person.phone),
            verified_at=now,
        )
        dialog.phone_sealed = bot.key.encrypt(person.phone.encode(), f"dialog.phone|{dialog.id}")
        made.append(dialog)
    Dialog.objects.bulk_create(made)
    return [(person.phone, dialog) for person, dialog in zip(people, made, strict=True)]


def invite_all(people):
    """Give each a document and queue its invitation, as one transaction."""
    clinic, now = Organization.objects.earliest("created_at"), timezone.now()
    pattern = Document.objects.filter(organization=clinic).earliest("created_at")
    with transaction.atomic():
        for phone, dialog in people:
            package = _package(clinic, phone, pattern, now)
            text = messages.invitation_in_max(package, list(package.ordered()))
            send(
                package=package,
                document=None,
                purpose=Purpose.INVITATION,
                phone=phone,
                text=f"СМС {phone}",
                secret=phone,
                now=now,
                expires_at=now + timedelta(hours=1),
                in_max=MaxMessage(dialog, text),
            )


def sent_moments(count):
    """Wait until every invitation was taken; return when, in order."""
    invited = Delivery.objects.filter(channel="max")
    while True:
        taken = invited.filter(state=DeliveryState.ACCEPTED).count()
        waiting = invited.filter(state=DeliveryState.PENDING).count()
        assert not invited.filter(state=DeliveryState.FAILED).exists(), "MAX refused some"
        if not waiting and taken >= count:
            break
        time.sleep(0.5)
    bulk = pretended.ChatMessage.objects.filter(by_bot=True, dialog__person__phone__startswith="+7925")
    return list(bulk.order_by("at").values_list("at", flat=True))


def _package(clinic, phone, pattern, now):
    patient = Patient(organization=clinic, id_patient_mis=f"M-{phone}")
    person = Person(**_PERSON, birth_date=pattern.package.signer.person.birth_date)
    patient.person = person
    patient.save(force_insert=True)
    signer = Signer(organization=clinic, patient=patient, role=SignerRole.PATIENT)
    signer.person = SigningPerson(**person.__dict__ | {"phone": phone})
    signer.patient_person = person
    signer.save(force_insert=True)
    package = Package.objects.create(
        organization=clinic, signer=signer, channels=list(intake.DEFAULT_CHANNELS), created_at=now
    )
    document = Document.objects.get(pk=pattern.pk)
    document.pk = None
    document.id = new_id()
    document.package, document.id_document_mis = package, f"M-{phone}"
    document.request_hash = hashlib.sha256(phone.encode()).digest()
    document.status, document.status_at, document.created_at = "created", now, now
    document.save(force_insert=True)
    return package
