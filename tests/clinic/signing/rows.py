"""Rows of the tab as the exchange would have left them, without the service."""

from datetime import timedelta

from django.utils import timezone

from clinic.forms.models import PdfType, PrintObject
from clinic.signing.models import Exchange, PackageDocument
from clinic.staff.models import User
from sep.documents.statuses import Status
from sep.vault import blobs
from tests import builders


def row(patient, name="ИДС на проведение телемедицинской консультации", minutes_ago=5, **changes):
    """A document that has not been sent."""
    clinic = patient.institution
    values = {
        "institution": clinic,
        "patient": patient,
        "name": name,
        "pdf_type": PdfType.CONSENT,
        "object": PrintObject.APPOINTMENT,
        "object_number": "107200",
        "sha256": blobs.put(clinic, builders.pdf(name, pages=1)),
        "added_at": timezone.now() - timedelta(minutes=minutes_ago),
        "added_by": User.objects.get(institution=clinic, username="registrar"),
    }
    return PackageDocument.objects.create(**values | changes)


def accepted(patient, status, name="ИДС на проведение телемедицинской консультации", **changes):
    """A document of which the service has said this status."""
    now = timezone.now()
    values = {
        "exchange": Exchange.ACCEPTED,
        "id_document": "01J8ZK3M9Q4T7W2X5Y8Z1A4B6C",
        "accepted_at": now,
        "status_code": status,
        "status_display": Status(status).label,
        "status_at": now,
        "sent_by": User.objects.get(institution=patient.institution, username="registrar"),
        "delivery_channel": "sms",
        "delivery_state": "delivered",
        "delivery_phone": "+7 9** ***-**-67",
    }
    return row(patient, name, **values | changes)


def signed(patient, name="ИДС на проведение телемедицинской консультации", **changes):
    """A signed document, its file and protocol kept."""
    clinic = patient.institution
    values = {
        "signed_at": timezone.now(),
        "signed_sha256": blobs.put(clinic, builders.pdf(f"Подписано: {name}", pages=1)),
        "protocol_sha256": blobs.put(clinic, builders.pdf(f"Лист подписания: {name}", pages=1)),
    }
    return accepted(patient, "signed", name, **values | changes)
